//! Decoupled weight decay: its parameters, and what it does to a model before the optimiser's step.

use super::layout::Layout;
use crate::spec::{Group, Kind, Param, field, flag, only_when, param};
use num_traits::Float;
use serde::{Deserialize, Serialize};

/// How weights decay.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decay {
    /// The decay `gamma`: 0 is Adam, more is AdamW; less pulls the rows of the weights towards
    /// length 1 and leaves biases alone.
    pub weights: f64,
    /// Whether biases decay, too.
    pub biases: bool,
}

impl Default for Decay {
    fn default() -> Self {
        Self::adamw(0.0)
    }
}

/// The rows of these parameters in the table of a description that contains them.
pub(super) struct Rows<S>(std::marker::PhantomData<S>);

impl<S: AsRef<Decay> + AsMut<Decay> + 'static> Rows<S> {
    /// The rows, in the order forms and exports list them.
    pub const ALL: &'static [Param<S>] = &[
        param(
            ("weight-decay", "weight decay"),
            (Group::Optimiser, true),
            Kind::Real { min: -1.0, max: 1.0, log: false },
            "Decoupled shrinkage, as in AdamW; less than 0 pulls the weights of each feature towards length 1.",
            field!(part weights),
        ),
        only_when(
            |spec| spec.as_ref().weights > 0.0,
            param(
                ("decay-biases", "biases decay"),
                (Group::Optimiser, true),
                Kind::Flag,
                "Whether biases decay as weights do.",
                flag!(part biases),
            ),
        ),
    ];
}

impl Decay {
    /// The decay of AdamW, of all parameters alike.
    pub const fn adamw(weights: f64) -> Self {
        Self { weights, biases: true }
    }

    /// The decay of all parameters by one factor, which is a part of the optimiser's step.
    pub fn of_all(self) -> f64 {
        if self.is_apart() { 0.0 } else { self.weights }
    }

    /// Whether weights decay otherwise than by one factor for all parameters.
    pub fn is_apart(self) -> bool {
        self.weights < 0.0 || (self.weights > 0.0 && !self.biases)
    }

    /// Decays weights that decay apart, before the optimiser's step at a learning rate. Row by row:
    /// where the decay `gamma` is negative, `W_i += lr gamma W_i (1 - 1/|W_i|)`, towards length 1
    /// (Liu, Liu and Gore 2025); else `W_i -= lr gamma W_i`. The reference, and what engines call.
    pub fn apply<T: Float>(self, layout: Layout, lr: f64, parameters: &mut [T]) {
        if !self.is_apart() {
            return;
        }
        let rate = T::from(lr * self.weights).unwrap_or_else(T::nan);
        for row in parameters[..layout.weights()].chunks_exact_mut(layout.m) {
            let factor = factor(rate, row);
            row.iter_mut().for_each(|w| *w = *w * factor);
        }
    }
}

/// What a row of weights is multiplied with.
fn factor<T: Float>(rate: T, row: &[T]) -> T {
    if rate >= T::zero() {
        return T::one() - rate;
    }
    let norm = row.iter().fold(T::zero(), |sum, &w| sum + w * w).sqrt();
    if norm > T::zero() { T::one() + rate * (T::one() - norm.recip()) } else { T::one() }
}
