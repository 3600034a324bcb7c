//! The phase diagram: one value that describes a run of it completely.

mod describe;
mod param;
mod preset;
mod rules;

pub use describe::{
    Data, MAX_EXACT_FEATURES, MAX_MODELS, MAX_MODELS_IN_SHARES, MAX_SIDE_IN_SHARES, Sweep,
    SweepError,
};
pub use param::{AGGREGATES, DATA, GRID};
pub use preset::with_protocol;

/// A named sweep.
pub type Preset = crate::spec::Preset<Sweep>;
