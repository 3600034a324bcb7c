//! What a run of bottlenecks is.

use super::architecture::Bottleneck;
use crate::adam::Adam;
use crate::schedule::{Course, Schedule, StepRates};
use crate::spec::shared::shared;
use crate::spec::{Group, Kind, Param, ParamError, Preset, Spec, field, flag, param};
use serde::{Deserialize, Serialize};

/// Width of the base model, which no bottleneck exceeds.
pub const WIDTH: u32 = 64;
/// Most bottlenecks of a run.
pub const MAX_MODELS: u64 = 256;
/// Most words of a batch.
const MAX_WORDS: u64 = 1 << 20;

/// Bottlenecks in one translation model that stays as it is: of every power of two dimensions from
/// `narrowest` to `widest`, `repeats` of each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Translation {
    /// Fewest dimensions `k`.
    pub narrowest: u32,
    /// Most dimensions; doubled from the fewest up to here.
    pub widest: u32,
    /// Whether what passes is rectified.
    pub rectified: bool,
    /// Sentences a step.
    pub batch: u32,
    /// Optimiser steps.
    pub steps: u32,
    /// Base learning rate.
    pub lr: f64,
    /// Learning-rate schedule.
    pub schedule: Schedule,
    /// Steps in which the learning rate rises to what the schedule says.
    pub warmup: u32,
    /// Decay of Adam's first moment.
    pub beta1: f64,
    /// Decay of Adam's second moment.
    pub beta2: f64,
    /// Adam's epsilon.
    pub epsilon: f64,
    /// Decoupled weight decay.
    pub weight_decay: f64,
    /// Held-out sentences that bottlenecks are judged by.
    pub held_out: u32,
    /// Bottlenecks of each width, alike but for their random start.
    pub repeats: u32,
    /// Seed of all random numbers.
    pub seed: u32,
}

impl Default for Translation {
    fn default() -> Self {
        Self {
            narrowest: 1,
            widest: 64,
            rectified: false,
            batch: 32,
            steps: 600,
            lr: 1e-2,
            schedule: Schedule::Cosine,
            warmup: 20,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.0,
            held_out: 256,
            repeats: 1,
            seed: 0,
        }
    }
}

/// Why a combination of values, each allowed by itself, is no run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TranslationError {
    /// No width at all.
    #[error("narrowest is {narrowest} with widest {widest}; it must be at most as much")]
    Widths {
        /// Fewest dimensions asked for.
        narrowest: u32,
        /// Most dimensions asked for.
        widest: u32,
    },
    /// Too many models.
    #[error(
        "{widths} widths x {repeats} repeats are {models} bottlenecks; at most {MAX_MODELS} are allowed"
    )]
    Models {
        /// Widths asked for.
        widths: u32,
        /// Repeats asked for.
        repeats: u32,
        /// Their product.
        models: u64,
    },
    /// One value out of its range.
    #[error(transparent)]
    Param(#[from] ParamError),
}

impl Translation {
    /// Dimensions of every bottleneck, from the narrowest.
    pub fn widths(&self) -> Vec<u32> {
        let doubled = std::iter::successors(Some(self.narrowest), |k| k.checked_mul(2));
        doubled.take_while(|&k| k <= self.widest).collect()
    }

    /// Number of bottlenecks.
    pub fn models(&self) -> u64 {
        self.widths().len() as u64 * u64::from(self.repeats)
    }

    /// Dimensions and repeat of a bottleneck; repeats vary fastest.
    pub fn place(&self, model: u32) -> (u32, u32) {
        let repeats = self.repeats.max(1);
        (self.narrowest << (model / repeats).min(16), model % repeats)
    }

    /// Parameters of a bottleneck: two matrices of `k` by `d` and their biases.
    pub fn parameters(&self, model: u32) -> usize {
        let (k, d) = (self.place(model).0 as usize, WIDTH as usize);
        2 * k * d + k + d
    }

    /// The bottleneck of a model.
    pub fn bottleneck(&self, model: u32) -> Bottleneck {
        let dimensions = self.place(model).0 as usize;
        Bottleneck { dimensions, rectified: self.rectified }
    }

    /// The optimiser's constants of a step, and those that stay.
    pub fn rates(&self, t: u32) -> (StepRates, Adam<f32>) {
        let Self { steps, lr, schedule, beta1, beta2, weight_decay, .. } = *self;
        let rise = (f64::from(t) + 1.0) / f64::from(self.warmup.max(1));
        let lr = lr * rise.min(1.0);
        let course = Course { steps, lr, schedule, beta1, beta2, weight_decay };
        let [beta1, beta2, epsilon] = [beta1, beta2, self.epsilon].map(|x| x as f32);
        (StepRates::along(&course, t), Adam { beta1, beta2, epsilon })
    }
}

