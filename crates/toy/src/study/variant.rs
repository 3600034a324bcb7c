//! What can differ from model to model beyond size: architecture, target, importance and
//! what instances differ in.

use serde::{Deserialize, Serialize};

/// How a model computes its output from its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Variant {
    /// `x' = W W^T x + b`: the paper's linear model.
    Linear,
    /// `x' = ReLU(W W^T x + b)`: the paper's ReLU output model.
    Relu,
    /// `y = ReLU(W2 ReLU(W1 x) + b)`, untied: the paper's model that computes.
    Hidden,
}

impl Variant {
    /// Whether the output is computed with the input's weights, transposed.
    pub const fn tied(self) -> bool {
        !matches!(self, Self::Hidden)
    }

    /// Whether the hidden units are rectified.
    pub const fn rectifies_hidden(self) -> bool {
        matches!(self, Self::Hidden)
    }

    /// Whether the outputs are rectified.
    pub const fn rectifies_output(self) -> bool {
        !matches!(self, Self::Linear)
    }
}

/// What the outputs should be, which also decides what the inputs are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Target {
    /// The input itself; active features are uniform on [0, 1).
    Identity,
    /// The input's absolute value; active features are uniform on [-1, 1).
    Absolute,
}

impl Target {
    /// The target of an input.
    pub fn of<T: num_traits::Float>(self, x: T) -> T {
        match self {
            Self::Identity => x,
            Self::Absolute => x.abs(),
        }
    }
}

/// Importance of feature `i`, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Importance {
    /// 1 for all.
    Uniform,
    /// `ratio^i`.
    Geometric,
    /// 1 for all but the last, whose importance is `ratio`.
    Extra,
}

/// What the instances of a study differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Across {
    /// Density.
    Density,
    /// Hidden dimensions. All models are laid out for the most; the columns that a smaller one does
    /// not have start at zero, where their gradient is zero, too, and stay there.
    Hidden,
}
