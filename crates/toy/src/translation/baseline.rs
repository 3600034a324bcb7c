//! Bottlenecks that nobody trained: the `k` principal components of the encoder's output, which lose
//! least of its variance, and `k` random directions.

use crate::random::{block, normal_pair};

/// Parameters of a bottleneck, `[V, c, U, g]`, that projects on some orthonormal directions about a
/// mean: `z = V (e - mean)`, `e' = V^T z + mean`.
fn projection(directions: &[Vec<f64>], mean: &[f64]) -> Vec<f32> {
    let (k, d) = (directions.len(), mean.len());
    let dot = |v: &Vec<f64>| v.iter().zip(mean).map(|(v, m)| v * m).sum::<f64>();
    let narrow = directions.iter().flatten().copied();
    let shift = directions.iter().map(|v| -dot(v));
    let wide = (0..d).flat_map(|i| (0..k).map(move |j| directions[j][i]));
    let all = narrow.chain(shift).chain(wide).chain(mean.iter().copied());
    all.map(|x| x as f32).collect()
}

/// Mean and covariance of rows of `d` numbers.
fn moments(rows: &[f32], d: usize) -> (Vec<f64>, Vec<f64>) {
    let count = (rows.len() / d).max(1) as f64;
    let mut mean = vec![0.0; d];
    for row in rows.chunks_exact(d) {
        mean.iter_mut().zip(row).for_each(|(m, &x)| *m += f64::from(x) / count);
    }
    let mut covariance = vec![0.0; d * d];
    for row in rows.chunks_exact(d) {
        for i in 0..d {
            let x = (f64::from(row[i]) - mean[i]) / count;
            for j in 0..d {
                covariance[i * d + j] += x * (f64::from(row[j]) - mean[j]);
            }
        }
    }
    (mean, covariance)
}

/// Principal components of the encoder's output, strongest first, with their variances.
#[derive(Clone, Debug, PartialEq)]
pub struct Components {
    mean: Vec<f64>,
    /// Unit vectors.
    pub directions: Vec<Vec<f64>>,
    /// Variance along each.
    pub variances: Vec<f64>,
}

impl Components {
    /// Of rows of `d` numbers.
    pub fn of(rows: &[f32], d: usize) -> Self {
        let (mean, covariance) = moments(rows, d);
        let (values, vectors) = symmetric(covariance, d);
        let mut order: Vec<usize> = (0..d).collect();
        order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
        Self {
            directions: order.iter().map(|&i| vectors[i].clone()).collect(),
            variances: order.iter().map(|&i| values[i].max(0.0)).collect(),
            mean,
        }
    }

    /// Where a row stands along the first two; 0 along one that there is not.
    pub fn plane(&self, row: &[f32]) -> [f32; 2] {
        [0, 1].map(|which| {
            let along = |direction: &Vec<f64>| {
                let parts = direction.iter().zip(row.iter().zip(&self.mean));
                parts.map(|(v, (&x, mean))| v * (f64::from(x) - mean)).sum::<f64>() as f32
            };
            self.directions.get(which).map_or(0.0, along)
        })
    }

    /// The bottleneck of the first `k`.
    pub fn bottleneck(&self, k: usize) -> Vec<f32> {
        projection(&self.directions[..k.min(self.directions.len())], &self.mean)
    }

    /// A bottleneck of `k` random directions about the same mean, orthonormal.
    pub fn random(&self, k: usize, seed: u32, model: u32) -> Vec<f32> {
        let d = self.mean.len();
        let mut directions: Vec<Vec<f64>> = vec![];
        for row in 0..k.min(d) as u32 {
            let normal = |i: usize| {
                let [a, b, ..] = block(seed, model, RANDOM, row * d as u32 + i as u32);
                normal_pair(a, b)[0]
            };
            let mut v: Vec<f64> = (0..d).map(normal).collect();
            for u in &directions {
                let along: f64 = u.iter().zip(&v).map(|(u, v)| u * v).sum();
                v.iter_mut().zip(u).for_each(|(v, u)| *v -= along * u);
            }
            let length = v.iter().map(|x| x * x).sum::<f64>().sqrt();
            v.iter_mut().for_each(|x| *x /= length);
            directions.push(v);
        }
        projection(&directions, &self.mean)
    }
}

