//! Networks made of operations: transformers over features, and retrieval through attention.
//!
//! A [`Network`] is to them what a [`Study`](crate::Study) is to the models with one hidden layer:
//! one value that says everything about a run. Models differ in density (the instances) and random
//! numbers (the repeats); where they are shared, one model has to serve all densities.

pub mod architecture;
pub mod data;
mod describe;
pub mod measure;
pub mod param;
pub mod preset;
pub mod reference;
mod rules;
pub mod snapshot;
pub mod table;
pub mod train;

pub use describe::{
    Activation, Attention, MAX_MODELS, MAX_NUMBERS, MAX_ROWS, Network, NetworkError, Task,
};
pub use measure::Measures;
pub use snapshot::Snapshot;
