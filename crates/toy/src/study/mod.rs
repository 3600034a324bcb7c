//! Beyond the phase diagram: batches of larger models, for the rest of the paper's figures.
//!
//! A [`Study`] is to them what a [`Sweep`](crate::Sweep) is to the diagram: one value that says
//! everything about a run. Its models differ in density (the instances) and in their random
//! numbers (the repeats); everything else they share.

mod choose;
pub mod cost;
pub mod curve;
mod decay;
mod describe;
pub mod distribution;
pub mod document;
pub mod evaluator;
pub mod figure;
pub mod layout;
pub mod measure;
pub mod model;
mod param;
pub mod preset;
mod rules;
pub mod sample;
pub mod snapshot;
pub mod table;
pub mod train;
pub mod variant;
pub mod vulnerability;

pub use decay::Decay;
pub use describe::{MAX_FEATURES, MAX_HIDDEN, MAX_MODELS, MAX_NUMBERS, Study, StudyError};
pub use distribution::{Distribution, SETS, Sets};
pub use layout::Layout;
pub use measure::Measures;
pub use param::{ACROSS, IMPORTANCES, TARGETS, VARIANTS};
pub use snapshot::{Snapshot, Wanted};
pub use variant::{Across, Importance, Target, Variant};
