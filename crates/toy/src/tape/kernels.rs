//! What carries out the operations of a tape. The methods as they stand are the plain reference;
//! engines replace those that take the time.

use crate::adam::Adam;
use crate::operation::attention::{self, Size as Attention};
use crate::operation::dropout::{self, Drops};
use crate::operation::matmul::{self, Size};
use crate::operation::{add, gelu, norm, relu};
use crate::schedule::StepRates;
use crate::train::Model;
use num_traits::Float;

/// Forward and backward passes of operations. Backward passes add to gradients.
pub trait Kernels<T: Float> {
    /// See [`matmul::forward`].
    fn matmul(&mut self, size: Size, x: &[T], weight: &[T], bias: Option<&[T]>, y: &mut [T]) {
        matmul::forward(size, x, weight, bias, y);
    }

    /// See [`matmul::input_gradient`].
    fn matmul_input(&mut self, size: Size, dy: &[T], weight: &[T], dx: &mut [T]) {
        matmul::input_gradient(size, dy, weight, dx);
    }

    /// See [`matmul::weight_gradient`].
    fn matmul_weight(&mut self, size: Size, x: &[T], dy: &[T], dw: &mut [T]) {
        matmul::weight_gradient(size, x, dy, dw);
    }

    /// See [`matmul::bias_gradient`].
    fn matmul_bias(&mut self, dy: &[T], db: &mut [T]) {
        matmul::bias_gradient(dy, db);
    }

    /// See [`relu::forward`].
    fn relu(&mut self, x: &[T], y: &mut [T]) {
        relu::forward(x, y);
    }

    /// See [`relu::backward`].
    fn relu_back(&mut self, x: &[T], dy: &[T], dx: &mut [T]) {
        relu::backward(x, dy, dx);
    }

    /// See [`add::forward`].
    fn add(&mut self, x: &[T], y: &[T], z: &mut [T]) {
        add::forward(x, y, z);
    }

    /// See [`add::backward`].
    fn add_back(&mut self, dz: &[T], dx: &mut [T]) {
        add::backward(dz, dx);
    }

    /// See [`gelu::forward`].
    fn gelu(&mut self, x: &[T], y: &mut [T]) {
        gelu::forward(x, y);
    }

    /// See [`gelu::backward`].
    fn gelu_back(&mut self, x: &[T], dy: &[T], dx: &mut [T]) {
        gelu::backward(x, dy, dx);
    }

    /// See [`norm::forward`].
    fn norm(&mut self, x: &[T], gain: &[T], shift: &[T], y: &mut [T], statistics: &mut [T]) {
        norm::forward(x, gain, shift, y, statistics);
    }

    /// See [`norm::backward`].
    fn norm_back(
        &mut self,
        (x, gain, statistics): (&[T], &[T], &[T]),
        dy: &[T],
        [dx, dgain, dshift]: [&mut [T]; 3],
    ) {
        norm::backward(x, gain, statistics, dy, dx, dgain, dshift);
    }

    /// See [`attention::forward`].
    fn attention(
        &mut self,
        (size, lengths, drops): (Attention, Option<&[u32]>, Option<&Drops>),
        inputs: [&[T]; 3],
        weights: &mut [T],
        out: &mut [T],
    ) {
        attention::forward(size, lengths, drops, inputs, weights, out);
    }

    /// See [`attention::backward`].
    fn attention_back(
        &mut self,
        (size, lengths, drops): (Attention, Option<&[u32]>, Option<&Drops>),
        inputs: [&[T]; 3],
        weights: &[T],
        dout: &[T],
        gradients: [&mut [T]; 3],
    ) {
        attention::backward(size, lengths, drops, inputs, weights, dout, gradients);
    }

    /// See [`dropout::forward`].
    fn dropout(&mut self, drops: &Drops, x: &[T], y: &mut [T]) {
        dropout::forward(drops, x, y);
    }

    /// See [`dropout::backward`].
    fn dropout_back(&mut self, drops: &Drops, dy: &[T], dx: &mut [T]) {
        dropout::backward(drops, dy, dx);
    }

    /// See [`Adam::update`]: moves all parameters of a model.
    fn adam(&mut self, adam: &Adam<T>, rates: &StepRates, state: &mut Model<T>, gradient: &[T]) {
        let moments = state.first.iter_mut().zip(&mut state.second);
        for ((p, (m, v)), &g) in state.parameters.iter_mut().zip(moments).zip(gradient) {
            adam.update(rates, p, m, v, g);
        }
    }
}

/// The plain reference.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain;

impl<T: Float> Kernels<T> for Plain {}

/// Kernels of which kind is known when the program runs.
pub type AnyKernels<T> = Box<dyn Kernels<T> + Send>;
