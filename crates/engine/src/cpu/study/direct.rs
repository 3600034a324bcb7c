//! The way through the hidden units, a tile of samples at a time: products with encoder and
//! decoder forwards and backwards, and two that make the gradients. Samples with few active
//! features go in and out of the encoder feature by feature, dense ones as a product, too.

use super::draw::{CHUNK, Chunk};
use super::gemm::{Left, product};
use super::scratch::{Network, Shape};
use crate::cpu::lanes::Lanes;
use fearless_simd::prelude::*;

/// Memory of this way, for one model after the other.
pub struct Direct {
    dense: bool,
    /// Inputs of a tile, if dense.
    input: Vec<f32>,
    /// Hidden units.
    hidden: Vec<f32>,
    /// Outputs, then errors times importance.
    output: Vec<f32>,
    /// What errors are worth to the hidden units.
    back: Vec<f32>,
    /// Outputs of the active features of one sample.
    own: Vec<f32>,
}

impl Direct {
    /// Memory for models of this shape.
    pub fn new(shape: Shape, dense: bool) -> Self {
        let tile = |width: usize| vec![0.0; CHUNK * width];
        Self {
            dense,
            input: if dense { tile(shape.wide_n) } else { vec![] },
            hidden: tile(shape.wide_m),
            output: tile(shape.wide_n),
            back: tile(shape.wide_m),
            own: vec![],
        }
    }

    /// Begins a batch.
    pub fn begin(&mut self, net: &mut Network) {
        net.encoder_gradient.fill(0.0);
        net.decoder_gradient.fill(0.0);
    }

    /// Adds samples; returns the sum of their squared errors, weighted by importance.
    pub fn observe<L: Lanes>(&mut self, lanes: L, net: &mut Network, chunk: &Chunk) -> f32 {
        let Shape { n, m, wide_n, wide_m } = net.shape;
        let samples = chunk.samples;
        if self.dense {
            self.spread(wide_n, chunk);
            let left = Left::Rows(&self.input, wide_n);
            let size = (samples, n, wide_m);
            product(lanes, size, left, &net.encoder, &mut self.hidden, false);
        } else {
            self.encode(lanes, net, chunk);
        }
        if net.rectify_hidden {
            self.hidden.iter_mut().for_each(|h| *h = h.max(0.0));
        }
        let left = Left::Rows(&self.hidden, wide_m);
        let size = (samples, m, wide_n);
        product(lanes, size, left, &net.decoder_columns, &mut self.output, false);
        let loss = self.errors(lanes, net, chunk);
        let left = Left::Rows(&self.output, wide_n);
        product(lanes, (samples, n, wide_m), left, net.decoder(), &mut self.back, false);
        if net.rectify_hidden {
            for (back, &h) in self.back.iter_mut().zip(&self.hidden) {
                *back = if h > 0.0 { *back } else { 0.0 };
            }
        }
        let left = Left::Columns(&self.output, wide_n);
        let size = (n, samples, wide_m);
        product(lanes, size, left, &self.hidden, net.decoder_gradient_mut(), true);
        if self.dense {
            let left = Left::Columns(&self.input, wide_n);
            product(lanes, size, left, &self.back, &mut net.encoder_gradient, true);
        } else {
            self.decode(lanes, net, chunk);
        }
        loss
    }

    /// Inputs as rows, zeros and all.
    fn spread(&mut self, wide: usize, chunk: &Chunk) {
        for (index, row) in self.input.chunks_exact_mut(wide).take(chunk.samples).enumerate() {
            row.fill(0.0);
            let (features, values) = chunk.sample(index);
            for (&i, &x) in features.iter().zip(values) {
                row[i as usize] = x;
            }
        }
    }

    /// Hidden units of sparse samples.
    #[inline(never)]
    fn encode<L: Lanes>(&mut self, lanes: L, net: &Network, chunk: &Chunk) {
        let (wide, len) = (net.shape.wide_m, L::F::LEN);
        lanes.token().vectorize(
            #[inline(always)]
            || {
                for (index, hidden) in self.hidden.chunks_exact_mut(wide).enumerate() {
                    if index == chunk.samples {
                        break;
                    }
                    let (features, values) = chunk.sample(index);
                    for (k, hidden) in hidden.chunks_exact_mut(len).enumerate() {
                        let mut sum = lanes.splat(0.0);
                        for (&i, &x) in features.iter().zip(values) {
                            let w = &net.encoder[i as usize * wide + k * len..][..len];
                            let w = L::F::from_slice(lanes.token(), w);
                            sum = lanes.splat(x).mul_add(w, sum);
                        }
                        sum.store_slice(hidden);
                    }
                }
            },
        );
    }

