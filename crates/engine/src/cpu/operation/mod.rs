//! The operations of `toy::operation` on the CPU, with elements of rows in lanes. Models are worked
//! through one after the other, natively on all cores at once: what a model learns depends on
//! nothing but itself.

mod attention;
mod elementwise;
mod exponential;
mod gelu;
mod matmul;
mod norm;

use crate::cpu::adam;
use crate::cpu::lanes::{Lanes, native};
use fearless_simd::{Level, Simd};
use toy::adam::Adam;
use toy::operation::attention::Size as Attention;
use toy::operation::dropout::Drops;
use toy::operation::matmul::Size;
use toy::schedule::StepRates;
use toy::tape::{AnyKernels, Kernels, Plain};
use toy::train::Model;

/// The kernels of an instruction set.
pub fn kernels(level: Level) -> AnyKernels<f32> {
    native!(level, lanes => Box::new(SimdKernels::new(lanes)), Box::new(Plain))
}

/// Carries out a tape's operations with lanes of one width.
pub struct SimdKernels<L> {
    lanes: L,
    /// Room for turned and padded factors.
    scratch: matmul::Scratch,
}

impl<L: Lanes> SimdKernels<L> {
    /// Kernels with these lanes.
    pub fn new(lanes: L) -> Self {
        Self { lanes, scratch: matmul::Scratch::default() }
    }

    /// Runs what the compiler shall make vectors of.
    #[inline(always)]
    fn wide<R>(&self, run: impl FnOnce() -> R) -> R {
        self.lanes.token().vectorize(run)
    }
}

impl<L: Lanes> Kernels<f32> for SimdKernels<L> {
    fn matmul(&mut self, size: Size, x: &[f32], w: &[f32], bias: Option<&[f32]>, y: &mut [f32]) {
        matmul::forward(self.lanes, &mut self.scratch, size, x, w, bias, y);
    }

    fn matmul_input(&mut self, size: Size, dy: &[f32], weight: &[f32], dx: &mut [f32]) {
        matmul::input_gradient(self.lanes, &mut self.scratch, size, dy, weight, dx);
    }

    fn matmul_weight(&mut self, size: Size, x: &[f32], dy: &[f32], dw: &mut [f32]) {
        matmul::weight_gradient(self.lanes, &mut self.scratch, size, x, dy, dw);
    }

    fn matmul_bias(&mut self, dy: &[f32], db: &mut [f32]) {
        self.wide(
            #[inline(always)]
            || toy::operation::matmul::bias_gradient(dy, db),
        );
    }

    fn relu(&mut self, x: &[f32], y: &mut [f32]) {
        self.wide(
            #[inline(always)]
            || toy::operation::relu::forward(x, y),
        );
    }

    fn relu_back(&mut self, x: &[f32], dy: &[f32], dx: &mut [f32]) {
        self.wide(
            #[inline(always)]
            || elementwise::relu_back(x, dy, dx),
        );
    }

    fn add(&mut self, x: &[f32], y: &[f32], z: &mut [f32]) {
        self.wide(
            #[inline(always)]
            || toy::operation::add::forward(x, y, z),
        );
    }

    fn add_back(&mut self, dz: &[f32], dx: &mut [f32]) {
        self.wide(
            #[inline(always)]
            || toy::operation::add::backward(dz, dx),
        );
    }

    fn gelu(&mut self, x: &[f32], y: &mut [f32]) {
        self.wide(
            #[inline(always)]
            || gelu::forward(x, y),
        );
    }

    fn gelu_back(&mut self, x: &[f32], dy: &[f32], dx: &mut [f32]) {
        self.wide(
            #[inline(always)]
            || gelu::backward(x, dy, dx),
        );
    }

    fn norm(&mut self, x: &[f32], gain: &[f32], shift: &[f32], y: &mut [f32], kept: &mut [f32]) {
        self.wide(
            #[inline(always)]
            || norm::forward(x, gain, shift, y, kept),
        );
    }

    fn norm_back(
        &mut self,
        from: (&[f32], &[f32], &[f32]),
        dy: &[f32],
        gradients: [&mut [f32]; 3],
    ) {
        self.wide(
            #[inline(always)]
            || norm::backward(from, dy, gradients),
        );
    }

    fn attention(
        &mut self,
        how: (Attention, Option<&[u32]>, Option<&Drops>),
        inputs: [&[f32]; 3],
        weights: &mut [f32],
        out: &mut [f32],
    ) {
        self.wide(
            #[inline(always)]
            || attention::forward(how, inputs, weights, out),
        );
    }

    fn attention_back(
        &mut self,
        how: (Attention, Option<&[u32]>, Option<&Drops>),
        inputs: [&[f32]; 3],
        weights: &[f32],
        dout: &[f32],
        gradients: [&mut [f32]; 3],
    ) {
        self.wide(
            #[inline(always)]
            || attention::backward(how, inputs, weights, dout, gradients),
        );
    }

    fn dropout(&mut self, drops: &Drops, x: &[f32], y: &mut [f32]) {
        self.wide(
            #[inline(always)]
            || elementwise::dropout(drops, x, y),
        );
    }

    fn dropout_back(&mut self, drops: &Drops, dy: &[f32], dx: &mut [f32]) {
        self.wide(
            #[inline(always)]
            || elementwise::dropout_back(drops, dy, dx),
        );
    }

    fn adam(&mut self, adam: &Adam<f32>, rates: &StepRates, state: &mut Model<f32>, g: &[f32]) {
        adam::update(self.lanes, adam, rates, state, g);
    }
}

#[cfg(test)]
mod tests;
