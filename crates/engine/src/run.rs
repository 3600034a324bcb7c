//! The engine and its runs.

use crate::checkpoint::{Checkpoint, CheckpointError, Header, State, Trains, bits};
use crate::plan::{Plan, Shard};
use crate::study::{self, StudyRun};
use crate::trial::Trial;
use crate::{cpu, gpu};
use toy::sweep::Data;
use toy::{Study, StudyError, Sweep, SweepError};
use wire::{Choice, Class, Kind};

/// Why there is no run, or no more of it.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The sweep is not valid.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// The study is not valid.
    #[error(transparent)]
    Study(#[from] StudyError),
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
}

/// What a sweep should be trained on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The backend.
    pub kind: Kind,
    /// It in a person's words: the adapter's name, or the CPU's lanes.
    pub name: String,
    /// Why it was chosen, a sentence.
    pub reason: String,
}

impl Found {
    fn cpu(reason: impl Into<String>) -> Self {
        Self { kind: Kind::Cpu, name: cpu::name(), reason: reason.into() }
    }

    fn gpu(gpu: &gpu::Gpu, reason: impl Into<String>) -> Self {
        Self { kind: Kind::Gpu, name: gpu.name(), reason: reason.into() }
    }
}

/// Trains sweeps on the backends that a choice allows.
pub struct Engine {
    choice: Choice,
    /// The GPU, or a sentence that says why there is none.
    gpu: Result<gpu::Gpu, String>,
    /// What trials have found, and for how many workers.
    found: Vec<(Class, u32, Found)>,
}

impl Engine {
    /// Opens what a choice allows.
    ///
    /// # Errors
    /// When the GPU was asked for by name and there is none.
    pub async fn new(choice: Choice) -> Result<Self, EngineError> {
        let gpu = match choice {
            Choice::Cpu => Err("The CPU was asked for.".into()),
            Choice::Gpu => Ok(gpu::Gpu::new().await?),
            Choice::Auto => gpu::Gpu::new().await.map_err(|error| match error {
                EngineError::NoGpu(why) => format!("No GPU can be used here: {why}."),
                error => format!("No GPU can be used here: {error}."),
            }),
        };
        Ok(Self { choice, gpu, found: vec![] })
    }

    /// What this engine was opened for.
    pub fn choice(&self) -> Choice {
        self.choice
    }

    /// Whether it can train on a backend.
    pub fn offers(&self, kind: Kind) -> bool {
        kind == Kind::Cpu || self.gpu.is_ok()
    }

    /// Finds what to train a sweep on. Where the choice is the engine's, that takes a short trial,
    /// once for each class of sweeps; on the CPU the sweep's rows would be shared by a pool of so
    /// many workers like this one.
    ///
    /// In a browser, software adapters are not tried with the exact gradient of four features: they
    /// compile that kernel for seconds, others in a few tenths of one.
    ///
    /// # Errors
    /// When the sweep is not valid.
    pub async fn choose(&mut self, sweep: &Sweep, pool: u32) -> Result<Found, EngineError> {
        sweep.validate()?;
        let gpu = match &self.gpu {
            Ok(gpu) if self.choice == Choice::Auto => gpu,
            Ok(gpu) => return Ok(Found::gpu(gpu, "The GPU was asked for.")),
            Err(why) => return Ok(Found::cpu(why)),
        };
        let slow = sweep.data == Data::Exact && sweep.features >= 4;
        if slow && gpu.is_software() && cfg!(target_arch = "wasm32") {
            let reason = format!(
                "The only GPU adapter, {}, is software; it was not measured, since it would compile this for seconds.",
                gpu.name()
            );
            return Ok(Found::cpu(reason));
        }
        let class = Class::of(sweep);
        let before = self.found.iter().find(|(c, p, _)| (*c, *p) == (class, pool));
        if let Some((.., found)) = before {
            return Ok(found.clone());
        }
        let found = match Trial::new(gpu, sweep, pool).await {
            Ok(trial) if trial.prefers_gpu() => Found::gpu(gpu, trial.sentence()),
            Ok(trial) => Found::cpu(trial.sentence()),
            // Not kept: the next trial may go better.
            Err(error) => return Ok(Found::cpu(format!("A trial of the GPU failed: {error}."))),
        };
        self.found.push((class, pool, found.clone()));
        Ok(found)
    }

    /// Prepares a run of a share of a sweep, at step 0.
    ///
    /// # Errors
    /// When the sweep is not valid, there is no such backend here, or the GPU fails.
    pub async fn start(&self, sweep: &Sweep, shard: Shard, kind: Kind) -> Result<Run, EngineError> {
        self.start_rows(sweep, shard.rows(sweep.rows), kind).await
    }

