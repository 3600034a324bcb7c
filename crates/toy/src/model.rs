//! The toy model `x' = ReLU(W W^T x + b)`, its loss and gradient: the plain reference that every
//! faster kernel is checked against.
//!
//! The output depends on the weights through `A = W W^T` alone, so a batch is summed up as the
//! moments `G_ij = sum e_i x_j` and `g_i = sum e_i` of the active errors
//! `e_i = 1(z_i > 0) (z_i - x_i)`, `z = A x + b`; then `dL/dA_ij = 2 I_i G_ij`,
//! `dL/db_i = 2 I_i g_i` and `dL/dW = (dL/dA + dL/dA^T) W`.

use crate::MAX_FEATURES;
use num_traits::Float;

/// Square array over features, of which the first `n x n` entries are used.
pub type Square<T> = [[T; MAX_FEATURES]; MAX_FEATURES];

/// Number of features and hidden dimensions, and where parameters stand:
/// weight `W_ik` at `i m + k`, bias `b_i` at `n m + i`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Features `n`, at most 8.
    pub n: usize,
    /// Hidden dimensions `m`.
    pub m: usize,
}

impl Shape {
    /// The shape of a sweep's models.
    pub fn of(sweep: &crate::Sweep) -> Self {
        Self { n: sweep.features as usize, m: sweep.hidden as usize }
    }

    /// Number of parameters.
    pub const fn parameters(self) -> usize {
        self.n * (self.m + 1)
    }

    /// Weights and biases of a model's parameters.
    pub fn split<T>(self, parameters: &[T]) -> (&[T], &[T]) {
        parameters.split_at(self.n * self.m)
    }

    /// Row `i` of the weights: the direction of feature `i` in the hidden space.
    pub fn row<T>(self, w: &[T], i: usize) -> &[T] {
        &w[i * self.m..(i + 1) * self.m]
    }

    /// `A = W W^T`.
    pub fn gram<T: Float>(self, w: &[T]) -> Square<T> {
        let mut a = [[T::zero(); MAX_FEATURES]; MAX_FEATURES];
        for i in 0..self.n {
            for j in 0..self.n {
                a[i][j] = dot(self.row(w, i), self.row(w, j));
            }
        }
        a
    }
}

/// Scalar product.
pub fn dot<T: Float>(a: &[T], b: &[T]) -> T {
    a.iter().zip(b).fold(T::zero(), |sum, (&a, &b)| sum + a * b)
}

/// Sums over a batch, or expectations over the population, of what loss and gradient need.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments<T> {
    /// `G_ij`: active error of output `i` times input `j`.
    pub error_input: Square<T>,
    /// `g_i`: active error of output `i`.
    pub error: [T; MAX_FEATURES],
    /// Squared error of output `i`.
    pub square: [T; MAX_FEATURES],
}

impl<T: Float> Default for Moments<T> {
    fn default() -> Self {
        Self {
            error_input: [[T::zero(); MAX_FEATURES]; MAX_FEATURES],
            error: [T::zero(); MAX_FEATURES],
            square: [T::zero(); MAX_FEATURES],
        }
    }
}

impl<T: Float> Moments<T> {
    /// Adds one sample.
    pub fn observe(&mut self, n: usize, a: &Square<T>, b: &[T], x: &[T]) {
        for i in 0..n {
            let z = b[i] + dot(&a[i][..n], &x[..n]);
            let active = z > T::zero();
            let e = if active { z - x[i] } else { T::zero() };
            let miss = if active { e } else { x[i] };
            self.square[i] = self.square[i] + miss * miss;
            self.error[i] = self.error[i] + e;
            for (sum, &x) in self.error_input[i][..n].iter_mut().zip(x) {
                *sum = *sum + e * x;
            }
        }
    }

    /// Adds `count` samples in which every feature is zero.
    pub fn observe_zeros(&mut self, n: usize, b: &[T], count: T) {
        for i in 0..n {
            let e = b[i].max(T::zero());
            self.error[i] = self.error[i] + count * e;
            self.square[i] = self.square[i] + count * e * e;
        }
    }

    /// The loss `scale sum_i I_i square_i`.
    pub fn loss(&self, importance: &[T], scale: T) -> T {
        scale * dot(&self.square[..importance.len()], importance)
    }

    /// Gradient of `scale sum_i I_i square_i` with respect to weights and biases, in the order of
    /// the parameters.
    pub fn gradient(&self, shape: Shape, w: &[T], importance: &[T], scale: T, out: &mut [T]) {
        let Shape { n, m } = shape;
        let two = T::one() + T::one();
        let (dw, db) = out.split_at_mut(n * m);
        for i in 0..n {
            db[i] = two * scale * importance[i] * self.error[i];
            for k in 0..m {
                let mut sum = T::zero();
                for j in 0..n {
                    let both = importance[i] * self.error_input[i][j]
                        + importance[j] * self.error_input[j][i];
                    sum = sum + both * w[j * m + k];
                }
                dw[i * m + k] = two * scale * sum;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The output computed the long way, hidden layer and all, gives the same errors.
    #[test]
    fn moments_follow_the_definition() {
        let shape = Shape { n: 3, m: 2 };
        let w: [f64; 6] = [0.9, -0.1, -0.4, 0.8, 0.3, 0.7];
        let b = [0.05, -0.2, 0.1];
        let x = [0.3, 0.0, 0.8];
        let hidden: Vec<f64> = (0..2).map(|k| (0..3).map(|i| w[i * 2 + k] * x[i]).sum()).collect();
        let mut moments = Moments::default();
        moments.observe(3, &shape.gram(&w), &b, &x);
        for i in 0..3 {
            let z = b[i] + w[i * 2] * hidden[0] + w[i * 2 + 1] * hidden[1];
            let miss = x[i] - z.max(0.0);
            assert!((moments.square[i] - miss * miss).abs() < 1e-14);
        }
    }
}