    /// The encoder's gradient from sparse samples.
    #[inline(never)]
    fn decode<L: Lanes>(&mut self, lanes: L, net: &mut Network, chunk: &Chunk) {
        let (wide, len) = (net.shape.wide_m, L::F::LEN);
        lanes.token().vectorize(
            #[inline(always)]
            || {
                for (index, back) in self.back.chunks_exact(wide).enumerate() {
                    if index == chunk.samples {
                        break;
                    }
                    let (features, values) = chunk.sample(index);
                    for (&i, &x) in features.iter().zip(values) {
                        let row = &mut net.encoder_gradient[i as usize * wide..][..wide];
                        let x = lanes.splat(x);
                        for (sum, b) in row.chunks_exact_mut(len).zip(back.chunks_exact(len)) {
                            let b = L::F::from_slice(lanes.token(), b);
                            let before = L::F::from_slice(lanes.token(), sum);
                            x.mul_add(b, before).store_slice(sum);
                        }
                    }
                }
            },
        );
    }

    /// Turns preactivations without biases into errors times importance; returns the errors'
    /// weighted squares.
    #[inline(never)]
    fn errors<L: Lanes>(&mut self, lanes: L, net: &mut Network, chunk: &Chunk) -> f32 {
        lanes.token().vectorize(
            #[inline(always)]
            || {
                // Borrowed once: what is written to one of them cannot move the others.
                let targets = Targets {
                    rectify: net.rectify_output,
                    absolute: net.absolute,
                    bias: &net.bias,
                    importance: &net.importance,
                };
                let (wide, sum) = (net.shape.wide_n, &mut net.error[..]);
                let (input, own) = (&self.input[..], &mut self.own);
                let rows = self.output.chunks_exact_mut(wide).take(chunk.samples);
                let mut loss = 0.0;
                for (index, output) in rows.enumerate() {
                    loss += if self.dense {
                        targets.dense(lanes, &input[index * wide..][..wide], output, sum)
                    } else {
                        targets.sparse(lanes, chunk.sample(index), output, sum, own)
                    };
                }
                loss
            },
        )
    }
}

/// What errors depend on.
#[derive(Clone, Copy)]
struct Targets<'a> {
    rectify: bool,
    absolute: bool,
    bias: &'a [f32],
    importance: &'a [f32],
}

impl Targets<'_> {
    /// Errors of a sample whose inputs are all there, also added to their sums.
    #[inline(always)]
    fn dense<L: Lanes>(self, lanes: L, input: &[f32], output: &mut [f32], sum: &mut [f32]) -> f32 {
        let len = L::F::LEN;
        let zero = lanes.splat(0.0);
        let mut squares = zero;
        for (k, output) in output.chunks_exact_mut(len).enumerate() {
            let at = k * len..(k + 1) * len;
            let x = L::F::from_slice(lanes.token(), &input[at.clone()]);
            let target = if self.absolute { x.abs() } else { x };
            let bias = L::F::from_slice(lanes.token(), &self.bias[at.clone()]);
            let z = L::F::from_slice(lanes.token(), output) + bias;
            let importance = L::F::from_slice(lanes.token(), &self.importance[at.clone()]);
            let miss = if self.rectify { lanes.relu(z) - target } else { z - target };
            let weighted = importance * miss;
            squares = weighted.mul_add(miss, squares);
            let error = if self.rectify { lanes.only(z.simd_gt(zero), weighted) } else { weighted };
            error.store_slice(output);
            let sum = &mut sum[at];
            (L::F::from_slice(lanes.token(), sum) + error).store_slice(sum);
        }
        squares.as_slice().iter().sum()
    }

    /// Errors of a sample by its active features, also added to their sums.
    #[inline(always)]
    fn sparse<L: Lanes>(
        self,
        lanes: L,
        (features, values): (&[u32], &[f32]),
        output: &mut [f32],
        sum: &mut [f32],
        own: &mut Vec<f32>,
    ) -> f32 {
        let len = L::F::LEN;
        own.clear();
        for &i in features {
            let z = output[i as usize] + self.bias[i as usize];
            own.push(if self.rectify { z.max(0.0) } else { z });
        }
        let mut squares = lanes.splat(0.0);
        for (k, output) in output.chunks_exact_mut(len).enumerate() {
            let at = k * len..(k + 1) * len;
            let bias = L::F::from_slice(lanes.token(), &self.bias[at.clone()]);
            let z = L::F::from_slice(lanes.token(), output) + bias;
            let y = if self.rectify { lanes.relu(z) } else { z };
            let importance = L::F::from_slice(lanes.token(), &self.importance[at.clone()]);
            let weighted = importance * y;
            squares = weighted.mul_add(y, squares);
            weighted.store_slice(output);
            let sum = &mut sum[at];
            (L::F::from_slice(lanes.token(), sum) + weighted).store_slice(sum);
        }
        let mut loss: f32 = squares.as_slice().iter().sum();
        for ((&i, &x), &y) in features.iter().zip(values).zip(own.iter()) {
            let i = i as usize;
            let (target, weight) = (if self.absolute { x.abs() } else { x }, self.importance[i]);
            let off = self.rectify && y <= 0.0;
            let error = if off { 0.0 } else { weight * (y - target) };
            loss += weight * (target * target - 2.0 * target * y);
            sum[i] += error - output[i];
            output[i] = error;
        }
        loss
    }
}