    /// Prepares a run of some rows of a sweep, at step 0.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_rows(
        &self,
        sweep: &Sweep,
        rows: Vec<u32>,
        kind: Kind,
    ) -> Result<Run, EngineError> {
        sweep.validate()?;
        let plan = Plan::of_rows(sweep, rows);
        let backend = match kind {
            Kind::Cpu => Backend::Cpu(Box::new(cpu::Training::new(&plan))),
            Kind::Gpu => Backend::Gpu(Box::new(gpu::Training::new(self.gpu()?, &plan).await?)),
        };
        Ok(Run { plan, backend, step: 0 })
    }

    /// The GPU.
    fn gpu(&self) -> Result<&gpu::Gpu, EngineError> {
        let none = |why: &String| EngineError::NoGpu(why.trim_end_matches('.').into());
        self.gpu.as_ref().map_err(none)
    }

    /// A run of a sweep that goes on from a checkpoint. Some models may have been ahead of others:
    /// the others are taken there first, half a second's work at most.
    ///
    /// On the kind of backend that the checkpoint was made on, the run ends with the bits of an
    /// undisturbed one; on the other kind it goes on from the same state and ends with other bits.
    ///
    /// # Errors
    /// When it is a study's checkpoint, there is no such backend here, or the GPU fails.
    pub async fn restore(&self, from: Checkpoint, kind: Kind) -> Result<Run, EngineError> {
        let Checkpoint { header, state } = from;
        let (Trains::Sweep(sweep), State::Sweep(state)) = (&header.trains, state) else {
            return Err(CheckpointError::Misfit("it is a study's".into()).into());
        };
        let plan = Plan::of_rows(sweep, header.share.clone());
        let mut backend = match kind {
            Kind::Cpu => Backend::Cpu(Box::new(cpu::Training::new(&plan))),
            Kind::Gpu => {
                let training = gpu::Training::as_before(self.gpu()?, &plan, header.shared);
                Backend::Gpu(Box::new(training.await?))
            }
        };
        backend.set_state(&state);
        if header.ahead > 0 {
            backend.take(&plan, header.step, header.ahead).await?;
            let mut all = backend.state().await?;
            let models = plan.models();
            for (own, before) in all.iter_mut().zip(&state) {
                for (own, before) in own.chunks_mut(models).zip(before.chunks(models)) {
                    let leaders = (0..models).filter(|&local| header.leads(local));
                    leaders.for_each(|local| own[local] = before[local]);
                }
            }
            backend.set_state(&all);
        }
        Ok(Run { plan, backend, step: header.step + header.ahead })
    }

    /// Finds what to train a study on, as [`choose`](Self::choose) does for a sweep; software
    /// adapters are not tried, which train studies many times more slowly than the CPU they run on.
    ///
    /// # Errors
    /// When the study is not valid.
    pub async fn choose_study(&mut self, study: &Study, pool: u32) -> Result<Found, EngineError> {
        study.validate()?;
        let gpu = match &self.gpu {
            Ok(gpu) if self.choice == Choice::Auto => gpu,
            Ok(gpu) => return Ok(Found::gpu(gpu, "The GPU was asked for.")),
            Err(why) => return Ok(Found::cpu(why)),
        };
        if gpu.is_software() {
            let reason = format!("The only GPU adapter, {}, is software.", gpu.name());
            return Ok(Found::cpu(reason));
        }
        Ok(match study::Trial::new(gpu, study, pool).await {
            Ok(trial) if trial.prefers_gpu() => Found::gpu(gpu, trial.sentence()),
            Ok(trial) => Found::cpu(trial.sentence()),
            Err(error) => Found::cpu(format!("A trial of the GPU failed: {error}.")),
        })
    }

    /// Prepares a run of a share of a study, at step 0.
    ///
    /// # Errors
    /// When the study is not valid, there is no such backend here, or the GPU fails.
    pub async fn start_study(
        &self,
        study: &Study,
        shard: Shard,
        kind: Kind,
    ) -> Result<StudyRun, EngineError> {
        match kind {
            Kind::Cpu => StudyRun::on_cpu(study, shard),
            Kind::Gpu => StudyRun::on_gpu(self.gpu()?, study, shard).await,
        }
    }

    /// A run of a study that goes on from a checkpoint; see [`restore`](Self::restore) for its bits.
    ///
    /// # Errors
    /// When it is a sweep's checkpoint, there is no such backend here, or the GPU fails.
    pub async fn restore_study(
        &self,
        from: Checkpoint,
        kind: Kind,
    ) -> Result<StudyRun, EngineError> {
        let gpu = if kind == Kind::Gpu { Some(self.gpu()?) } else { None };
        StudyRun::restore(from, gpu).await
    }
}

enum Backend {
    Gpu(Box<gpu::Training>),
    Cpu(Box<cpu::Training>),
}

