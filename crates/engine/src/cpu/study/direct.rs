//! The way through the hidden units, a tile of samples at a time: products with encoder and
//! decoder forwards and backwards, and two that make the gradients. Samples with few active
//! features go in and out of the encoder feature by feature, dense ones as a product, too.

use super::draw::{CHUNK, Chunk};
use super::error::{self, Sums};
use super::gemm::{Left, product};
use super::scratch::{Network, Shape};
use super::sparse::{times, turned_times};
use crate::cpu::lanes::Lanes;

/// Memory of this way, for one model after the other.
pub struct Direct {
    dense: bool,
    /// Rows of the decoder times the importances of their features.
    decoder: Vec<f32>,
    /// The decoder's gradient, before importances.
    decoder_gradient: Vec<f32>,
    /// Inputs of a tile, if dense.
    input: Vec<f32>,
    /// Hidden units.
    hidden: Vec<f32>,
    /// Outputs, then errors.
    error: Vec<f32>,
    /// What errors are worth to the hidden units.
    back: Vec<f32>,
    /// Where hidden units begin.
    zeros: Vec<f32>,
    sums: Sums,
}

impl Direct {
    /// Memory for models of this shape.
    pub fn new(shape: Shape, dense: bool) -> Self {
        let tile = |width: usize| vec![0.0; CHUNK * width];
        let rows = vec![0.0; shape.n * shape.wide_m];
        Self {
            dense,
            decoder: rows.clone(),
            decoder_gradient: rows,
            input: if dense { tile(shape.wide_n) } else { vec![] },
            hidden: tile(shape.wide_m),
            error: tile(shape.wide_n),
            back: tile(shape.wide_m),
            zeros: vec![0.0; shape.wide_m],
            sums: Sums::new(shape),
        }
    }

    /// Begins a batch.
    pub fn begin(&mut self, net: &mut Network) {
        net.encoder_gradient.fill(0.0);
        self.decoder_gradient.fill(0.0);
        let wide = net.shape.wide_m;
        let rows = self.decoder.chunks_exact_mut(wide).zip(net.decoder().chunks_exact(wide));
        for ((to, from), importance) in rows.zip(&net.importance) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to = importance * from);
        }
        self.sums.begin();
    }

    /// Adds samples.
    pub fn observe<L: Lanes>(&mut self, lanes: L, net: &mut Network, chunk: &Chunk) {
        let Shape { n, m, wide_n, wide_m } = net.shape;
        let samples = chunk.samples;
        if self.dense {
            self.spread(n, wide_n, chunk);
            let left = Left::Rows(&self.input, wide_n);
            let size = (samples, n, wide_m);
            product(lanes, size, left, &net.encoder, &mut self.hidden, false);
        } else {
            times(lanes, chunk, &net.encoder, &self.zeros, &mut self.hidden);
        }
        if net.rectify_hidden {
            self.hidden.iter_mut().for_each(|h| *h = if *h <= 0.0 { 0.0 } else { *h });
        }
        let left = Left::Rows(&self.hidden, wide_m);
        let size = (samples, m, wide_n);
        product(lanes, size, left, &net.decoder_columns, &mut self.error, false);
        let error = &mut self.error[..samples * wide_n];
        if self.dense {
            error::of_rows(lanes, net, &self.input, error, &mut self.sums);
        } else {
            error::of_outputs(lanes, net, chunk, Some(&net.bias), error, &mut self.sums);
        }
        let left = Left::Rows(error, wide_n);
        product(lanes, (samples, n, wide_m), left, &self.decoder, &mut self.back, false);
        if net.rectify_hidden {
            for (back, &h) in self.back.iter_mut().zip(&self.hidden) {
                *back = if h > 0.0 { *back } else { 0.0 };
            }
        }
        let left = Left::Columns(error, wide_n);
        let size = (n, samples, wide_m);
        product(lanes, size, left, &self.hidden, &mut self.decoder_gradient, true);
        if self.dense {
            let left = Left::Columns(&self.input, wide_n);
            product(lanes, size, left, &self.back, &mut net.encoder_gradient, true);
        } else {
            turned_times(lanes, chunk, &self.back, wide_m, &mut net.encoder_gradient);
        }
    }

    /// Ends a batch: weights the decoder's gradient; returns the sum of squared errors, weighted by
    /// importance.
    pub fn end(&mut self, net: &mut Network) -> f32 {
        let (wide, tied) = (net.shape.wide_m, net.tied());
        let Network { importance, encoder_gradient, decoder_gradient, .. } = net;
        let to = if tied { encoder_gradient } else { decoder_gradient };
        let rows = to.chunks_exact_mut(wide).zip(self.decoder_gradient.chunks_exact(wide));
        for ((to, from), importance) in rows.zip(importance.iter()) {
            for (to, from) in to.iter_mut().zip(from) {
                *to = importance * from + if tied { *to } else { 0.0 };
            }
        }
        self.sums.end(net)
    }

    /// Inputs as rows, zeros and all.
    fn spread(&mut self, n: usize, wide: usize, chunk: &Chunk) {
        for (index, row) in self.input.chunks_exact_mut(wide).take(chunk.samples).enumerate() {
            let (features, values) = chunk.sample(index);
            if features.len() == n {
                row[..n].copy_from_slice(values);
                continue;
            }
            row.fill(0.0);
            for (&i, &x) in features.iter().zip(values) {
                row[i as usize] = x;
            }
        }
    }
}