/// There is one way to look at translations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View;

impl Spec for Translation {
    type Error = TranslationError;
    type View = View;

    const KIND: &'static str = "translation";
    const PRESET_KEY: &'static str = "translation";
    const PARAMS: &'static [Param<Self>] = PARAMS;
    const PRESETS: &'static [Preset<Self>] = PRESETS;

    fn fit(&self) -> Result<(), TranslationError> {
        let Self { narrowest, widest, repeats, .. } = *self;
        if narrowest > widest {
            return Err(TranslationError::Widths { narrowest, widest });
        }
        let models = self.models();
        if models > MAX_MODELS || u64::from(self.batch) * 64 > MAX_WORDS {
            let widths = self.widths().len() as u32;
            return Err(TranslationError::Models { widths, repeats, models });
        }
        Ok(())
    }

    fn repair(&mut self) {
        self.narrowest = self.narrowest.min(self.widest);
        while self.models() > MAX_MODELS && self.repeats > 1 {
            self.repeats = self.repeats.div_ceil(2);
        }
    }
}

const PRESETS: &[Preset<Translation>] = &[
    Preset {
        name: "translation",
        label: "Bottlenecks, k = 1 to 64",
        view: View,
        help: "A model that translates a language with known features, and between its encoder and its decoder a linear bottleneck of 1, 2, 4 to 64 dimensions, trained while the rest stays as it is.",
        ours: &[],
        spec: Translation::default,
    },
    Preset {
        name: "translation-rectified",
        label: "The same, rectified",
        view: View,
        help: "What passes the bottleneck cannot be negative, so that its units are directions with one sign.",
        ours: &[],
        spec: || Translation { rectified: true, ..Translation::default() },
    },
];

const PARAMS: &[Param<Translation>] = &[
    param(
        ("narrowest", "fewest dimensions k"),
        (Group::Model, false),
        Kind::Integer { min: 1, max: WIDTH },
        "Dimensions of the narrowest bottleneck.",
        field!(narrowest),
    ),
    param(
        ("widest", "most dimensions k"),
        (Group::Model, false),
        Kind::Integer { min: 1, max: WIDTH },
        "Widths are doubled from the narrowest up to this.",
        field!(widest),
    ),
    param(
        ("rectified", "ReLU on z"),
        (Group::Model, false),
        Kind::Flag,
        "Whether what passes the bottleneck is rectified.",
        flag!(rectified),
    ),
    param(
        ("held-out", "sentences to judge by"),
        (Group::Data, true),
        Kind::Integer { min: 8, max: 4096 },
        "Held-out sentences that every bottleneck translates.",
        field!(held_out),
    ),
    param(
        ("batch", "batch"),
        (Group::Data, false),
        Kind::Integer { min: 1, max: 1024 },
        "Sentences a step.",
        field!(batch),
    ),
    shared!(steps),
    shared!(lr),
    shared!(schedule),
    param(
        ("warmup", "warm-up"),
        (Group::Optimiser, true),
        Kind::Integer { min: 0, max: 100_000 },
        "Steps in which the learning rate rises from 0.",
        field!(warmup),
    ),
    shared!(weight_decay),
    shared!(beta1),
    shared!(beta2),
    shared!(epsilon),
    shared!(repeats, 256, "Bottlenecks of each width from different random starts."),
    shared!(seed),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_doubled() {
        let run = Translation { narrowest: 3, widest: 13, repeats: 2, ..Translation::default() };
        assert_eq!((run.widths(), run.models()), (vec![3, 6, 12], 6));
        assert_eq!((run.place(0), run.place(3), run.place(4)), ((3, 0), (6, 1), (12, 0)));
        assert_eq!(Translation::default().widths(), [1, 2, 4, 8, 16, 32, 64]);
    }

    #[test]
    fn impossible_runs_are_refused_and_repaired() {
        let mut run =
            Translation { narrowest: 9, widest: 8, repeats: 256, ..Translation::default() };
        assert!(run.validate().is_err_and(|e| e.to_string().contains("at most as much")));
        run.repair();
        assert_eq!(run.validate(), Ok(()));
        run.narrowest = 1;
        assert!(run.validate().is_err_and(|e| e.to_string().contains("at most 256")));
        run.repair();
        assert_eq!((run.validate(), run.narrowest), (Ok(()), 1));
        assert!(Translation::PRESETS.iter().all(|p| (p.spec)().validate().is_ok()));
    }
}
