//! The worker's main loop: requests first, then a slice of whatever there is to do.

use crate::job::Job;
use crate::models::Models;
use crate::post::{Breath, inbox, send};
use crate::study::Study;
use crate::theory::{Edges, Minima, Theory, paths};
use engine::gpu::shader::Kernel;
use engine::{Engine, EngineError, Found, Run};
use futures_channel::mpsc::UnboundedReceiver;
use futures_util::StreamExt;
use std::collections::VecDeque;
use toy::Spec;
use toy::phase::Thresholds;
use wire::{Cause, Choice, Kind, Report, Request};

/// What the worker has and does.
pub struct Session {
    inbox: UnboundedReceiver<Request>,
    engine: Option<Engine>,
    job: Option<Job>,
    study: Option<Study>,
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
            study: None,
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
            } else if let Some(study) = self.study.as_mut().filter(|study| study.is_active()) {
                if let Err(error) = study.work().await {
                    let run = study.id();
                    self.study = None;
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
            Request::Probe { probe: run, .. }
            | Request::Start { run, .. }
            | Request::Optimum { run, .. }
            | Request::Boundary { run, .. }
            | Request::Paths { run, .. }
            | Request::Kernel { run, .. } => *run,
            _ => self.job.as_ref().map(Job::id).or(self.study.as_ref().map(Study::id)).unwrap_or(0),
        };
        if let Err(error) = self.obey(request).await {
            self.idle();
            self.fail(run, &error);
        }
    }

    async fn obey(&mut self, request: Request) -> Result<(), EngineError> {
        match request {
            Request::Probe { probe, choice, job, pool } => {
                self.idle();
                let engine = self.engine(choice, |engine| engine.choice() == choice).await?;
                let Found { kind, name, reason } = engine.choose(&job, pool).await?;
                send(&Report::Engine { probe, kind, name, reason });
            }
            Request::Start { run, job, shard, kind, paused, wanted, frames } => {
                self.idle();
                let engine = self.engine(only(kind), |engine| engine.offers(kind)).await?;
                match engine.start(&job, shard, kind).await? {
                    Run::Sweep(started) => {
                        self.job = Some(Job::new(run, started, self.thresholds, paused).await?);
                    }
                    Run::Study(started) => {
                        let study =
                            Study::new(run, Models::study(started), wanted, frames, paused).await?;
                        self.study = Some(study);
                    }
                    Run::Network(started) => {
                        let models = Models::network(started);
                        let study = Study::new(run, models, wanted, frames, paused).await?;
                        self.study = Some(study);
                    }
                }
            }
            Request::Wanted(wanted) => {
                if let Some(study) = &mut self.study {
                    study.want(wanted).await?;
                }
            }
            Request::Give { run, models } => {
                if let Some(study) = self.study_of(run) {
                    study.give(&models);
                }
            }
            Request::Take(parcel) => {
                if let Some(study) = self.study_of(parcel.run) {
                    study.take(parcel);
                }
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
            Request::Kernel { run, sweep } => {
                sweep.validate()?;
                send(&Report::Kernel { run, source: Kernel::of(&sweep).source() });
            }
            Request::Cancel => {
                self.idle();
                self.theories.clear();
            }
            Request::Pause => {
                if let Some(job) = &mut self.job {
                    job.pause().await?;
                }
                if let Some(study) = &mut self.study {
                    study.pause().await?;
                }
            }
            Request::Resume => {
                self.job.iter_mut().for_each(Job::resume);
                self.study.iter_mut().for_each(Study::resume);
            }
            Request::Step(steps) => {
                self.job.iter_mut().for_each(|job| job.step(steps));
                self.study.iter_mut().for_each(|study| study.step(steps));
            }
            Request::Aggregate(aggregate) => {
                self.job.iter_mut().for_each(|job| job.aggregate(aggregate));
            }
            Request::Inspect { row, column } => {
                self.job.iter_mut().for_each(|job| job.inspect(row, column));
            }
        }
        Ok(())
    }

    /// The study in training, if it is this run's.
    fn study_of(&mut self, run: u32) -> Option<&mut Study> {
        self.study.as_mut().filter(|study| study.id() == run)
    }

    /// Drops whatever trains.
    fn idle(&mut self) {
        (self.job, self.study) = (None, None);
    }

    /// The engine there is, if it will do, else one for this choice.
    async fn engine(
        &mut self,
        choice: Choice,
        will_do: impl Fn(&Engine) -> bool,
    ) -> Result<&mut Engine, EngineError> {
        let engine = match self.engine.take().filter(will_do) {
            Some(engine) => engine,
            None => Engine::new(choice).await?,
        };
        Ok(self.engine.insert(engine))
    }

    /// Tells the page why something failed, and forgets an engine that may be lost.
    fn fail(&mut self, number: u32, error: &EngineError) {
        let cause = error.cause();
        if cause == Cause::Lost {
            self.engine = None;
        }
        send(&Report::Failed { number, cause, sentence: error.to_string() });
    }
}

/// The choice that allows one backend only.
fn only(kind: Kind) -> Choice {
    match kind {
        Kind::Gpu => Choice::Gpu,
        Kind::Cpu => Choice::Cpu,
    }
}
