//! Whether a GPU is to be believed: its numbers against the CPU's, for some models of the very run.
//!
//! Drivers have bugs that look like speed: a loop ended early is work not done. So a GPU trains only
//! after it has taken some models through the run's first steps as the CPU does, and goes on only
//! while models picked at random, trained again on the CPU from the states before a dispatch, come
//! to the states after it; where they do not, step by step (`replay`). All dispatches of a run are
//! alike, and none has more steps than the checked ones. The CPU does this while the GPU works, in a
//! quarter of its time at most: where that is enough, every step is checked, otherwise the last ones
//! of each slice. Whatever is read of a run has its last step checked first.

mod budget;
mod judge;
mod models;
mod network;
mod replay;
mod study;
mod sweep;

pub(crate) use models::CheckedModels;
pub use sweep::{Checked, rehearse as rehearse_sweep};

use crate::EngineError;
use crate::gpu::Gpu;
use wire::Job;

/// Whether a GPU reproduces the CPU's numbers for the first steps of a job: without starting it, in
/// some tens of milliseconds.
///
/// # Errors
/// When it does not, or fails.
pub async fn rehearse(gpu: &Gpu, job: &Job) -> Result<(), EngineError> {
    match job {
        Job::Sweep(sweep) => sweep::rehearse(gpu, sweep).await,
        Job::Study(study) => study::rehearse(gpu, study).await,
        Job::Network(network) => network::rehearse(gpu, network).await,
        // Never on a GPU.
        Job::Translation(_) => Ok(()),
    }
}
