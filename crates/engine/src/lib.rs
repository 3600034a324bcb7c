//! Trains a job on whatever the machine has: one [`Engine`], a GPU and a CPU backend behind it.
//!
//! The engine knows no page: natively it is driven by the command line, in the browser by a web
//! worker. A [`Run`] is advanced slice by slice, so its owner can pause, stop or look at any time.

pub mod check;
pub mod checkpoint;
mod choose;
pub mod cpu;
mod engine;
mod error;
mod found;
pub mod gauge;
pub mod gpu;
mod job;
pub mod network;
pub mod pace;
mod patience;
pub mod plan;
mod run;
pub mod study;
pub mod translation;
mod trial;

pub use checkpoint::{Checkpoint, CheckpointError, Live};
pub use engine::Engine;
pub use error::EngineError;
pub use found::Found;
pub use job::Run;
pub use network::NetworkRun;
pub use run::SweepRun;
pub use study::StudyRun;
pub use translation::TranslationRun;
pub use wire::{Choice, Job, Kind};
