//! The translation model that bottlenecks are put into: how it is trained, and its file.

use super::architecture::Architecture;
use super::shape::Shape;
use crate::adam::Adam;
use crate::schedule::{Course, Schedule, StepRates};
use half::f16;

/// A base model's weights, in the order of its tape.
#[derive(Clone, Debug, PartialEq)]
pub struct Base {
    /// All weights.
    pub parameters: Vec<f32>,
}

/// How a base model is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    /// Sentences a step.
    pub batch: usize,
    /// Optimiser steps.
    pub steps: u32,
    /// Largest learning rate.
    pub lr: f64,
    /// Steps in which it is reached; from there it falls along a quarter of a cosine.
    pub warmup: u32,
    /// Seed of the weights and batches.
    pub seed: u32,
}

/// The recipe of the weights that come with the page.
pub const RECIPE: Recipe = Recipe { batch: 64, steps: 4000, lr: 2e-3, warmup: 200, seed: 1 };

impl Recipe {
    /// [`RECIPE`] with so many steps, at least one. A course that is shorter than the rise of its rate
    /// would end before it has learned: it takes a fifth of the steps then.
    pub fn of_steps(steps: u32) -> Self {
        let steps = steps.max(1);
        Self { steps, warmup: RECIPE.warmup.min(steps / 5), ..RECIPE }
    }

    /// The optimiser's constants of a step, and those that stay.
    pub fn rates(&self, t: u32) -> (StepRates, Adam<f32>) {
        let (beta1, beta2) = (0.9, 0.98);
        let rise = (f64::from(t) + 1.0) / f64::from(self.warmup.max(1));
        let lr = self.lr * rise.min(1.0);
        let Self { steps, .. } = *self;
        let schedule = Schedule::Cosine;
        let course = Course { steps, lr, schedule, beta1, beta2, weight_decay: 0.0 };
        let adam = Adam { beta1: beta1 as f32, beta2: beta2 as f32, epsilon: 1e-8 };
        (StepRates::along(&course, t), adam)
    }
}

/// What a file begins with: its kind and version.
pub const MAGIC: &[u8; 8] = b"SPBASE01";

/// Why bytes are no base model.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BaseError {
    /// Another kind of file.
    #[error("the file is no translation model of this program")]
    Foreign,
    /// Of another size.
    #[error("the file has {found} weights where the model has {wanted}")]
    Size {
        /// Weights in the file.
        found: usize,
        /// Weights of the model.
        wanted: usize,
    },
    /// Numbers that are none.
    #[error("a weight in the file is no number")]
    NotFinite,
}

impl Base {
    /// A model before its first step.
    pub fn start(shape: Shape, seed: u32) -> Self {
        Self { parameters: Architecture::base(shape, 1).tape.start(seed, 0) }
    }

    /// The same with every weight rounded to a half float, as its file holds it.
    pub fn rounded(&self) -> Self {
        let round = |&x: &f32| f16::from_f32(x).to_f32();
        Self { parameters: self.parameters.iter().map(round).collect() }
    }

    /// The file: eight bytes that say what it is, then half floats in the order of the tape, the
    /// lower byte first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let halves = self.parameters.iter().flat_map(|&x| f16::from_f32(x).to_le_bytes());
        MAGIC.iter().copied().chain(halves).collect()
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it is none, or of a model of another size.
    pub fn from_bytes(shape: Shape, bytes: &[u8]) -> Result<Self, BaseError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(BaseError::Foreign)?;
        let (found, wanted) = (rest.len() / 2, Architecture::base(shape, 1).tape.parameters());
        if found != wanted || rest.len() % 2 != 0 {
            return Err(BaseError::Size { found, wanted });
        }
        let halves = rest.as_chunks::<2>().0;
        let parameters: Vec<f32> =
            halves.iter().map(|&two| f16::from_le_bytes(two).to_f32()).collect();
        if parameters.iter().any(|x| !x.is_finite()) {
            return Err(BaseError::NotFinite);
        }
        Ok(Self { parameters })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_courses_rise_in_time() {
        assert_eq!(Recipe::of_steps(RECIPE.steps), RECIPE);
        assert_eq!(Recipe::of_steps(100).warmup, 20);
        let first = Recipe::of_steps(0).rates(0).0;
        assert!(first.rate.is_finite() && first.rate > 0.0);
    }

    #[test]
    fn the_file_gives_the_weights_back() {
        let base = Base::start(Shape::LANGUAGE, 3).rounded();
        assert_eq!(base.parameters.len(), 245_620);
        let bytes = base.to_bytes();
        assert!(bytes.len() < 600_000);
        assert_eq!(Base::from_bytes(Shape::LANGUAGE, &bytes), Ok(base));
        let read = |bytes: &[u8]| Base::from_bytes(Shape::LANGUAGE, bytes);
        assert_eq!(read(&bytes[1..]), Err(BaseError::Foreign));
        assert!(matches!(read(&bytes[..bytes.len() - 1]), Err(BaseError::Size { .. })));
        let mut spoilt = bytes.clone();
        spoilt[9] = 0x7c;
        spoilt[8] = 0;
        assert_eq!(read(&spoilt), Err(BaseError::NotFinite));
    }
}
