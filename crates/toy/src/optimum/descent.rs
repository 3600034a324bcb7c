//! Local minimisation of a smooth function of a few variables from its value and gradient.

/// Most variables: the weights and biases of four features in three dimensions.
pub(crate) const MOST: usize = 16;

/// A point, as many leading entries as there are variables.
pub(crate) type Vector = [f64; MOST];

type Matrix = [Vector; MOST];

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn length(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

/// A point with its value and gradient.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    pub(crate) x: Vector,
    pub(crate) value: f64,
    pub(crate) slope: Vector,
}

impl Spot {
    /// Evaluates `f` (point in, gradient out, value returned) at `x`.
    pub(crate) fn at(f: &impl Fn(&Vector, &mut Vector) -> f64, x: Vector) -> Self {
        let mut slope = [0.0; MOST];
        let value = f(&x, &mut slope);
        Self { x, value, slope }
    }
}

/// Quasi-Newton descent (Broyden, Fletcher, Goldfarb, Shanno) from `spot` in `d` variables, until
/// the gradient is shorter than `tolerance`, `steps` are taken, or `f` decreases no further.
///
/// Backtracking keeps the value from ever rising; a step that shows no positive curvature leaves
/// the estimate of the inverse Hessian alone, which keeps that positive definite.
pub(crate) fn bfgs(
    f: &impl Fn(&Vector, &mut Vector) -> f64,
    d: usize,
    mut spot: Spot,
    tolerance: f64,
    steps: usize,
) -> Spot {
    let mut inverse = identity(1.0);
    let mut fresh = true;
    for _ in 0..steps {
        let g = length(&spot.slope[..d]);
        if g.is_nan() || g <= tolerance {
            break;
        }
        let mut step = [0.0; MOST];
        for (s, row) in step[..d].iter_mut().zip(&inverse) {
            *s = -dot(&row[..d], &spot.slope[..d]);
        }
        let mut descent = dot(&step[..d], &spot.slope[..d]);
        if descent >= 0.0 {
            (inverse, fresh) = (identity(1.0), true);
            step = spot.slope.map(|x| -x);
            descent = -g * g;
        }
        // No step longer than half a unit: weights are of order 1 and basins not much wider.
        let long = length(&step[..d]);
        let mut t = if long > 0.5 { 0.5 / long } else { 1.0 };
        let next = loop {
            let mut x = spot.x;
            for (x, s) in x[..d].iter_mut().zip(&step) {
                *x += t * s;
            }
            let next = Spot::at(f, x);
            if next.value <= spot.value + 1e-4 * t * descent {
                break Some(next);
            }
            // Minimum of the parabola through value, slope and new value, within bounds.
            let fit = -0.5 * t * t * descent / (next.value - spot.value - t * descent);
            t = if fit.is_finite() { fit.clamp(0.1 * t, 0.5 * t) } else { 0.2 * t };
            if t * long < 1e-14 {
                break None;
            }
        };
        let Some(next) = next else {
            if fresh {
                break;
            }
            (inverse, fresh) = (identity(1.0), true);
            continue;
        };
        let (mut s, mut y) = ([0.0; MOST], [0.0; MOST]);
        for i in 0..d {
            s[i] = next.x[i] - spot.x[i];
            y[i] = next.slope[i] - spot.slope[i];
        }
        let (sy, yy) = (dot(&s[..d], &y[..d]), dot(&y[..d], &y[..d]));
        if sy > 1e-12 * yy {
            if fresh {
                inverse = identity(sy / yy);
                fresh = false;
            }
            let mut hy = [0.0; MOST];
            for (h, row) in hy[..d].iter_mut().zip(&inverse) {
                *h = dot(&row[..d], &y[..d]);
            }
            let scale = (1.0 + dot(&y[..d], &hy[..d]) / sy) / sy;
            for i in 0..d {
                for j in 0..d {
                    inverse[i][j] += scale * s[i] * s[j] - (hy[i] * s[j] + s[i] * hy[j]) / sy;
                }
            }
        }
        spot = next;
    }
    spot
}

