//! The one value that describes a study completely.

use super::decay::Decay;
use super::distribution::{Distribution, DistributionError};
use super::layout::Layout;
use super::variant::{Across, Importance, Target, Variant};
use crate::axis::Span;
use crate::init::Init;
use crate::schedule::{Course, Schedule};
use crate::spec::ParamError;
use serde::{Deserialize, Serialize};

/// Most features of a model, where they occur so that as many can be drawn.
pub const MAX_FEATURES: u32 = 1024;
/// Most hidden dimensions of a model.
pub const MAX_HIDDEN: u32 = 128;
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
    /// Number of features `n`, 1 to 1,024.
    pub features: u32,
    /// Number of hidden dimensions `m`, 1 to 128; may exceed the features. The most, if instances
    /// differ in them.
    pub hidden: u32,
    /// Whether the biases `b` are trained; otherwise they stay 0.
    pub bias: bool,
    /// Number of densities, or of whatever instances differ in.
    pub instances: u32,
    /// What instances differ in.
    pub across: Across,
    /// Hidden dimensions of the first instance, if instances differ in them; they grow in equal
    /// ratios up to `hidden`.
    pub hidden_from: u32,
    /// Feature density `s = 1 - S`, first to last instance, equally spaced in the logarithm; the
    /// first one's for all, if instances differ in something else. The mean over features.
    pub density: Span,
    /// Formula of the features' importance.
    pub importance: Importance,
    /// The formula's number: `c` of `c^i`, or `r` of the extra feature.
    pub ratio: f64,
    /// How features occur.
    pub distribution: Distribution,
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
    /// Decoupled weight decay.
    pub decay: Decay,
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
            across: Across::Density,
            hidden_from: 1,
            density: Span::new(1.0, 0.05),
            importance: Importance::Geometric,
            ratio: 0.9,
            distribution: Distribution::default(),
            batch: 1024,
            steps: 10_000,
            lr: 1e-3,
            schedule: Schedule::Constant,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            decay: Decay::default(),
            init: Init::Xavier,
            repeats: 1,
            seed: 0,
        }
    }
}

impl AsRef<Distribution> for Study {
    fn as_ref(&self) -> &Distribution {
        &self.distribution
    }
}

impl AsMut<Distribution> for Study {
    fn as_mut(&mut self) -> &mut Distribution {
        &mut self.distribution
    }
}

impl AsRef<Decay> for Study {
    fn as_ref(&self) -> &Decay {
        &self.decay
    }
}

impl AsMut<Decay> for Study {
    fn as_mut(&mut self) -> &mut Decay {
        &mut self.decay
    }
}

/// Why a combination of values, each allowed by itself, is not a study.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StudyError {
    /// Features that cannot occur that way.
    #[error(transparent)]
    Distribution(#[from] DistributionError),
    /// Hidden dimensions that grow downwards.
    #[error("hidden-from is {from} with {hidden} hidden dimensions; it must be at most as many")]
    Hidden {
        /// The fewest asked for.
        from: u32,
        /// The most asked for.
        hidden: u32,
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
        match self.across {
            Across::Density => self.density.at(instance, self.instances),
            Across::Hidden => self.density.from,
        }
    }

    /// Hidden dimensions of an instance.
    pub fn hidden_at(&self, instance: u32) -> u32 {
        let range = Span::new(f64::from(self.hidden_from), f64::from(self.hidden));
        match self.across {
            Across::Density => self.hidden,
            Across::Hidden if self.instances <= 1 => self.hidden,
            Across::Hidden => range.at(instance, self.instances).round() as u32,
        }
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
        let Self { steps, lr, schedule, beta1, beta2, .. } = *self;
        let weight_decay = self.decay.of_all();
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
