//! The Gaussian error linear unit in its tanh form (Hendrycks and Gimpel 2016):
//! `y = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))`.

use super::cast;
use num_traits::Float;

/// `sqrt(2 / pi)`.
pub const SCALE: f64 = 0.797_884_560_802_865_4;
/// Factor of the cube.
pub const CUBIC: f64 = 0.044715;

/// Every element's value.
pub fn forward<T: Float>(x: &[T], y: &mut [T]) {
    let [half, scale, cubic] = [0.5, SCALE, CUBIC].map(cast::<T>);
    for (y, &x) in y.iter_mut().zip(x) {
        *y = half * x * (T::one() + (scale * (x + cubic * x * x * x)).tanh());
    }
}

/// Adds `dy` times the derivative at `x` to `dx`.
pub fn backward<T: Float>(x: &[T], dy: &[T], dx: &mut [T]) {
    let [half, scale, cubic, three] = [0.5, SCALE, CUBIC, 3.0 * CUBIC].map(cast::<T>);
    for (dx, (&x, &d)) in dx.iter_mut().zip(x.iter().zip(dy)) {
        let t = (scale * (x + cubic * x * x * x)).tanh();
        let inner = scale * (T::one() + three * x * x);
        *dx = *dx + d * half * (T::one() + t + x * (T::one() - t * t) * inner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::check;

    #[test]
    fn gradients() {
        for size in [1, 3, 17] {
            let x = check::random(1, size).into_iter().map(|x| 4.0 * x).collect();
            let made = |p: &[Vec<f64>]| {
                let mut y = vec![0.0; size];
                forward(&p[0], &mut y);
                y
            };
            check::gradients("gelu", &[x], made, |p, dy, out| backward(&p[0], dy, &mut out[0]));
        }
    }

    #[test]
    fn values_are_the_published_formula_s() {
        let mut y = [0.0; 3];
        forward(&[-1.0f64, 0.0, 2.0], &mut y);
        // 1/2 (1 + tanh(0.79788456 * 1.044715)) = 0.84119199, and 0.97729885 for 2.
        assert!((y[0] + 1.0 - 0.841_191_99).abs() < 1e-7 && y[1] == 0.0);
        assert!((y[2] - 2.0 * 0.977_298_85).abs() < 1e-6, "{}", y[2]);
    }
}