/// Step of the random stream that random directions are drawn under; no step of a run.
const RANDOM: u32 = 1 << 31 | 0xd17;

/// Eigenvalues and unit eigenvectors of a symmetric matrix, by rotations (Jacobi 1846).
fn symmetric(mut a: Vec<f64>, d: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut vectors: Vec<Vec<f64>> = (0..d).map(|i| unit(i, d)).collect();
    let total: f64 = a.iter().map(|x| x * x).sum();
    // Rotations converge quadratically: ten sweeps are more than a matrix ever needs.
    for _ in 0..30 {
        let off: f64 = (0..d)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| a[i * d + j].powi(2))
            .sum();
        if off <= 1e-24 * total {
            break;
        }
        for p in 0..d {
            for q in p + 1..d {
                let apq = a[p * d + q];
                if apq == 0.0 {
                    continue;
                }
                let theta = (a[q * d + q] - a[p * d + p]) / (2.0 * apq);
                let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                for k in 0..d {
                    let (x, y) = (a[k * d + p], a[k * d + q]);
                    (a[k * d + p], a[k * d + q]) = (c * x - s * y, s * x + c * y);
                }
                for k in 0..d {
                    let (x, y) = (a[p * d + k], a[q * d + k]);
                    (a[p * d + k], a[q * d + k]) = (c * x - s * y, s * x + c * y);
                }
                let (left, right) = vectors.split_at_mut(q);
                for (x, y) in left[p].iter_mut().zip(&mut right[0]) {
                    (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
                }
            }
        }
    }
    ((0..d).map(|i| a[i * d + i]).collect(), vectors)
}

fn unit(i: usize, d: usize) -> Vec<f64> {
    (0..d).map(|j| if i == j { 1.0 } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three variances along three directions that are turned.
    #[test]
    fn components_are_found() {
        let (s, c) = 0.6f64.sin_cos();
        let turned = [[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]];
        let rows: Vec<f32> = (0..4000u32)
            .flat_map(|i| {
                let [a, b, e, f] = block(3, 0, 0, i);
                let ([x, y], z) = (normal_pair(a, b), normal_pair(e, f)[0]);
                let along = [3.0 * x, y, 0.2 * z];
                [0, 1, 2].map(|j| (0..3).map(|k| along[k] * turned[k][j]).sum::<f64>() as f32 + 5.0)
            })
            .collect();
        let found = Components::of(&rows, 3);
        for (k, std) in [3.0f64, 1.0, 0.2].into_iter().enumerate() {
            assert!((found.variances[k] / (std * std) - 1.0).abs() < 0.1, "{:?}", found.variances);
            let dot: f64 = found.directions[k].iter().zip(turned[k]).map(|(a, b)| a * b).sum();
            assert!(dot.abs() > 0.99, "{k}: {dot}");
        }
        let [x, y] = found.plane(&rows[..3]);
        assert!(x.abs() < 12.0 && y.abs() < 4.0 && found.plane(&[5.0; 3])[0].abs() < 0.3);
        // All three give back what went in.
        let [v, c, u, g] = parts(&found.bottleneck(3), 3, 3);
        let x = [1.0f32, 2.0, 3.0];
        let z: Vec<f32> =
            (0..3).map(|k| c[k] + (0..3).map(|j| v[k * 3 + j] * x[j]).sum::<f32>()).collect();
        for j in 0..3 {
            let y = g[j] + (0..3).map(|k| u[j * 3 + k] * z[k]).sum::<f32>();
            assert!((y - x[j]).abs() < 1e-4, "{y}");
        }
    }

    fn parts(all: &[f32], k: usize, d: usize) -> [Vec<f32>; 4] {
        let (v, rest) = all.split_at(k * d);
        let (c, rest) = rest.split_at(k);
        let (u, g) = rest.split_at(d * k);
        [v, c, u, g].map(<[f32]>::to_vec)
    }

    #[test]
    fn random_directions_are_orthonormal() {
        let components = Components::of(&[1.0; 5], 5);
        let [v, ..] = parts(&components.random(4, 1, 2), 4, 5);
        for i in 0..4 {
            for j in 0..4 {
                let dot: f32 = (0..5).map(|k| v[i * 5 + k] * v[j * 5 + k]).sum();
                assert!((dot - if i == j { 1.0 } else { 0.0 }).abs() < 1e-5);
            }
        }
    }
}
