//! Whatever trains: what requests can do with it, of any job.

use crate::models::Models;
use crate::outbox::Outbox;
use crate::saving::Saving;
use crate::study::StudyTask;
use crate::sweep::SweepTask;
use engine::{EngineError, Run};
use toy::phase::Thresholds;
use toy::study::Wanted;
use wire::Request;

/// A job in training.
pub enum Task {
    /// A sweep.
    Sweep(Box<SweepTask>),
    /// A study, or networks.
    Study(Box<StudyTask>),
}

/// How a task begins.
pub struct Begin {
    /// Number of the run.
    pub id: u32,
    /// Whether it waits.
    pub paused: bool,
    /// What reports of a study hold.
    pub wanted: Wanted,
    /// Frames of its film.
    pub frames: u32,
    /// Where phases end.
    pub thresholds: Thresholds,
    /// When its state is sent.
    pub saving: Saving,
}

impl Task {
    /// Wraps a run and shows where it begins.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn new(begin: Begin, outbox: Outbox, run: Run) -> Result<Self, EngineError> {
        let Begin { id, paused, wanted, frames, thresholds, saving } = begin;
        Ok(match run {
            Run::Sweep(run) => {
                let task = SweepTask::new(id, outbox, run, saving, thresholds, paused);
                Self::Sweep(Box::new(task.await?))
            }
            Run::Study(run) => {
                let task =
                    StudyTask::new(id, outbox, Models::study(run), saving, wanted, frames, paused);
                Self::Study(Box::new(task.await?))
            }
            Run::Network(run) => {
                let task = StudyTask::new(
                    id,
                    outbox,
                    Models::network(run),
                    saving,
                    wanted,
                    frames,
                    paused,
                );
                Self::Study(Box::new(task.await?))
            }
            Run::Translation(run) => {
                let models = Models::translation(run);
                let task = StudyTask::new(id, outbox, models, saving, wanted, frames, paused);
                Self::Study(Box::new(task.await?))
            }
        })
    }

    /// Number the page knows the run by.
    pub fn id(&self) -> u32 {
        match self {
            Self::Sweep(task) => task.id(),
            Self::Study(task) => task.id(),
        }
    }

    /// Whether there is work to do now.
    pub fn is_active(&self) -> bool {
        match self {
            Self::Sweep(task) => task.is_active(),
            Self::Study(task) => task.is_active(),
        }
    }

    /// Trains for a slice and shows what is due.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn work(&mut self) -> Result<(), EngineError> {
        match self {
            Self::Sweep(task) => task.work().await,
            Self::Study(task) => task.work().await,
        }
    }

    /// Does what the page asks of a run; what a run of its kind has no use for changes nothing.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn handle(&mut self, request: Request) -> Result<(), EngineError> {
        match (self, request) {
            (Self::Sweep(task), Request::Pause) => task.pause().await?,
            (Self::Study(task), Request::Pause) => task.pause().await?,
            (Self::Sweep(task), Request::Resume) => task.resume(),
            (Self::Study(task), Request::Resume) => task.resume(),
            (Self::Sweep(task), Request::Step(steps)) => task.step(steps),
            (Self::Study(task), Request::Step(steps)) => task.step(steps),
            (Self::Sweep(task), Request::Aggregate(aggregate)) => task.aggregate(aggregate),
            (Self::Sweep(task), Request::Thresholds(thresholds)) => task.thresholds(thresholds),
            (Self::Sweep(task), Request::Inspect { row, column }) => task.inspect(row, column),
            (Self::Sweep(task), Request::Weights { run }) if run == task.id() => {
                task.weights().await?;
            }
            (Self::Study(task), Request::Translate(sentence)) => task.translate(sentence),
            (Self::Study(task), Request::Wanted(wanted)) => task.want(wanted).await?,
            (Self::Study(task), Request::Give { run, models }) if run == task.id() => {
                task.give(&models).await?;
            }
            (Self::Study(task), Request::Take(parcel)) if parcel.run == task.id() => {
                task.take(parcel).await?;
            }
            _ => {}
        }
        Ok(())
    }
}
