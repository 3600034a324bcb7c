//! A run of any job: what all of them have in common.

use crate::checkpoint::Checkpoint;
use crate::error::EngineError;
use crate::network::NetworkRun;
use crate::run::SweepRun;
use crate::study::StudyRun;
use crate::translation::TranslationRun;

/// A share of a job in training.
pub enum Run {
    /// Of a sweep.
    Sweep(SweepRun),
    /// Of a study.
    Study(StudyRun),
    /// Of networks.
    Network(NetworkRun),
    /// Of bottlenecks in a translation model.
    Translation(TranslationRun),
}

impl Run {
    /// Steps that all models have taken so far.
    pub fn step(&self) -> u32 {
        match self {
            Self::Sweep(run) => run.step(),
            Self::Study(run) => run.step(),
            Self::Network(run) => run.step(),
            Self::Translation(run) => run.step(),
        }
    }

    /// Whether every step has been taken.
    pub fn is_done(&self) -> bool {
        match self {
            Self::Sweep(run) => run.is_done(),
            Self::Study(run) => run.is_done(),
            Self::Network(run) => run.is_done(),
            Self::Translation(run) => run.is_done(),
        }
    }

    /// The run as it is now, to go on from by [`Engine::restore`](crate::Engine::restore), in
    /// another process or on another device. May be made between any two slices.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn checkpoint(&mut self) -> Result<Checkpoint, EngineError> {
        match self {
            Self::Sweep(run) => run.checkpoint().await,
            Self::Study(run) => run.checkpoint().await,
            Self::Network(run) => run.checkpoint().await,
            Self::Translation(run) => Ok(run.checkpoint()),
        }
    }

    /// Trains for a slice of some 10 to 50 ms, but at most `limit` steps; see
    /// [`SweepRun::advance`] and [`StudyRun::advance`]. Returns the steps that all models have
    /// taken with it.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn advance(&mut self, limit: u32) -> Result<u32, EngineError> {
        match self {
            Self::Sweep(run) => run.advance(limit).await,
            Self::Study(run) => run.advance(limit).await,
            Self::Network(run) => run.advance(limit).await,
            Self::Translation(run) => Ok(run.advance(limit)),
        }
    }
}
