//! One model laid out for lanes while it is trained.

use super::gemm::transpose;
use crate::study::Plan;
use toy::study::Layout;
use toy::study::Target;

/// Sizes, and what they are padded to: multiples of the number of lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Features.
    pub n: usize,
    /// Hidden dimensions.
    pub m: usize,
    /// Features, padded.
    pub wide_n: usize,
    /// Hidden dimensions, padded.
    pub wide_m: usize,
}

impl Shape {
    /// The shape of a layout for so many lanes.
    pub fn new(layout: Layout, lanes: usize) -> Self {
        let Layout { n, m, .. } = layout;
        Self { n, m, wide_n: n.next_multiple_of(lanes), wide_m: m.next_multiple_of(lanes) }
    }
}

/// Weights and gradients of a model; what is padding is 0.
pub struct Network {
    /// Sizes.
    pub shape: Shape,
    layout: Layout,
    /// Whether hidden units are rectified.
    pub rectify_hidden: bool,
    /// Whether outputs are.
    pub rectify_output: bool,
    /// Whether targets are absolute values.
    pub absolute: bool,
    /// Importances.
    pub importance: Vec<f32>,
    /// Rows of the encoder.
    pub encoder: Vec<f32>,
    /// Rows of the decoder; empty when it is the encoder.
    own_decoder: Vec<f32>,
    /// Columns of the decoder.
    pub decoder_columns: Vec<f32>,
    /// Biases.
    pub bias: Vec<f32>,
    /// Sums over samples of the errors of each output.
    pub error: Vec<f32>,
    /// The encoder's gradient, or both when they are the same weights.
    pub encoder_gradient: Vec<f32>,
    /// The decoder's gradient, when it has weights of its own.
    pub decoder_gradient: Vec<f32>,
}

impl Network {
    /// Memory for a plan's models.
    pub fn new(plan: &Plan, shape: Shape) -> Self {
        let layout = plan.study.layout();
        let variant = plan.study.variant;
        let rows = vec![0.0; shape.n * shape.wide_m];
        let own = if layout.tied { vec![] } else { rows.clone() };
        let mut importance = plan.importances.clone();
        importance.resize(shape.wide_n, 0.0);
        Self {
            shape,
            layout,
            rectify_hidden: variant.rectifies_hidden(),
            rectify_output: variant.rectifies_output(),
            absolute: plan.study.target == Target::Absolute,
            importance,
            encoder: rows.clone(),
            own_decoder: own.clone(),
            decoder_columns: vec![0.0; shape.m * shape.wide_n],
            bias: vec![0.0; shape.wide_n],
            error: vec![0.0; shape.wide_n],
            encoder_gradient: rows,
            decoder_gradient: own,
        }
    }

    /// Takes a model's parameters, and forgets gradients of the biases.
    pub fn load(&mut self, parameters: &[f32]) {
        let Shape { n, m, wide_n, wide_m } = self.shape;
        spread(self.layout.encoder(parameters), m, &mut self.encoder, wide_m);
        if !self.layout.tied {
            spread(self.layout.decoder(parameters), m, &mut self.own_decoder, wide_m);
        }
        let decoder = self.layout.decoder(parameters);
        transpose(decoder, (n, m, m), &mut self.decoder_columns, wide_n);
        self.bias[..n].copy_from_slice(&self.layout.biases(parameters)[..n]);
        self.error.fill(0.0);
    }

    /// Rows of the decoder.
    pub fn decoder(&self) -> &[f32] {
        if self.layout.tied { &self.encoder } else { &self.own_decoder }
    }

    /// Whether the decoder is the encoder, and so are their gradients.
    pub fn tied(&self) -> bool {
        self.layout.tied
    }

    /// Adds so many samples without an active feature; returns their weighted squares.
    pub fn observe_zeros(&mut self, count: f32) -> f32 {
        let mut squares = 0.0;
        for (i, &b) in self.bias.iter().enumerate() {
            let y = if self.rectify_output && b <= 0.0 { 0.0 } else { b };
            let error = count * self.importance[i] * y;
            self.error[i] += error;
            squares += error * y;
        }
        squares
    }

    /// The gradient, times a factor, in the order of the parameters.
    pub fn gradient(&self, factor: f32, out: &mut [f32]) {
        let Shape { n, m, wide_m, .. } = self.shape;
        gather(&self.encoder_gradient, wide_m, factor, &mut out[..n * m], m);
        let (decoder, end) = (self.layout.decoder_at(), self.layout.weights());
        if !self.layout.tied {
            gather(&self.decoder_gradient, wide_m, factor, &mut out[decoder..end], m);
        }
        for (g, e) in out[end..end + n].iter_mut().zip(&self.error) {
            *g = factor * e;
        }
    }
}

/// Rows with padding from rows without.
fn spread(from: &[f32], m: usize, to: &mut [f32], wide: usize) {
    for (from, to) in from.chunks_exact(m).zip(to.chunks_exact_mut(wide)) {
        to[..m].copy_from_slice(from);
    }
}

/// Rows without padding from rows with, times a factor.
fn gather(from: &[f32], wide: usize, factor: f32, to: &mut [f32], m: usize) {
    for (from, to) in from.chunks_exact(wide).zip(to.chunks_exact_mut(m)) {
        for (to, &from) in to.iter_mut().zip(from) {
            *to = factor * from;
        }
    }
}
