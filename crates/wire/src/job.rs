//! What is trained: a spec and a share of it, and on which backend.

use serde::{Deserialize, Serialize};
use toy::network::{Network, NetworkError};
use toy::sweep::Data;
use toy::translation::{Translation, TranslationError};
use toy::{Spec, Study, StudyError, Sweep, SweepError};

/// What is trained, whatever kind of models it is made of. Workers, engines and checkpoints take
/// jobs; a new kind of spec is a new variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Job {
    /// The models of a phase diagram.
    Sweep(Sweep),
    /// The models of an experiment.
    Study(Study),
    /// Networks made of operations.
    Network(Network),
    /// Bottlenecks in a translation model.
    Translation(Translation),
}

/// Why a job cannot be trained, whatever trains it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum JobError {
    /// The sweep is not valid.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// The study is not valid.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// The network is not valid.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The run of bottlenecks is not valid.
    #[error(transparent)]
    Translation(#[from] TranslationError),
}

impl From<Sweep> for Job {
    fn from(sweep: Sweep) -> Self {
        Self::Sweep(sweep)
    }
}

impl From<Study> for Job {
    fn from(study: Study) -> Self {
        Self::Study(study)
    }
}

impl From<Network> for Job {
    fn from(network: Network) -> Self {
        Self::Network(network)
    }
}

impl From<Translation> for Job {
    fn from(translation: Translation) -> Self {
        Self::Translation(translation)
    }
}

impl Job {
    /// Checks values that are allowed by themselves against each other.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what is allowed.
    pub fn validate(&self) -> Result<(), JobError> {
        match self {
            Self::Sweep(sweep) => Ok(sweep.validate()?),
            Self::Study(study) => Ok(study.validate()?),
            Self::Network(network) => Ok(network.validate()?),
            Self::Translation(translation) => Ok(translation.validate()?),
        }
    }

    /// As [`validate`](Self::validate), for a job that is trained in shares: a sweep may then be
    /// larger.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what is allowed.
    pub fn validate_in_shares(&self) -> Result<(), JobError> {
        match self {
            Self::Sweep(sweep) => Ok(sweep.validate_in_shares()?),
            _ => self.validate(),
        }
    }

    /// Optimiser steps.
    pub fn steps(&self) -> u32 {
        match self {
            Self::Sweep(sweep) => sweep.steps,
            Self::Study(study) => study.steps,
            Self::Network(network) => network.steps,
            Self::Translation(translation) => translation.steps,
        }
    }

    /// Number of models.
    pub fn models(&self) -> u64 {
        match self {
            Self::Sweep(sweep) => sweep.models(),
            Self::Study(study) => study.models(),
            Self::Network(network) => network.models(),
            Self::Translation(translation) => translation.models(),
        }
    }

    /// Model-steps of the whole job.
    pub fn model_steps(&self) -> f64 {
        self.models() as f64 * f64::from(self.steps())
    }

    /// Number of parts that [shares](Shard) are made of: rows of a sweep, models of a study.
    pub fn parts(&self) -> u32 {
        match self {
            Self::Sweep(sweep) => sweep.rows,
            // A study has 4,096 models at most.
            Self::Study(study) => study.models() as u32,
            // And there are 1,024 networks.
            Self::Network(network) => network.models() as u32,
            // And 256 bottlenecks.
            Self::Translation(translation) => translation.models() as u32,
        }
    }

    /// Whether two jobs train the same models: how their results are shown may differ.
    pub fn trains_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sweep(a), Self::Sweep(b)) => *a == Sweep { aggregate: a.aggregate, ..b.clone() },
            _ => self == other,
        }
    }
}

/// A share of a job: every `stride`-th of its [parts](Job::parts) from `first` on. Interleaved,
/// because the cost of a part depends on its density.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// The first part.
    pub first: u32,
    /// Distance from one part to the next.
    pub stride: u32,
}

impl Shard {
    /// All parts.
    pub const ALL: Self = Self { first: 0, stride: 1 };

    /// The parts of this share, of a job with so many parts.
    pub fn of(self, parts: u32) -> Vec<u32> {
        (self.first..parts).step_by(self.stride.max(1) as usize).collect()
    }
}

/// Which backend the user asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Choice {
    /// Whichever a short trial finds faster.
    #[default]
    Auto,
    /// The GPU, or an error.
    Gpu,
    /// The CPU.
    Cpu,
}

