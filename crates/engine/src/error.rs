//! Why there is no run, or no more of it.

use crate::checkpoint::CheckpointError;
use toy::network::NetworkError;
use toy::translation::TranslationError;
use toy::{StudyError, SweepError};
use wire::{Cause, JobError};

impl From<JobError> for EngineError {
    fn from(error: JobError) -> Self {
        match error {
            JobError::Sweep(error) => Self::Sweep(error),
            JobError::Study(error) => Self::Study(error),
            JobError::Network(error) => Self::Network(error),
            JobError::Translation(error) => Self::Translation(error),
        }
    }
}

/// Why there is no run, or no more of it.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The sweep is not valid.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// The study is not valid.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// The network is not valid.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The run of bottlenecks is not valid.
    #[error(transparent)]
    Translation(#[from] TranslationError),
    /// There is no model to put bottlenecks into.
    #[error("the translation model is not there: {0}")]
    Base(String),
    /// A text of the reader's own, or its model, is not what it should be.
    #[error("the text cannot be translated: {0}")]
    Text(String),
    /// The GPU was asked for, but there is none to be had.
    #[error("no GPU can be used here: {0}; choose the CPU engine")]
    NoGpu(String),
    /// The GPU has no room for the models; it still works.
    #[error("the GPU has too little memory for so many models; choose fewer, or the CPU engine")]
    Memory,
    /// A checkpoint is not what it should be.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The GPU stopped working during the run.
    #[error("the GPU stopped: {0}; start the run again, or choose the CPU engine")]
    Lost(String),
    /// The GPU computes something else than the CPU.
    #[error("the GPU {name} computes wrong numbers: {what}; choose the CPU engine")]
    Wrong {
        /// The adapter.
        name: String,
        /// What is wrong, a clause.
        what: String,
    },
}

impl EngineError {
    /// What kind of failure it is.
    pub fn cause(&self) -> Cause {
        match self {
            Self::Sweep(_)
            | Self::Study(_)
            | Self::Network(_)
            | Self::Translation(_)
            | Self::Base(_)
            | Self::Text(_)
            | Self::Checkpoint(_) => Cause::Invalid,
            Self::NoGpu(_) => Cause::NoGpu,
            Self::Memory => Cause::Memory,
            Self::Lost(_) => Cause::Lost,
            Self::Wrong { .. } => Cause::Wrong,
        }
    }
}
