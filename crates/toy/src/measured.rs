//! What is measured on one model of a diagram.

use crate::evaluate::Point;
use crate::measure::{norm, polysemanticity, superposition};
use crate::model::Shape;
use crate::phase::{Context, Phase, Thresholds};
use crate::sweep::Sweep;
use num_traits::ToPrimitive;

/// What is measured on one trained model. All measures are of the last feature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Norm `|W_n|`.
    pub norm: f32,
    /// Superposition, the paper's sum of squares.
    pub superposition: f32,
    /// repro-superposition's polysemanticity, its square root.
    pub polysemanticity: f32,
    /// Population loss, summed over features.
    pub loss: f32,
    /// The phase.
    pub phase: Phase,
}

impl Measured {
    /// Measures a model at its point of the diagram.
    pub fn new(sweep: &Sweep, point: &Point, parameters: &[f64], thresholds: &Thresholds) -> Self {
        let shape = Shape::of(sweep);
        let (w, _) = shape.split(parameters);
        let last = shape.n - 1;
        let loss = point.loss(parameters) as f32;
        Self {
            norm: norm(shape, w, last) as f32,
            superposition: superposition(shape, w, last) as f32,
            polysemanticity: polysemanticity(shape, w, last) as f32,
            loss,
            phase: phase(sweep, loss, w, thresholds),
        }
    }
}

/// The phase of a model: diverged where its loss is no finite number, even if its weights still are.
pub(crate) fn phase<T: ToPrimitive>(
    sweep: &Sweep,
    loss: f32,
    w: &[T],
    thresholds: &Thresholds,
) -> Phase {
    let context = Context { biases: sweep.bias, excess: None };
    if loss.is_finite() {
        thresholds.classify(w, Shape::of(sweep).m, context).phase
    } else {
        Phase::Diverged
    }
}
