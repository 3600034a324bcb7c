//! What a network is.

use crate::axis::Span;
use crate::init::Init;

use crate::schedule::{Course, Schedule, StepRates};
use crate::spec::ParamError;
use serde::{Deserialize, Serialize};

/// Most models of a run.
pub const MAX_MODELS: u64 = 1024;
/// Most parameters of all models together.
pub const MAX_NUMBERS: u64 = 1 << 26;

/// What a network has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Task {
    /// Every token's output is its input.
    Identity,
    /// Every token but the last has a key and features; the last has a key alone, and its output is
    /// the features of the token with that key.
    Retrieval,
}

/// What tokens see of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Attention {
    /// Softmax attention.
    Softmax,
    /// Every token attends to itself alone: what softmax attention is with one token. There are no
    /// queries and keys.
    Own,
    /// No attention at all: the blocks are their MLPs.
    Off,
}

/// The function between the two layers of an MLP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Activation {
    /// The Gaussian error linear unit, tanh form.
    Gelu,
    /// The positive part.
    Relu,
}

/// Everything about a run of networks.
///
/// With `n` features, width `d`, `L` blocks and `T` tokens, and `x` the features of a token:
///
/// ```text
/// h = W_in x + b_in + p_t (+ k_key)
/// L times: h += W_O attention(LN h) + b_O
///          h += W_2 activation(W_1 LN h + b_1) + b_2
/// y = ReLU(W_out LN h + b_out)
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Network {
    /// What is asked of it.
    pub task: Task,
    /// Features `n` of a token.
    pub features: u32,
    /// Width `d` of the residual stream.
    pub width: u32,
    /// Blocks `L`.
    pub layers: u32,
    /// Heads `H` of each attention; divides the width.
    pub heads: u32,
    /// Tokens `T` of a sequence, in retrieval with the one that asks.
    pub tokens: u32,
    /// Keys `M` of retrieval.
    pub keys: u32,
    /// Units of each MLP; 0 for none.
    pub mlp: u32,
    /// Whether the residual stream is normalised before each part.
    pub norm: bool,
    /// What tokens see of each other.
    pub attention: Attention,
    /// Between the layers of an MLP.
    pub activation: Activation,
    /// Whether the output is read with the input's weights.
    pub tied: bool,
    /// Probability that an element is dropped, after the embedding, of the attention's weights and
    /// of both branches.
    pub dropout: f64,
    /// Densities.
    pub instances: u32,
    /// Probability that a feature is active, from the first density to the last.
    pub density: Span,
    /// Whether one model has to serve all densities.
    pub shared: bool,
    /// Importance of feature `i` is this to the power of `i`.
    pub ratio: f64,
    /// Sequences of each density a step.
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
    /// Decoupled weight decay, of every parameter.
    pub weight_decay: f64,
    /// Initial weights of the blocks; those of input and output are uniform in `1 / sqrt(fan-in)`.
    pub init: Init,
    /// Models a density, alike but for their random numbers.
    pub repeats: u32,
    /// Seed of all random numbers.
    pub seed: u32,
}

impl Default for Network {
    /// One network a density, sized as the published script's.
    fn default() -> Self {
        Self {
            task: Task::Identity,
            features: 64,
            width: 32,
            layers: 1,
            heads: 4,
            tokens: 1,
            keys: 8,
            mlp: 64,
            norm: false,
            attention: Attention::Softmax,
            activation: Activation::Gelu,
            tied: true,
            dropout: 0.0,
            instances: 8,
            density: Span::new(1.0, 0.05),
            shared: false,
            ratio: 0.9,
            batch: 128,
            steps: 2_000,
            lr: 3e-3,
            schedule: Schedule::Cosine,
            warmup: 100,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.0,
            init: Init::Std(0.02),
            repeats: 1,
            seed: 0,
        }
    }
}

