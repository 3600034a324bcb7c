//! The worker's main loop: requests first, then a slice of whatever there is to do.

use crate::job::Job;
use crate::post::{Breath, inbox, send};
use crate::theory::{Edges, Minima, Theory, paths};
use engine::{Engine, EngineError};
use futures_channel::mpsc::UnboundedReceiver;
use futures_util::StreamExt;
use std::collections::VecDeque;
use toy::phase::Thresholds;
use wire::{Choice, Report, Request};

/// What the worker has and does.
pub struct Session {
    inbox: UnboundedReceiver<Request>,
    engine: Option<(Choice, Engine)>,
    job: Option<Job>,
    theories: VecDeque<Theory>,
    thresholds: Thresholds,
}

impl Session {
    /// Starts to listen.
    pub fn new() -> Self {
        Self {
            inbox: inbox(),
            engine: None,
            job: None,
            theories: VecDeque::new(),
            thresholds: Thresholds::default(),
        }
    }

    /// Works until the page closes the worker.
    pub async fn run(mut self) {
        let Ok(breath) = Breath::new() else { return };
        send(&Report::Ready);
        loop {
            while let Ok(request) = self.inbox.try_recv() {
                self.handle(request).await;
            }
            if let Some(job) = self.job.as_mut().filter(|job| job.is_active()) {
                if let Err(error) = job.work().await {
                    let run = job.id();
                    self.job = None;
                    self.fail(run, &error);
                }
            } else if let Some(theory) = self.theories.front_mut() {
                if !theory.work() {
                    self.theories.pop_front();
                }
            } else if let Some(request) = self.inbox.next().await {
                self.handle(request).await;
                continue;
            }
            breath.take().await;
        }
    }

    async fn handle(&mut self, request: Request) {
        let run = match &request {
            Request::Start { run, .. }
            | Request::Optimum { run, .. }
            | Request::Boundary { run, .. }
            | Request::Paths { run, .. } => *run,
            _ => self.job.as_ref().map_or(0, Job::id),
        };
        if let Err(error) = self.obey(request).await {
            self.job = None;
            self.fail(run, &error);
        }
    }

    async fn obey(&mut self, request: Request) -> Result<(), EngineError> {
        match request {
            Request::Probe(choice) => {
                self.engine(choice).await?;
            }
            Request::Start { run, sweep, shard, choice, paused } => {
                self.job = None;
                let started = self.engine(choice).await?.start(&sweep, shard).await?;
                self.job = Some(Job::new(run, started, self.thresholds, paused).await?);
            }
            Request::Optimum { run, sweep, shard } => {
                sweep.validate()?;
                // A newer diagram replaces whatever was in computation for an older one.
                let minima = Minima::new(run, sweep, shard, self.thresholds);
                self.theories = VecDeque::from([Theory::Optimum(minima)]);
            }
            Request::Boundary { run, sweep } => {
                sweep.validate()?;
                self.theories.push_back(Theory::Boundary(Edges::new(run, sweep)));
            }
            Request::Thresholds(thresholds) => {
                self.thresholds = thresholds;
                self.job.iter_mut().for_each(|job| job.thresholds(thresholds));
            }
            Request::Paths { run, sweep, row, column } => {
                sweep.validate()?;
                paths(run, &sweep, row.min(sweep.rows - 1), column.min(sweep.columns - 1));
            }
            Request::Cancel => {
                self.job = None;
                self.theories.clear();
            }
            Request::Pause => {
                if let Some(job) = &mut self.job {
                    job.pause().await?;
                }
            }
            Request::Resume => self.job.iter_mut().for_each(Job::resume),
            Request::Step(steps) => self.job.iter_mut().for_each(|job| job.step(steps)),
            Request::Aggregate(aggregate) => {
                self.job.iter_mut().for_each(|job| job.aggregate(aggregate));
            }
            Request::Inspect { row, column } => {
                self.job.iter_mut().for_each(|job| job.inspect(row, column));
            }
        }
        Ok(())
    }

    /// The engine for a choice, opened when it is first needed and announced to the page.
    async fn engine(&mut self, choice: Choice) -> Result<&Engine, EngineError> {
        let engine = match self.engine.take() {
            Some((opened, engine)) if opened == choice => engine,
            _ => {
                let engine = Engine::new(choice).await?;
                let (kind, name, reason) = (engine.kind(), &engine.name, &engine.reason);
                send(&Report::Engine { kind, name: name.clone(), reason: reason.clone() });
                engine
            }
        };
        Ok(&self.engine.insert((choice, engine)).1)
    }

    /// Tells the page why something failed, and forgets an engine that may be lost.
    fn fail(&mut self, run: u32, error: &EngineError) {
        if matches!(error, EngineError::Lost(_)) {
            self.engine = None;
        }
        send(&Report::Failed { run, sentence: error.to_string() });
    }
}