impl Backend {
    /// Takes exactly these steps with all models, none of which may be ahead.
    async fn take(&mut self, plan: &Plan, step: u32, steps: u32) -> Result<(), EngineError> {
        match self {
            Self::Cpu(cpu) => cpu.take(plan, step, steps),
            Self::Gpu(gpu) => {
                let mut taken = 0;
                while taken < steps {
                    taken += gpu.advance(plan, step + taken, steps - taken).await?;
                }
            }
        }
        Ok(())
    }

    /// Parameters, first and second moments, each by parameter, then model.
    async fn state(&mut self) -> Result<[Vec<f32>; 3], EngineError> {
        match self {
            Self::Cpu(cpu) => Ok(cpu.state()),
            Self::Gpu(gpu) => gpu.state().await,
        }
    }

    /// Replaces what [`state`](Self::state) returns.
    fn set_state(&mut self, state: &[Vec<f32>; 3]) {
        match self {
            Self::Cpu(cpu) => cpu.set_state(state),
            Self::Gpu(gpu) => gpu.set_state(state),
        }
    }
}

/// A share of a sweep in training.
pub struct Run {
    plan: Plan,
    backend: Backend,
    step: u32,
}

impl Run {
    /// What is trained.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Steps that all models have taken so far.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// Steps beyond these that some models have taken already, and the next slices take the others
    /// through; 0 when all models are at the same step.
    pub fn ahead(&self) -> u32 {
        match &self.backend {
            Backend::Gpu(_) => 0,
            Backend::Cpu(cpu) => cpu.ahead(),
        }
    }

    /// Model-steps taken so far.
    pub fn model_steps(&self) -> u64 {
        let extra = match &self.backend {
            Backend::Gpu(_) => 0,
            Backend::Cpu(cpu) => u64::from(cpu.ahead()) * cpu.models_ahead() as u64,
        };
        u64::from(self.step) * self.plan.models() as u64 + extra
    }

    /// Whether every step has been taken.
    pub fn is_done(&self) -> bool {
        self.step >= self.plan.sweep.steps
    }

    /// Trains for a slice of some 10 to 50 ms, but at most `limit` steps. Returns the steps that all
    /// models have taken with it: none when done, and none while some are [`ahead`](Self::ahead),
    /// whom the others follow first whatever the limit.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn advance(&mut self, limit: u32) -> Result<u32, EngineError> {
        let left = (self.plan.sweep.steps - self.step).min(limit);
        if left == 0 && self.ahead() == 0 {
            return Ok(0);
        }
        let taken = match &mut self.backend {
            Backend::Gpu(gpu) => gpu.advance(&self.plan, self.step, left).await?,
            Backend::Cpu(cpu) => cpu.advance(&self.plan, self.step, left),
        };
        self.step += taken;
        Ok(taken)
    }

    /// The run as it is now, to go on from by [`Engine::restore`], in another process or on another
    /// device. May be made between any two slices.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn checkpoint(&mut self) -> Result<Checkpoint, EngineError> {
        let (kind, name, shared) = match &self.backend {
            Backend::Cpu(cpu) => (Kind::Cpu, cpu.name(), false),
            Backend::Gpu(gpu) => (Kind::Gpu, gpu.name().to_owned(), gpu.kernel().shared),
        };
        let leaders = match &self.backend {
            Backend::Cpu(cpu) if cpu.ahead() > 0 => bits(&cpu.leaders()),
            _ => vec![],
        };
        let trains = Trains::Sweep(self.plan.sweep.clone());
        let header = Header {
            share: self.plan.rows.clone(),
            name,
            shared,
            ahead: self.ahead(),
            leaders,
            ..Header::new(trains, kind, self.step)
        };
        Ok(Checkpoint { header, state: State::Sweep(self.backend.state().await?) })
    }

    /// Parameters of all models of the share as they are now, also of those that are
    /// [`ahead`](Self::ahead): parameter `p` of local model `i` at `p * models + i`.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn parameters(&mut self) -> Result<Vec<f32>, EngineError> {
        let all: Vec<usize> = (0..self.plan.rows.len()).collect();
        self.parameters_of(&all).await
    }

    /// The same of some rows, by their places in the share, as if there were no others.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn parameters_of(&mut self, rows: &[usize]) -> Result<Vec<f32>, EngineError> {
        let all = match &mut self.backend {
            Backend::Cpu(cpu) => return Ok(cpu.parameters_of(rows)),
            Backend::Gpu(gpu) => gpu.parameters().await?,
        };
        if rows.len() == self.plan.rows.len() {
            return Ok(all);
        }
        let width = self.plan.models_per_row();
        let planes = all.chunks_exact(self.plan.models().max(1));
        let some = planes.flat_map(|plane| rows.iter().map(|&row| &plane[row * width..][..width]));
        Ok(some.flatten().copied().collect())
    }
}