/// Words of [`Choice`] in links and flags, each with a label.
pub const CHOICES: [(Choice, &str, &str); 3] =
    [(Choice::Auto, "auto", "automatic"), (Choice::Gpu, "gpu", "GPU"), (Choice::Cpu, "cpu", "CPU")];

impl Choice {
    /// The choice's word.
    pub fn word(self) -> &'static str {
        CHOICES.iter().find(|(choice, ..)| *choice == self).map_or("auto", |(_, word, _)| word)
    }

    /// The choice of this word.
    pub fn parse(word: &str) -> Option<Self> {
        CHOICES.iter().find(|(_, w, _)| *w == word).map(|(choice, ..)| *choice)
    }
}

/// Which backend runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// WGSL compute shaders through WebGPU, Vulkan, Metal or Direct3D 12.
    Gpu,
    /// SIMD lanes across models.
    Cpu,
}

/// What it depends on which backend is faster: jobs of one class share a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct Class(Key);

#[derive(Clone, Debug, PartialEq)]
enum Key {
    Sweep {
        features: u32,
        hidden: u32,
        /// Samples a step, rounded up to a power of two; `None` for exact data.
        batch: Option<u32>,
        /// Models, rounded up to a power of two.
        models: u64,
    },
    /// The study without what the time of a step does not depend on.
    Study(Box<Study>),
    /// The same of a network.
    Network(Box<Network>),
    /// The same of bottlenecks.
    Translation(Box<Translation>),
}

/// With so many models every GPU is taken to be busy.
pub const BUSY_MODELS: u64 = 1 << 16;

impl Class {
    /// The class of a job.
    pub fn of(job: &Job) -> Self {
        match job {
            Job::Sweep(sweep) => Self::of_sweep(sweep),
            Job::Study(study) => {
                let Study { seed, steps, lr, schedule, init, decay, .. } = Study::default();
                // Engines differ in which decay apart from the optimiser's step they know.
                let decay = if study.decay.is_apart() { study.decay } else { decay };
                let alike = Study { seed, steps, lr, schedule, init, decay, ..study.clone() };
                Self(Key::Study(Box::new(alike)))
            }
            Job::Network(network) => {
                let Network { seed, steps, lr, schedule, init, weight_decay, .. } =
                    Network::default();
                let alike =
                    Network { seed, steps, lr, schedule, init, weight_decay, ..network.clone() };
                Self(Key::Network(Box::new(alike)))
            }
            Job::Translation(translation) => {
                let Translation { seed, steps, lr, schedule, weight_decay, .. } =
                    Translation::default();
                let alike =
                    Translation { seed, steps, lr, schedule, weight_decay, ..translation.clone() };
                Self(Key::Translation(Box::new(alike)))
            }
        }
    }

    /// The class of a sweep.
    pub fn of_sweep(sweep: &Sweep) -> Self {
        let batch = (sweep.data == Data::Sampled).then(|| sweep.batch.next_power_of_two());
        let models = sweep.models().clamp(1, BUSY_MODELS).next_power_of_two();
        Self(Key::Sweep { features: sweep.features, hidden: sweep.hidden, batch, models })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_is_good_for_all_jobs_that_cost_alike() {
        let sweep = Sweep::default();
        let class = |sweep: Sweep| Class::of(&sweep.into());
        assert_eq!(class(sweep.clone()), class(Sweep { seed: 4, lr: 0.5, ..sweep.clone() }));
        assert_ne!(class(sweep.clone()), class(Sweep { hidden: 1, features: 3, ..sweep }));
        let study = Study::default();
        let class = |study: Study| Class::of(&study.into());
        assert_eq!(class(study.clone()), class(Study { seed: 4, steps: 7, ..study.clone() }));
        assert_ne!(class(study.clone()), class(Study { batch: 7, ..study }));
    }

    #[test]
    fn how_repeats_are_shown_is_no_part_of_what_is_trained() {
        use toy::aggregate::Aggregate;
        let [mean, lowest] = [Aggregate::Mean, Aggregate::Lowest]
            .map(|aggregate| Job::Sweep(Sweep { aggregate, ..Sweep::default() }));
        assert!(mean.trains_as(&lowest) && mean != lowest);
        assert!(!mean.trains_as(&Job::Sweep(Sweep { seed: 1, ..Sweep::default() })));
        assert!(!mean.trains_as(&Job::Study(Study::default())));
    }
}
