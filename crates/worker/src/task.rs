//! Whatever trains: what requests can do with it, of any job.

use crate::saving::Saving;
use engine::{Checkpoint, EngineError};
use std::pin::Pin;
use toy::phase::Thresholds;
use toy::study::Wanted;
use wire::{Job, Kind, Request};

/// What a worker does next: a future that stays on its thread.
pub type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T, EngineError>> + 'a>>;

/// A job in training. What fails is the GPU.
pub trait Task {
    /// Number the page knows the run by.
    fn id(&self) -> u32;

    /// Whether there is work to do now.
    fn is_active(&self) -> bool;

    /// Trains for a slice and shows what is due.
    fn work(&mut self) -> Doing<'_, ()>;

    /// Does what the page asks of a run; what a run of its kind has no use for changes nothing.
    fn handle(&mut self, request: Request) -> Doing<'_, ()>;
}

/// A run that is to begin.
pub struct Start {
    /// What is trained.
    pub job: Job,
    /// The parts of it that are trained here.
    pub parts: Vec<u32>,
    /// On which backend.
    pub kind: Kind,
    /// Where it goes on from; without, from step 0.
    pub from: Option<Checkpoint>,
    /// How it is shown.
    pub begin: Begin,
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
