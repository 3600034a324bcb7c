//! The one value that describes a study completely.

use super::layout::Layout;
use super::variant::{Importance, Sets, Target, Variant};
use crate::axis::Span;
use crate::init::Init;
use crate::schedule::{Course, Schedule};
use crate::spec::ParamError;
use serde::{Deserialize, Serialize};

/// Most features of a model.
pub const MAX_FEATURES: u32 = 512;
/// Most hidden dimensions of a model.
pub const MAX_HIDDEN: u32 = 64;
/// Most models of a study.
pub const MAX_MODELS: u64 = 4096;
/// Most parameters of all models together: with their moments and gradients 128 MiB, a WebGPU
/// binding's default limit four times.
pub const MAX_NUMBERS: u64 = 1 << 25;

/// A batch of models to train: `instances` densities, `repeats` models of each. Form, link,
/// command line, exports and engines all read this value; [`Spec`](crate::spec::Spec) says how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Study {
    /// How outputs are computed.
    pub variant: Variant,
    /// What outputs should be.
    pub target: Target,
    /// Number of features `n`, 1 to 512.
    pub features: u32,
    /// Number of hidden dimensions `m`, 1 to 64; may exceed the features.
    pub hidden: u32,
    /// Whether the biases `b` are trained; otherwise they stay 0.
    pub bias: bool,
    /// Number of densities.
    pub instances: u32,
    /// Feature density `s = 1 - S`, first to last instance, equally spaced in the logarithm.
    pub density: Span,
    /// Formula of the features' importance.
    pub importance: Importance,
    /// The formula's number: `c` of `c^i`, or `r` of the extra feature.
    pub ratio: f64,
    /// How features occur together.
    pub sets: Sets,
    /// Features of a set, unless features are independent; divides their number.
    pub set_size: u32,
    /// Samples a step.
    pub batch: u32,
    /// Optimiser steps.
    pub steps: u32,
    /// Base learning rate.
    pub lr: f64,
    /// Learning-rate schedule.
    pub schedule: Schedule,
    /// Decay of Adam's first moment.
    pub beta1: f64,
    /// Decay of Adam's second moment.
    pub beta2: f64,
    /// Adam's epsilon.
    pub epsilon: f64,
    /// Decoupled weight decay: 0 is Adam, more is AdamW.
    pub weight_decay: f64,
    /// Initial weights.
    pub init: Init,
    /// Models an instance, alike but for their random numbers.
    pub repeats: u32,
    /// Seed of all random numbers.
    pub seed: u32,
}

impl Default for Study {
    /// The paper's introduction: five features in two dimensions, from dense to sparse.
    fn default() -> Self {
        Self {
            variant: Variant::Relu,
            target: Target::Identity,
            features: 5,
            hidden: 2,
            bias: true,
            instances: 10,
            density: Span::new(1.0, 0.05),
            importance: Importance::Geometric,
            ratio: 0.9,
            sets: Sets::Independent,
            set_size: 2,
            batch: 1024,
            steps: 10_000,
            lr: 1e-3,
            schedule: Schedule::Constant,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.0,
            init: Init::Xavier,
            repeats: 1,
            seed: 0,
        }
    }
}

/// Why a combination of values, each allowed by itself, is not a study.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StudyError {
    /// Sets that do not divide the features.
    #[error("set-size is {size} with {features} features; it must divide the number of features")]
    Sets {
        /// The set size asked for.
        size: u32,
        /// The features asked for.
        features: u32,
    },
    /// Features of one set that exclude each other cannot all be this frequent.
    #[error(
        "density goes up to {density} with anticorrelated sets of {size}; at most one in {size} features can be active at a time, so it must be at most {}",
        1.0 / f64::from(*size)
    )]
    Crowded {
        /// The largest density asked for.
        density: f64,
        /// The set size asked for.
        size: u32,
    },
    /// Too many models.
    #[error(
        "{instances} instances x {repeats} repeats are {models} models of {parameters} parameters; at most {MAX_MODELS} models and {MAX_NUMBERS} parameters in all are allowed"
    )]
    Models {
        /// Instances asked for.
        instances: u32,
        /// Repeats asked for.
        repeats: u32,
        /// Their product.
        models: u64,
        /// Parameters a model.
        parameters: usize,
    },
    /// One value out of its range.
    #[error(transparent)]
    Param(#[from] ParamError),
}

impl Study {
    /// Number of models: instances x repeats.
    pub fn models(&self) -> u64 {
        u64::from(self.instances) * u64::from(self.repeats)
    }

    /// Where the parameters of its models stand.
    pub fn layout(&self) -> Layout {
        Layout { n: self.features as usize, m: self.hidden as usize, tied: self.variant.tied() }
    }

    /// Parameters a model.
    pub fn parameters(&self) -> usize {
        self.layout().parameters()
    }

    /// Density of an instance.
    pub fn density_at(&self, instance: u32) -> f64 {
        self.density.at(instance, self.instances)
    }

    /// Importance of every feature.
    pub fn importances(&self) -> Vec<f64> {
        let one = |i: u32| match self.importance {
            Importance::Uniform => 1.0,
            Importance::Geometric => self.ratio.powi(i as i32),
            Importance::Extra if i + 1 == self.features => self.ratio,
            Importance::Extra => 1.0,
        };
        (0..self.features).map(one).collect()
    }

    /// Index of a model: repeats vary fastest. The index is also its key in the random streams.
    pub fn model_index(&self, instance: u32, repeat: u32) -> u32 {
        instance * self.repeats + repeat
    }

    /// Instance and repeat of a model's index.
    pub fn place(&self, index: u32) -> (u32, u32) {
        (index / self.repeats.max(1), index % self.repeats.max(1))
    }

    /// What the optimiser's step constants follow from.
    pub fn course(&self) -> Course {
        let Self { steps, lr, schedule, beta1, beta2, weight_decay, .. } = *self;
        Course { steps, lr, schedule, beta1, beta2, weight_decay }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_of_importance() {
        let study = |importance, ratio| Study { importance, ratio, ..Study::default() };
        assert_eq!(study(Importance::Uniform, 0.5).importances(), [1.0; 5]);
        assert_eq!(study(Importance::Geometric, 0.5).importances(), [1., 0.5, 0.25, 0.125, 0.0625]);
        assert_eq!(study(Importance::Extra, 2.0).importances(), [1., 1., 1., 1., 2.]);
    }

    #[test]
    fn models_of_an_instance_are_neighbours() {
        let study = Study { instances: 3, repeats: 4, ..Study::default() };
        for index in 0..12 {
            let (instance, repeat) = study.place(index);
            assert_eq!(study.model_index(instance, repeat), index);
        }
        assert_eq!(study.place(11), (2, 3));
    }
}
