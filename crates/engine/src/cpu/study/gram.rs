//! The way through `A = W W^T`, for tied weights and sparse samples: outputs are `A x + b`, so a
//! sample costs `n` products an active feature, twice, and none of them know the hidden dimension.
//! See `toy::model` for the formulas.

use super::draw::Chunk;
use super::gemm::{Left, product};
use super::scratch::{Network, Shape};
use crate::cpu::lanes::Lanes;
use fearless_simd::prelude::*;

/// Memory of this way, for one model after the other.
pub struct Gram {
    /// `A`, and then the symmetric sum that gradients are made of.
    a: Vec<f32>,
    /// Row `j` holds the sums over samples of `e_i x_j`, without importances.
    cross: Vec<f32>,
    /// Errors of one sample.
    error: Vec<f32>,
}

/// Vectors of outputs that are summed up at a time.
const VECTORS: usize = 4;

impl Gram {
    /// Memory for models of this shape.
    pub fn new(shape: Shape) -> Self {
        let square = vec![0.0; shape.n * shape.wide_n];
        Self { a: square.clone(), cross: square, error: vec![0.0; shape.wide_n] }
    }

    /// Begins a batch.
    pub fn begin<L: Lanes>(&mut self, lanes: L, net: &Network) {
        let Shape { n, m, wide_n, wide_m } = net.shape;
        let left = Left::Rows(&net.encoder, wide_m);
        product(lanes, (n, m, wide_n), left, &net.decoder_columns, &mut self.a, false);
        self.cross.fill(0.0);
    }

    /// Adds samples; returns the sum of their squared errors, weighted by importance.
    #[inline(never)]
    pub fn observe<L: Lanes>(&mut self, lanes: L, net: &mut Network, chunk: &Chunk) -> f32 {
        lanes.token().vectorize(
            #[inline(always)]
            || {
                let mut loss = 0.0;
                for index in 0..chunk.samples {
                    loss += self.sample(lanes, net, chunk.sample(index));
                }
                loss
            },
        )
    }

    #[inline(always)]
    fn sample<L: Lanes>(
        &mut self,
        lanes: L,
        net: &mut Network,
        (features, values): (&[u32], &[f32]),
    ) -> f32 {
        let (wide, len) = (net.shape.wide_n, L::F::LEN);
        let mut squares = lanes.splat(0.0);
        let mut column = 0;
        while column < wide {
            let left = (wide - column) / len;
            let sample = (features, values);
            squares += match left {
                1 => self.outputs::<L, 1>(lanes, net, sample, column),
                2 => self.outputs::<L, 2>(lanes, net, sample, column),
                3 => self.outputs::<L, 3>(lanes, net, sample, column),
                _ => self.outputs::<L, VECTORS>(lanes, net, sample, column),
            };
            column += left.min(VECTORS) * len;
        }
        let mut loss: f32 = squares.as_slice().iter().sum();
        for (&i, &x) in features.iter().zip(values) {
            let i = i as usize;
            let (y, target) = (self.error[i], if net.absolute { x.abs() } else { x });
            let error = if net.rectify_output && y <= 0.0 { 0.0 } else { y - target };
            loss += net.importance[i] * (target * target - 2.0 * target * y);
            net.error[i] += error - y;
            self.error[i] = error;
        }
        for (&i, &x) in features.iter().zip(values) {
            let x = lanes.splat(x);
            let row = &mut self.cross[i as usize * wide..][..wide];
            let errors = self.error.chunks_exact(len);
            for (sum, e) in row.chunks_exact_mut(len).zip(errors) {
                let e = L::F::from_slice(lanes.token(), e);
                let before = L::F::from_slice(lanes.token(), sum);
                x.mul_add(e, before).store_slice(sum);
            }
        }
        loss
    }

    /// Outputs from a column on, as errors of features that are 0; returns their weighted squares.
    #[inline(always)]
    fn outputs<L: Lanes, const V: usize>(
        &mut self,
        lanes: L,
        net: &mut Network,
        (features, values): (&[u32], &[f32]),
        column: usize,
    ) -> L::F {
        let (wide, len) = (net.shape.wide_n, L::F::LEN);
        let mut z = [lanes.splat(0.0); V];
        for v in 0..V {
            z[v] = L::F::from_slice(lanes.token(), &net.bias[column + v * len..][..len]);
        }
        for (&i, &x) in features.iter().zip(values) {
            let row = &self.a[i as usize * wide + column..][..V * len];
            let x = lanes.splat(x);
            for v in 0..V {
                let a = L::F::from_slice(lanes.token(), &row[v * len..][..len]);
                z[v] = x.mul_add(a, z[v]);
            }
        }
        let mut squares = lanes.splat(0.0);
        for v in 0..V {
            let y = if net.rectify_output { lanes.relu(z[v]) } else { z[v] };
            let at = column + v * len;
            let importance = L::F::from_slice(lanes.token(), &net.importance[at..][..len]);
            squares = (importance * y).mul_add(y, squares);
            let error = &mut net.error[at..][..len];
            (L::F::from_slice(lanes.token(), error) + y).store_slice(error);
            y.store_slice(&mut self.error[at..][..len]);
        }
        squares
    }

    /// Ends a batch: weights the errors and makes the encoder's gradient.
    pub fn end<L: Lanes>(&mut self, lanes: L, net: &mut Network) {
        let Shape { n, wide_n: wide, wide_m, .. } = net.shape;
        symmetric(&self.cross, &net.importance[..n], wide, &mut self.a);
        for (error, importance) in net.error.iter_mut().zip(&net.importance) {
            *error *= importance;
        }
        let left = Left::Rows(&self.a, wide);
        product(lanes, (n, n, wide_m), left, &net.encoder, &mut net.encoder_gradient, false);
    }
}

/// Rows and columns that are combined at a time, so that both stay in the cache.
const TILE: usize = 16;

/// `S_ij = I_i G_ij + I_j G_ji`, from the transpose of `G`.
fn symmetric(cross: &[f32], importance: &[f32], wide: usize, out: &mut [f32]) {
    let n = importance.len();
    for top in (0..n).step_by(TILE) {
        for left in (0..=top).step_by(TILE) {
            for i in top..n.min(top + TILE) {
                for j in left..(i + 1).min(left + TILE) {
                    let sum =
                        importance[i] * cross[j * wide + i] + importance[j] * cross[i * wide + j];
                    out[i * wide + j] = sum;
                    out[j * wide + i] = sum;
                }
            }
        }
    }
}