/// Second-order polish: a few Newton steps with the Hessian from central differences of the
/// gradient, damped until it is positive definite.
///
/// Rotations of the hidden space and features of norm 0 make the Hessian singular; damping by a
/// small part of its diagonal then leaves the flat directions alone. A step counts only if the
/// value does not rise beyond rounding and the gradient shrinks, or if the value truly falls.
pub(crate) fn newton(
    f: &impl Fn(&Vector, &mut Vector) -> f64,
    d: usize,
    mut spot: Spot,
    steps: usize,
) -> Spot {
    const H: f64 = 1e-6;
    for _ in 0..steps {
        let g = length(&spot.slope[..d]);
        if g.is_nan() || g < 1e-13 {
            break;
        }
        let mut hessian = [[0.0; MOST]; MOST];
        for j in 0..d {
            let at = |h: f64| {
                let mut x = spot.x;
                x[j] += h;
                Spot::at(f, x).slope
            };
            let (up, down) = (at(H), at(-H));
            for i in 0..d {
                let entry = (up[i] - down[i]) / (4.0 * H);
                hessian[i][j] += entry;
                hessian[j][i] += entry;
            }
        }
        let size = (0..d).map(|i| hessian[i][i].abs()).fold(1e-12, f64::max);
        let mut damping = 1e-9 * size;
        let mut found = None;
        while damping < 1e3 * size && found.is_none() {
            if let Some(step) = solve(&hessian, damping, &spot.slope, d) {
                let mut x = spot.x;
                for (x, s) in x[..d].iter_mut().zip(&step) {
                    *x -= s;
                }
                let next = Spot::at(f, x);
                let calmer = length(&next.slope[..d]) < g;
                let rounding = 4.0 * f64::EPSILON * spot.value.abs();
                if next.value < spot.value - rounding
                    || (calmer && next.value <= spot.value + rounding)
                {
                    found = Some(next);
                }
            }
            damping *= 100.0;
        }
        match found {
            Some(next) => spot = next,
            None => break,
        }
    }
    spot
}

fn identity(scale: f64) -> Matrix {
    let mut matrix = [[0.0; MOST]; MOST];
    for (i, row) in matrix.iter_mut().enumerate() {
        row[i] = scale;
    }
    matrix
}

/// Solves `(matrix + damping) x = right` by Cholesky; `None` when that is not positive definite.
fn solve(matrix: &Matrix, damping: f64, right: &Vector, d: usize) -> Option<Vector> {
    let mut l = *matrix;
    for i in 0..d {
        l[i][i] += damping;
        for j in 0..=i {
            let sum = l[i][j] - dot(&l[i][..j], &l[j][..j]);
            if i != j {
                l[i][j] = sum / l[j][j];
            } else if sum > 0.0 {
                l[i][i] = sum.sqrt();
            } else {
                return None;
            }
        }
    }
    let mut x = *right;
    for i in 0..d {
        x[i] = (x[i] - dot(&l[i][..i], &x[..i])) / l[i][i];
    }
    for i in (0..d).rev() {
        let below: f64 = (i + 1..d).map(|j| l[j][i] * x[j]).sum();
        x[i] = (x[i] - below) / l[i][i];
    }
    Some(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_bottom_of_a_bent_valley() {
        let f = |x: &Vector, g: &mut Vector| {
            let (u, v) = (1.0 - x[0], x[1] - x[0] * x[0]);
            g[0] = -2.0 * u - 400.0 * x[0] * v;
            g[1] = 200.0 * v;
            u * u + 100.0 * v * v
        };
        let mut x = [0.0; MOST];
        (x[0], x[1]) = (-1.2, 1.0);
        let rough = bfgs(&f, 2, Spot::at(&f, x), 1e-4, 200);
        let fine = newton(&f, 2, rough, 4);
        assert!((fine.x[0] - 1.0).abs() < 1e-12 && (fine.x[1] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn flat_directions_stay_where_they_are() {
        let f = |x: &Vector, g: &mut Vector| {
            (g[0], g[1]) = (2.0 * (x[0] - 3.0), 0.0);
            (x[0] - 3.0).powi(2)
        };
        let end = newton(&f, 2, Spot::at(&f, [1.0; MOST]), 6);
        assert!((end.x[0] - 3.0).abs() < 1e-9 && end.x[1] == 1.0);
    }
}
