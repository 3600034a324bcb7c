//! The science of Superphase: what a sweep is, the models and their data, how they are trained,
//! what is measured on them and what theory expects. Pure Rust; it knows no GPU and no page.

pub mod adam;
pub mod aggregate;
pub mod ansatz;
pub mod axis;
pub mod binomial;
pub mod comparison;
pub mod csv;
pub mod directions;
pub mod evaluate;
pub mod fingerprint;
pub mod init;
pub mod json;
pub mod load;
pub mod measure;
pub mod measured;
pub mod measures;
pub mod model;
pub mod network;
pub mod operation;
pub mod optimum;
pub mod phase;
pub mod picture;
pub mod population;
pub mod power_law;
pub mod random;
pub mod sample;
pub mod schedule;
pub mod spec;
pub mod study;
pub mod surface;
pub mod sweep;
pub mod tape;
pub mod train;
pub mod trajectory;
pub mod translation;

pub use spec::Spec;
pub use study::{Study, StudyError};
pub use sweep::{Sweep, SweepError};

/// Largest number of features a model can have; fixed-size arrays in the kernels are sized by it.
pub const MAX_FEATURES: usize = 8;
