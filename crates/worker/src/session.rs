//! What a worker has and does: a request at a time, and a slice of whatever there is to do.

use crate::jobs::Jobs;
use crate::outbox::Outbox;
use crate::saving::Saving;
use crate::sweep::SweepTask;
use crate::task::{Begin, Start, Task};
use crate::theory::{Edges, Minima, Theory, paths};
use engine::gpu::shader::Kernel;
use engine::{Checkpoint, CheckpointError, Engine, EngineError, Found};
use std::collections::VecDeque;
use std::time::Duration;
use toy::Spec;
use toy::phase::Thresholds;
use wire::{Cause, Choice, Job, Kind, Report, Request};

/// A worker, wherever it runs. Its owner gives it requests and lets it work in between; it knows no
/// thread and no messages.
pub struct Session {
    outbox: Outbox,
    engine: Option<Engine>,
    task: Option<Box<dyn Task>>,
    theories: VecDeque<Theory>,
    thresholds: Thresholds,
    saving: Saving,
    /// What trains all jobs but sweeps, once it was needed.
    jobs: Option<Box<dyn Jobs>>,
}

impl Session {
    /// A session that has nothing to do yet, and can do nothing but sweeps and their theory.
    pub fn new(outbox: Outbox) -> Self {
        Self {
            outbox,
            engine: None,
            task: None,
            theories: VecDeque::new(),
            thresholds: Thresholds::default(),
            saving: Saving::default(),
            jobs: None,
        }
    }

    /// Sends the state of runs after so much training time; without, every two seconds.
    pub fn saving_every(self, interval: Duration) -> Self {
        Self { saving: Saving::every(interval), ..self }
    }

    /// Takes what it can do all jobs with.
    pub fn set_jobs(&mut self, jobs: Box<dyn Jobs>) {
        self.jobs = Some(jobs);
    }

    /// Whether a request needs what trains all jobs, which the session does not have yet.
    pub fn lacks_jobs(&self, request: &Request) -> bool {
        let needs = match request {
            Request::Probe { job, .. } | Request::Start { job, .. } => !is_sweep(job),
            Request::Own(own) => own.is_some(),
            Request::Base { .. } | Request::Gauge(_) => true,
            _ => false,
        };
        needs && self.jobs.is_none()
    }

    /// Whether a request needs the translation model, which the session does not have yet.
    pub fn lacks_base(&self, request: &Request) -> bool {
        let needs = matches!(request, Request::Start { job: Job::Translation(_), .. });
        needs && self.jobs.as_ref().is_some_and(|jobs| jobs.lacks_base())
    }

    /// Takes the translation model of the language from the bytes of its file.
    ///
    /// # Errors
    /// When they are none.
    pub fn set_base(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.jobs.as_mut().map_or(Ok(()), |jobs| jobs.set_base(bytes))
    }

    /// Works for a slice; returns whether there was anything to do.
    pub async fn work(&mut self) -> bool {
        if let Some(task) = self.task.as_mut().filter(|task| task.is_active()) {
            if let Err(error) = task.work().await {
                let run = task.id();
                self.task = None;
                self.fail(run, &error);
            }
            return true;
        }
        if self.jobs.as_mut().is_some_and(|jobs| jobs.work(&self.outbox)) {
            return true;
        }
        let Some(theory) = self.theories.front_mut() else { return false };
        if !theory.work(&self.outbox) {
            self.theories.pop_front();
        }
        true
    }

    /// Does what the page asks for; a run may come with the bytes of the checkpoint that it goes on
    /// from. What fails is reported.
    pub async fn handle(&mut self, request: Request, state: Option<&[u8]>) {
        let number = self.number(&request);
        // Whoever owns the session has said so before.
        if self.lacks_jobs(&request) {
            let sentence = "What trains this is not loaded.".into();
            return self.outbox.send(Report::Failed { number, cause: Cause::Broken, sentence });
        }
        if let Err(error) = self.perform(request, state).await {
            self.task = None;
            self.fail(number, &error);
        }
    }

    /// The number that the page knows a request's answers by.
    pub fn number(&self, request: &Request) -> u32 {
        match request {
            Request::Probe { probe: run, .. }
            | Request::Start { run, .. }
            | Request::Optimum { run, .. }
            | Request::Boundary { run, .. }
            | Request::Paths { run, .. }
            | Request::Base { run, .. }
            | Request::Kernel { run, .. } => *run,
            _ => self.task.as_ref().map_or(0, |task| task.id()),
        }
    }