/// Why a combination of values, each allowed by itself, is not a network.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NetworkError {
    /// Heads that do not divide the width.
    #[error("heads is {heads} with width {width}; it must divide the width")]
    Heads {
        /// The heads asked for.
        heads: u32,
        /// The width asked for.
        width: u32,
    },
    /// Nobody to ask, or fewer keys than tokens that have one.
    #[error(
        "retrieval has {tokens} tokens and {keys} keys; there must be at least 2 tokens, and a key for each but the one that asks"
    )]
    Keys {
        /// The tokens asked for.
        tokens: u32,
        /// The keys asked for.
        keys: u32,
    },
    /// Retrieval without anything that looks at other tokens.
    #[error("retrieval needs attention on and at least 1 layer; other tokens are out of reach")]
    Reach,
    /// Too many models.
    #[error(
        "{models} models of {parameters} parameters; at most {MAX_MODELS} models and {MAX_NUMBERS} parameters in all are allowed"
    )]
    Models {
        /// Models asked for.
        models: u64,
        /// Parameters a model.
        parameters: u64,
    },
    /// A batch that is too large for memory.
    #[error(
        "a step of a model has {rows} tokens; at most {MAX_ROWS} are allowed: lower batch or tokens"
    )]
    Rows {
        /// Tokens of a step.
        rows: u64,
    },
    /// One value out of its range.
    #[error(transparent)]
    Param(#[from] ParamError),
}

/// Most tokens of a model's step.
pub const MAX_ROWS: u64 = 1 << 17;

impl Network {
    /// Number of models.
    pub fn models(&self) -> u64 {
        let instances = if self.shared { 1 } else { self.instances };
        u64::from(instances) * u64::from(self.repeats)
    }

    /// Parameters a model.
    pub fn parameters(&self) -> u64 {
        let [n, d, m] = [self.features, self.width, self.mlp].map(u64::from);
        let norm = if self.norm { 2 * d } else { 0 };
        let attention = match self.attention {
            Attention::Softmax => norm + 4 * (d * d + d),
            Attention::Own => norm + 2 * (d * d + d),
            Attention::Off => 0,
        };
        let mlp = if m > 0 { norm + 2 * d * m + m + d } else { 0 };
        let keys = if self.task == Task::Retrieval { u64::from(self.keys) * d } else { 0 };
        let output = if self.tied { n } else { d * n + n };
        let ends = d * n + d + u64::from(self.tokens) * d + keys + norm + output;
        ends + u64::from(self.layers) * (attention + mlp)
    }

    /// Sequences of a model's step.
    pub fn sequences(&self) -> u32 {
        self.batch.saturating_mul(if self.shared { self.instances } else { 1 })
    }

    /// Tokens of a model's step.
    pub fn rows(&self) -> u64 {
        u64::from(self.sequences()) * u64::from(self.tokens)
    }

    /// A density.
    pub fn density_at(&self, instance: u32) -> f64 {
        self.density.at(instance, self.instances)
    }

    /// The densities that a model has to serve.
    pub fn instances_of(&self, model: u32) -> std::ops::Range<u32> {
        if self.shared {
            return 0..self.instances;
        }
        let instance = self.place(model).0;
        instance..instance + 1
    }

    /// Importance of every feature.
    pub fn importances(&self) -> Vec<f64> {
        (0..self.features).map(|i| self.ratio.powi(i as i32)).collect()
    }

    /// Index of a model: repeats vary fastest. The index is also its key in the random streams.
    pub fn model_index(&self, instance: u32, repeat: u32) -> u32 {
        instance * self.repeats + repeat
    }

    /// Instance and repeat of a model's index; shared models are of instance 0.
    pub fn place(&self, index: u32) -> (u32, u32) {
        (index / self.repeats.max(1), index % self.repeats.max(1))
    }

    /// The optimiser's constants of a step.
    pub fn rates(&self, t: u32) -> StepRates {
        let Self { steps, lr, schedule, beta1, beta2, weight_decay, .. } = *self;
        let rise = (f64::from(t) + 1.0) / f64::from(self.warmup.max(1));
        let lr = lr * rise.min(1.0);
        StepRates::along(&Course { steps, lr, schedule, beta1, beta2, weight_decay }, t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_learning_rate_warms_up() {
        let network = Network { warmup: 10, schedule: Schedule::Constant, ..Network::default() };
        // Without its bias correction, the rate is the learning rate.
        let lr = |t: u32| f64::from(network.rates(t).rate) * (1.0 - 0.9f64.powi(t as i32 + 1));
        assert!((lr(0) - 3e-4).abs() < 1e-8 && (lr(4) - 1.5e-3).abs() < 1e-8);
        assert!((lr(9) - 3e-3).abs() < 1e-8 && (lr(500) - 3e-3).abs() < 1e-8);
    }
}
