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
                // Borrowed once: what is written to one of them cannot move the others.
                let model = Model {
                    wide: net.shape.wide_n,
                    rectify: net.rectify_output,
                    absolute: net.absolute,
                    a: &self.a,
                    bias: &net.bias,
                    importance: &net.importance,
                };
                let (sum, error) = (&mut net.error[..], &mut self.error[..]);
                let cross = &mut self.cross[..];
                let mut loss = 0.0;
                for index in 0..chunk.samples {
                    let sample = chunk.sample(index);
                    loss += model.errors(lanes, sample, error, sum);
                    accumulate(lanes, model.wide, sample, error, cross);
                }
                loss
            },
        )
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

/// What outputs depend on.
#[derive(Clone, Copy)]
struct Model<'a> {
    wide: usize,
    rectify: bool,
    absolute: bool,
    a: &'a [f32],
    bias: &'a [f32],
    importance: &'a [f32],
}

impl Model<'_> {
    /// Errors of a sample, also added to their sums; returns their weighted squares.
    #[inline(always)]
    fn errors<L: Lanes>(
        self,
        lanes: L,
        (features, values): (&[u32], &[f32]),
        error: &mut [f32],
        sum: &mut [f32],
    ) -> f32 {
        let len = L::F::LEN;
        let mut squares = lanes.splat(0.0);
        let mut column = 0;
        while column < self.wide {
            let left = (self.wide - column) / len;
            let sample = (features, values);
            squares += match left {
                1 => self.outputs::<L, 1>(lanes, sample, column, error, sum),
                2 => self.outputs::<L, 2>(lanes, sample, column, error, sum),
                3 => self.outputs::<L, 3>(lanes, sample, column, error, sum),
                _ => self.outputs::<L, VECTORS>(lanes, sample, column, error, sum),
            };
            column += left.min(VECTORS) * len;
        }
        let mut loss: f32 = squares.as_slice().iter().sum();
        for (&i, &x) in features.iter().zip(values) {
            let i = i as usize;
            let (y, target) = (error[i], if self.absolute { x.abs() } else { x });
            let own = if self.rectify && y <= 0.0 { 0.0 } else { y - target };
            loss += self.importance[i] * (target * target - 2.0 * target * y);
            sum[i] += own - y;
            error[i] = own;
        }
        loss
    }

    /// Outputs from a column on, as errors of features that are 0; returns their weighted squares.
    #[inline(always)]
    fn outputs<L: Lanes, const V: usize>(
        self,
        lanes: L,
        (features, values): (&[u32], &[f32]),
        column: usize,
        error: &mut [f32],
        sum: &mut [f32],
    ) -> L::F {
        let len = L::F::LEN;
        let mut z = [lanes.splat(0.0); V];
        for v in 0..V {
            z[v] = L::F::from_slice(lanes.token(), &self.bias[column + v * len..][..len]);
        }
        for (&i, &x) in features.iter().zip(values) {
            let row = &self.a[i as usize * self.wide + column..][..V * len];
            let x = lanes.splat(x);
            for v in 0..V {
                let a = L::F::from_slice(lanes.token(), &row[v * len..][..len]);
                z[v] = x.mul_add(a, z[v]);
            }
        }
        let mut squares = lanes.splat(0.0);
        for v in 0..V {
            let y = if self.rectify { lanes.relu(z[v]) } else { z[v] };
            let at = column + v * len;
            let importance = L::F::from_slice(lanes.token(), &self.importance[at..][..len]);
            squares = (importance * y).mul_add(y, squares);
            let sum = &mut sum[at..][..len];
            (L::F::from_slice(lanes.token(), sum) + y).store_slice(sum);
            y.store_slice(&mut error[at..][..len]);
        }
        squares
    }
}

/// Adds a sample's `e_i x_j` to row `j` of the sums.
#[inline(always)]
fn accumulate<L: Lanes>(
    lanes: L,
    wide: usize,
    (features, values): (&[u32], &[f32]),
    error: &[f32],
    cross: &mut [f32],
) {
    let len = L::F::LEN;
    for (&i, &x) in features.iter().zip(values) {
        let x = lanes.splat(x);
        let row = &mut cross[i as usize * wide..][..wide];
        for (sum, e) in row.chunks_exact_mut(len).zip(error.chunks_exact(len)) {
            let e = L::F::from_slice(lanes.token(), e);
            let before = L::F::from_slice(lanes.token(), sum);
            x.mul_add(e, before).store_slice(sum);
        }
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
