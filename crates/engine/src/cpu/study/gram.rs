//! The way through `A = W W^T`, for tied weights and sparse samples: outputs are `A x + b`, so a
//! sample costs `n` products an active feature, twice, and none of them know the hidden dimension.
//! See `toy::model` for the formulas.

use super::draw::{CHUNK, Chunk};
use super::error::{self, Sums};
use super::gemm::{Left, product};
use super::scratch::{Network, Shape};
use super::sparse::{times, turned_times};
use crate::cpu::lanes::Lanes;

/// Memory of this way, for one model after the other.
pub struct Gram {
    /// `A`, and then the symmetric sum that gradients are made of.
    a: Vec<f32>,
    /// Row `j` holds the sums over samples of `e_i x_j`, without importances.
    cross: Vec<f32>,
    /// Outputs of a chunk, then errors, sample by sample.
    error: Vec<f32>,
    sums: Sums,
}

impl Gram {
    /// Memory for models of this shape.
    pub fn new(shape: Shape) -> Self {
        let square = vec![0.0; shape.n * shape.wide_n];
        Self {
            a: square.clone(),
            cross: square,
            error: vec![0.0; CHUNK * shape.wide_n],
            sums: Sums::new(shape),
        }
    }

    /// Begins a batch.
    pub fn begin<L: Lanes>(&mut self, lanes: L, net: &Network) {
        let Shape { n, m, wide_n, wide_m } = net.shape;
        let left = Left::Rows(&net.encoder, wide_m);
        product(lanes, (n, m, wide_n), left, &net.decoder_columns, &mut self.a, false);
        self.cross.fill(0.0);
        self.sums.begin();
    }

    /// Adds samples.
    pub fn observe<L: Lanes>(&mut self, lanes: L, net: &Network, chunk: &Chunk) {
        let wide = net.shape.wide_n;
        times(lanes, chunk, &self.a, &net.bias, &mut self.error);
        let error = &mut self.error[..chunk.samples * wide];
        error::of_outputs(lanes, net, chunk, None, error, &mut self.sums);
        turned_times(lanes, chunk, error, wide, &mut self.cross);
    }

    /// Ends a batch: weights the errors and makes the encoder's gradient; returns the sum of
    /// squared errors, weighted by importance.
    pub fn end<L: Lanes>(&mut self, lanes: L, net: &mut Network) -> f32 {
        let Shape { n, wide_n: wide, wide_m, .. } = net.shape;
        symmetric(&self.cross, &net.importance[..n], wide, &mut self.a);
        let left = Left::Rows(&self.a, wide);
        product(lanes, (n, n, wide_m), left, &net.encoder, &mut net.encoder_gradient, false);
        self.sums.end(net)
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
