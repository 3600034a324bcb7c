//! What a worker has and does: a request at a time, and a slice of whatever there is to do.

use crate::base::BaseTask;
use crate::outbox::Outbox;
use crate::saving::Saving;
use crate::task::{Begin, Task};
use crate::theory::{Edges, Minima, Theory, paths};
use engine::gpu::shader::Kernel;
use engine::{Checkpoint, CheckpointError, Engine, EngineError, Found};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use toy::Spec;
use toy::phase::Thresholds;
use toy::translation::{Base, Text};
use wire::{Cause, Choice, Job, Kind, Own, Report, Request};

/// A worker, wherever it runs. Its owner gives it requests and lets it work in between; it knows no
/// thread and no messages.
pub struct Session {
    outbox: Outbox,
    engine: Option<Engine>,
    task: Option<Task>,
    theories: VecDeque<Theory>,
    thresholds: Thresholds,
    saving: Saving,
    /// What bottlenecks are put into, once it was needed.
    material: Option<(Arc<Text>, Arc<Base>)>,
    /// The text of the reader's own that they are put into instead.
    own: Option<Own>,
    /// A translation model in training.
    lesson: Option<BaseTask>,
}

impl Session {
    /// A session that has nothing to do yet.
    pub fn new(outbox: Outbox) -> Self {
        Self {
            outbox,
            engine: None,
            task: None,
            theories: VecDeque::new(),
            thresholds: Thresholds::default(),
            saving: Saving::default(),
            material: None,
            own: None,
            lesson: None,
        }
    }

    /// Sends the state of runs after so much training time; without, every two seconds.
    pub fn saving_every(self, interval: Duration) -> Self {
        Self { saving: Saving::every(interval), ..self }
    }

    /// Whether a request needs the translation model, which the session does not have yet.
    pub fn lacks_base(&self, request: &Request) -> bool {
        let needs = matches!(request, Request::Start { job: Job::Translation(_), .. });
        needs && self.material.is_none() && self.own.is_none()
    }

    /// Takes the translation model of the language from the bytes of its file.
    ///
    /// # Errors
    /// When they are none.
    pub fn set_base(&mut self, bytes: &[u8]) -> Result<(), String> {
        let text = Text::language();
        self.put_into(text, bytes)
    }

    fn put_into(&mut self, text: Text, base: &[u8]) -> Result<(), String> {
        let base = Base::from_bytes(text.shape(), base).map_err(|why| why.to_string())?;
        self.material = Some((Arc::new(text), Arc::new(base)));
        Ok(())
    }

    /// Takes another text and its model, or forgets them. What cannot be taken leaves nothing to put
    /// bottlenecks into: they are not put into another model unasked.
    fn set_own(&mut self, own: Option<Own>) -> Result<(), EngineError> {
        if self.own == own {
            return Ok(());
        }
        self.material = None;
        self.own = own.clone();
        let Some(Own { text, base }) = own else { return Ok(()) };
        let read = text.read().and_then(|(text, _)| self.put_into(text, &base));
        read.map_err(EngineError::Text)
    }

    /// Works for a slice; returns whether there was anything to do.
    pub async fn work(&mut self) -> bool {
        if let Some(task) = self.task.as_mut().filter(|task| task.is_active()) {
            if let Err(error) = task.work().await {
                let run = task.id();
                self.task = None;
                self.fail(run, &error);
            }
        } else if let Some(lesson) = &mut self.lesson {
            if !lesson.work(&self.outbox) {
                self.lesson = None;
            }
        } else if let Some(theory) = self.theories.front_mut() {
            if !theory.work(&self.outbox) {
                self.theories.pop_front();
            }
        } else {
            return false;
        }
        true
    }

    /// Does what the page asks for; a run may come with the bytes of the checkpoint that it goes on
    /// from. What fails is reported.
    pub async fn handle(&mut self, request: Request, state: Option<&[u8]>) {
        let number = match &request {
            Request::Probe { probe: run, .. }
            | Request::Start { run, .. }
            | Request::Optimum { run, .. }
            | Request::Boundary { run, .. }
            | Request::Paths { run, .. }
            | Request::Base { run, .. }
            | Request::Kernel { run, .. } => *run,
            _ => self.task.as_ref().map_or(0, Task::id),
        };
        if let Err(error) = self.perform(request, state).await {
            self.task = None;
            self.fail(number, &error);
        }
    }

    async fn perform(&mut self, request: Request, state: Option<&[u8]>) -> Result<(), EngineError> {
        match request {
            Request::Probe { probe, choice, job, pool } => {
                self.task = None;
                let engine = self.engine(choice, |engine| engine.choice() == choice).await?;
                let Found { kind, name, reason } = engine.choose(&job, pool).await?;
                self.outbox.send(Report::Engine { probe, kind, name, reason });
            }
            Request::Start { run, job, parts, kind, paused, wanted, frames } => {
                self.task = None;
                let (thresholds, saving) = (self.thresholds, self.saving);
                let material = self.material.clone();
                let engine = self.engine(only(kind), |engine| engine.offers(kind)).await?;
                engine.translate(material);
                let started = match state {
                    Some(bytes) => {
                        let mut checkpoint = Checkpoint::decode(bytes)?.part(&parts)?;
                        if !checkpoint.header.job.trains_as(&job) {
                            let why = "it is of another run".into();
                            return Err(CheckpointError::Misfit(why).into());
                        }
                        // How it is shown may have changed.
                        checkpoint.header.job = job;
                        engine.restore(checkpoint, kind).await?
                    }
                    None => engine.start_parts(&job, parts, kind).await?,
                };
                let begin = Begin { id: run, paused, wanted, frames, thresholds, saving };
                self.task = Some(Task::new(begin, self.outbox.clone(), started).await?);
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
                let engine = self.engine(gpu, |engine| engine.choice() == gpu).await?;
                let row = engine.gauge(kernel as usize).await?;
                self.outbox.send(Report::Gauged(row));
            }
            Request::Own(own) => self.set_own(own)?,
            Request::Base { run, text, steps } => {
                let (text, _) = text.read().map_err(EngineError::Text)?;
                self.lesson = Some(BaseTask::new(run, text, steps));
            }
            Request::Enough => {
                if let Some(mut lesson) = self.lesson.take() {
                    lesson.end(&self.outbox);
                }
            }
            Request::Cancel => {
                self.task = None;
                self.lesson = None;
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
        self.outbox.send(Report::Failed { number, cause, sentence: error.to_string() });
    }
}

/// The choice that allows one backend only.
fn only(kind: Kind) -> Choice {
    match kind {
        Kind::Gpu => Choice::Gpu,
        Kind::Cpu => Choice::Cpu,
    }
}
