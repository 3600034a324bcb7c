//! The one value that describes a diagram completely.

use crate::aggregate::Aggregate;
use crate::axis::Span;
use crate::init::Init;
use crate::schedule::{Course, Schedule};
use crate::spec::Spec;
use serde::{Deserialize, Serialize};

/// Most models a sweep may have: 256 x 256 pixels with 16 repeats.
pub const MAX_MODELS: u64 = 1 << 20;
/// Most columns, and most rows, of a sweep that is trained in shares, a few rows at a time.
pub const MAX_SIDE_IN_SHARES: u32 = 4096;
/// Most models of such a sweep: 4,096 x 4,096 pixels with 64 repeats.
pub const MAX_MODELS_IN_SHARES: u64 = 1 << 30;
/// Most features for which the population loss is integrated exactly.
pub const MAX_EXACT_FEATURES: u32 = 4;

/// Where gradients come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Data {
    /// The exact gradient of the population loss: the limit of an infinite batch, without noise.
    Exact,
    /// A fresh batch of random samples each step.
    Sampled,
}

/// A phase diagram to train: every pixel (row: density, column: importance of the last feature)
/// holds `repeats` models. Form, link, command line, exports and engines all read this value;
/// [`Spec`](crate::spec::Spec) says how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// Number of features `n`, 2 to 8.
    pub features: u32,
    /// Number of hidden dimensions `m`, 1 to `n - 1`.
    pub hidden: u32,
    /// Whether the biases `b` are trained; otherwise they stay 0.
    pub bias: bool,
    /// Number of columns: points on the importance axis.
    pub columns: u32,
    /// Number of rows: points on the density axis.
    pub rows: u32,
    /// Relative importance `r` of the last feature, first to last column.
    pub importance: Span,
    /// Feature density `s = 1 - S`, first (top) to last row.
    pub density: Span,
    /// Where gradients come from.
    pub data: Data,
    /// Samples a step, for sampled data.
    pub batch: u32,
    /// Models a pixel, alike but for their random numbers.
    pub repeats: u32,
    /// How the repeats of a pixel become one.
    pub aggregate: Aggregate,
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
    pub weight_decay: f64,
    /// Initial weights.
    pub init: Init,
    /// Seed of all random numbers.
    pub seed: u32,
}

impl Default for Sweep {
    /// The page's first diagram: two features, noise-free, quick.
    fn default() -> Self {
        Self {
            features: 2,
            hidden: 1,
            bias: true,
            columns: 64,
            rows: 64,
            importance: Span::new(0.1, 10.0),
            density: Span::new(1.0, 0.01),
            data: Data::Exact,
            batch: 1024,
            repeats: 8,
            aggregate: Aggregate::Lowest,
            steps: 300,
            lr: 0.03,
            schedule: Schedule::Cosine,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.0,
            init: Init::Xavier,
            seed: 0,
        }
    }
}

/// Why a combination of values, each allowed by itself, is not a sweep.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SweepError {
    /// `hidden` is not below `features`.
    #[error(
        "hidden is {hidden} with {features} features; it must be from 1 to {}, fewer than the features",
        features - 1
    )]
    Hidden {
        /// The hidden dimensions asked for.
        hidden: u32,
        /// The features asked for.
        features: u32,
    },
    /// Too much, even for a sweep in shares.
    #[error(
        "{columns} columns x {rows} rows x {repeats} repeats are {models} models; in shares, at most {MAX_SIDE_IN_SHARES} columns, as many rows and {MAX_MODELS_IN_SHARES} models are allowed, and one at least"
    )]
    Shares {
        /// Columns asked for.
        columns: u32,
        /// Rows asked for.
        rows: u32,
        /// Repeats asked for.
        repeats: u32,
        /// Their product.
        models: u64,
    },
    /// Too many models.
    #[error(
        "{columns} columns x {rows} rows x {repeats} repeats are {models} models; at most {MAX_MODELS} are allowed"
    )]
    Models {
        /// Columns asked for.
        columns: u32,
        /// Rows asked for.
        rows: u32,
        /// Repeats asked for.
        repeats: u32,
        /// Their product.
        models: u64,
    },
    /// Exact data with too many features.
    #[error(
        "data is exact with {features} features; exact integration is available up to {MAX_EXACT_FEATURES}, choose sampled data"
    )]
    Exact {
        /// The features asked for.
        features: u32,
    },
    /// One value out of its range.
    #[error(transparent)]
    Param(#[from] crate::spec::ParamError),
}

impl Sweep {
    /// The same diagram with a `factor`th of the columns and rows, rounded up.
    pub fn coarse(&self, factor: u32) -> Self {
        let part = |points: u32| points.div_ceil(factor.max(1));
        Self { columns: part(self.columns), rows: part(self.rows), ..self.clone() }
    }

    /// Checks a sweep that is trained in shares, a few rows at a time: as [`Spec::validate`], but
    /// for its size.
    ///
    /// # Errors
    /// The first thing that is wrong, as a sentence that says what is allowed.
    pub fn validate_in_shares(&self) -> Result<(), SweepError> {
        let Self { columns, rows, repeats, .. } = *self;
        let sides = 1..=MAX_SIDE_IN_SHARES;
        let models = self.models();
        let fits = sides.contains(&columns) && sides.contains(&rows);
        if !fits || models > MAX_MODELS_IN_SHARES {
            return Err(SweepError::Shares { columns, rows, repeats, models });
        }
        Self { columns: columns.min(16), rows: rows.min(16), ..self.clone() }.validate()
    }

    /// Number of models: columns x rows x repeats.
    pub fn models(&self) -> u64 {
        u64::from(self.columns) * u64::from(self.rows) * u64::from(self.repeats)
    }

    /// Parameters a model: `n m` weights, then `n` biases.
    pub fn parameters(&self) -> usize {
        ((self.hidden + 1) * self.features) as usize
    }

    /// Density of a row.
    pub fn density_at(&self, row: u32) -> f64 {
        self.density.at(row, self.rows)
    }

    /// Relative importance of the last feature in a column.
    pub fn importance_at(&self, column: u32) -> f64 {
        self.importance.at(column, self.columns)
    }

    /// Importance of every feature in a column: `(1, ..., 1, r)`.
    pub fn importances(&self, column: u32) -> Vec<f64> {
        let mut all = vec![1.0; self.features as usize];
        if let Some(last) = all.last_mut() {
            *last = self.importance_at(column);
        }
        all
    }

    /// Index of a model: repeats vary fastest, then columns, then rows, so that models with
    /// the same density are neighbours. The index is also its key in the random streams.
    pub fn model_index(&self, row: u32, column: u32, repeat: u32) -> u32 {
        (row * self.columns + column) * self.repeats + repeat
    }
}

impl From<&Sweep> for Course {
    fn from(sweep: &Sweep) -> Self {
        let Sweep { steps, lr, schedule, beta1, beta2, weight_decay, .. } = *sweep;
        Self { steps, lr, schedule, beta1, beta2, weight_decay }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn density_one_is_the_first_row() {
        let sweep = Sweep::default();
        assert_eq!(sweep.density_at(0), 1.0);
        assert_eq!(sweep.density_at(sweep.rows - 1), 0.01);
        assert_eq!(sweep.importances(0), [1.0, 0.1]);
    }
}
