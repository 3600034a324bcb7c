//! Operations that architectures are made of, plainly: each a forward and a backward pass over
//! slices, generic over f32 and f64. The reference for the CPU's and the GPU's kernels, which carry
//! the same names.
//!
//! Matrices are stored row by row. A backward pass gets the gradient of the loss by the operation's
//! output and adds to the gradients by its inputs, since an input may have other uses.

pub mod add;
pub mod attention;
pub mod cross_entropy;
pub mod dropout;
pub mod embedding;
pub mod gelu;
pub mod matmul;
pub mod norm;
pub mod relu;
pub mod select;
pub mod squared_error;
pub mod top_k;

use num_traits::Float;

/// A constant in the precision at hand.
pub(crate) fn cast<T: Float>(x: f64) -> T {
    T::from(x).unwrap_or_else(T::nan)
}

/// Finite differences, which every operation's backward pass is held against.
#[cfg(test)]
pub(crate) mod check {
    use crate::random::{block, open_unit};

    /// Numbers from -1 to 1.
    pub fn random(key: u32, size: usize) -> Vec<f64> {
        (0..size as u32).map(|i| 2.0 * open_unit(block(11, key, i, 0)[0]) - 1.0).collect()
    }

    /// Holds gradients against central differences of a random combination of the outputs.
    /// `backward` gets the inputs and the gradient by the output, and adds to the gradients by the
    /// inputs, which are not 0 before.
    ///
    /// # Panics
    /// When they differ.
    pub fn gradients(
        what: &str,
        inputs: &[Vec<f64>],
        forward: impl Fn(&[Vec<f64>]) -> Vec<f64>,
        backward: impl Fn(&[Vec<f64>], &[f64], &mut [Vec<f64>]),
    ) {
        let output = forward(inputs);
        let weights = random(99, output.len());
        let loss = |inputs: &[Vec<f64>]| -> f64 {
            forward(inputs).iter().zip(&weights).map(|(y, w)| y * w).sum()
        };
        let mut found: Vec<Vec<f64>> = inputs.iter().map(|x| vec![1.0; x.len()]).collect();
        backward(inputs, &weights, &mut found);
        let h = 1e-5;
        for (k, input) in inputs.iter().enumerate() {
            for i in 0..input.len() {
                let moved = |by: f64| {
                    let mut moved = inputs.to_vec();
                    moved[k][i] += by;
                    loss(&moved)
                };
                let expected = (moved(h) - moved(-h)) / (2.0 * h);
                let found = found[k][i] - 1.0;
                assert!(
                    (found - expected).abs() < 1e-7 * (1.0 + expected.abs()),
                    "{what}, input {k}, element {i}: {found} is not {expected}"
                );
            }
        }
    }
}