    async fn perform(&mut self, request: Request, state: Option<&[u8]>) -> Result<(), EngineError> {
        match request {
            Request::Probe { probe, choice, job, pool } => {
                self.task = None;
                let engine =
                    engine(&mut self.engine, choice, |engine| engine.choice() == choice).await?;
                let found = match (&job, &self.jobs) {
                    (Job::Sweep(sweep), _) => engine.choose_for_sweep(sweep, pool).await?,
                    (job, Some(jobs)) => jobs.choose(engine, job, pool).await?,
                    (_, None) => return Ok(()),
                };
                let Found { kind, name, reason } = found;
                self.outbox.send(Report::Engine { probe, kind, name, reason });
            }
            Request::Start { run, job, parts, kind, paused, wanted, frames } => {
                self.task = None;
                let (thresholds, saving) = (self.thresholds, self.saving);
                let from = state.map(|bytes| resumed(bytes, &parts, &job)).transpose()?;
                let outbox = self.outbox.clone();
                let begin = Begin { id: run, paused, wanted, frames, thresholds, saving };
                let engine = engine(&mut self.engine, only(kind), |e| e.offers(kind)).await?;
                self.task = Some(match (job, &self.jobs) {
                    (Job::Sweep(sweep), _) => {
                        let run = match from {
                            Some(from) => engine.restore_sweep(from, kind).await?,
                            None => engine.start_rows(&sweep, parts, kind).await?,
                        };
                        Box::new(SweepTask::new(begin, outbox, run).await?)
                    }
                    (job, Some(jobs)) => {
                        let start = Start { job, parts, kind, from, begin };
                        jobs.begin(engine, start, outbox).await?
                    }
                    (_, None) => return Ok(()),
                });
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
            Request::Paths { run, sweep, row, column } => {
                sweep.validate()?;
                let (row, column) = (row.min(sweep.rows - 1), column.min(sweep.columns - 1));
                paths(&self.outbox, run, &sweep, row, column);
            }
            Request::Kernel { run, sweep } => {
                sweep.validate()?;
                self.outbox.send(Report::Kernel { run, source: Kernel::of(&sweep).source() });
            }
            Request::Gauge(kernel) => {
                self.task = None;
                let gpu = Choice::Gpu;
                let engine = engine(&mut self.engine, gpu, |engine| engine.choice() == gpu).await?;
                if let Some(jobs) = &self.jobs {
                    let row = jobs.gauge(engine, kernel as usize).await?;
                    self.outbox.send(Report::Gauged(row));
                }
            }
            Request::Own(own) => {
                if let Some(jobs) = &mut self.jobs {
                    jobs.set_own(own)?;
                }
            }
            Request::Base { run, text, steps } => {
                if let Some(jobs) = &mut self.jobs {
                    jobs.learn(run, &text, steps)?;
                }
            }
            Request::Enough => {
                if let Some(jobs) = &mut self.jobs {
                    jobs.enough(&self.outbox);
                }
            }
            Request::Cancel => {
                self.task = None;
                if let Some(jobs) = &mut self.jobs {
                    jobs.cancel();
                }
                self.theories.clear();
            }
            request => {
                if let Request::Thresholds(thresholds) = &request {
                    self.thresholds = *thresholds;
                }
                if let Some(task) = &mut self.task {
                    task.handle(request).await?;
                }
            }
        }
        Ok(())
    }

    /// Tells the page why something failed, and forgets an engine that may be lost.
    fn fail(&mut self, number: u32, error: &EngineError) {
        let cause = error.cause();
        if cause == Cause::Lost {
            self.engine = None;
        }
        self.outbox.send(Report::Failed { number, cause, sentence: error.to_string() });
    }
}

/// The engine there is, if it will do, else one for this choice.
async fn engine(
    place: &mut Option<Engine>,
    choice: Choice,
    will_do: impl Fn(&Engine) -> bool,
) -> Result<&mut Engine, EngineError> {
    let engine = match place.take().filter(will_do) {
        Some(engine) => engine,
        None => Engine::new(choice).await?,
    };
    Ok(place.insert(engine))
}

fn is_sweep(job: &Job) -> bool {
    matches!(job, Job::Sweep(_))
}

/// The parts of a checkpoint that a job goes on from.
fn resumed(bytes: &[u8], parts: &[u32], job: &Job) -> Result<Checkpoint, EngineError> {
    let mut checkpoint = Checkpoint::decode(bytes)?.part(parts)?;
    if !checkpoint.header.job.trains_as(job) {
        return Err(CheckpointError::Misfit("it is of another run".into()).into());
    }
    // How it is shown may have changed.
    checkpoint.header.job = job.clone();
    Ok(checkpoint)
}

/// The choice that allows one backend only.
fn only(kind: Kind) -> Choice {
    match kind {
        Kind::Gpu => Choice::Gpu,
        Kind::Cpu => Choice::Cpu,
    }
}
