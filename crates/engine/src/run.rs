//! The engine and its runs.

use crate::plan::{Plan, Shard};
use crate::study::{self, StudyRun};
use crate::trial::Trial;
use crate::{check, cpu, gpu};
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

    /// The CPU, since the GPU is wrong or has failed.
    fn refused(error: &EngineError) -> Self {
        let text = error.to_string();
        let clause = text.split(';').next().unwrap_or_default();
        Self::cpu(format!("The CPU was chosen: {clause}."))
    }

    /// This, unless it is a GPU that does not reproduce the CPU's numbers for this very sweep.
    async fn checked(self, gpu: &gpu::Gpu, sweep: &Sweep) -> Self {
        match self.kind {
            Kind::Cpu => self,
            Kind::Gpu => match check::rehearse(gpu, sweep).await {
                Ok(()) => self,
                Err(error) => Self::refused(&error),
            },
        }
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
            Ok(gpu) if self.choice == Choice::Auto => match gpu.trusted() {
                Ok(()) => gpu,
                Err(error) => return Ok(Found::refused(&error)),
            },
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
            return Ok(found.clone().checked(gpu, sweep).await);
        }
        let found = match Trial::new(gpu, sweep, pool).await {
            Ok(trial) if trial.prefers_gpu() => Found::gpu(gpu, trial.sentence()),
            Ok(trial) => Found::cpu(trial.sentence()),
            // Not kept: the next trial may go better.
            Err(error) => return Ok(Found::cpu(format!("A trial of the GPU failed: {error}."))),
        };
        self.found.push((class, pool, found.clone()));
        Ok(found.checked(gpu, sweep).await)
    }

    /// Prepares a run of a share of a sweep, at step 0.
    ///
    /// # Errors
    /// When the sweep is not valid, there is no such backend here, or the GPU fails.
    pub async fn start(&self, sweep: &Sweep, shard: Shard, kind: Kind) -> Result<Run, EngineError> {
        sweep.validate()?;
        let plan = Plan::new(sweep, shard);
        let backend = match (kind, &self.gpu) {
            (Kind::Cpu, _) => Backend::Cpu(Box::new(cpu::Training::new(&plan))),
            (Kind::Gpu, Ok(gpu)) => Backend::Gpu(Box::new(check::Checked::new(gpu, &plan).await?)),
            (Kind::Gpu, Err(why)) => {
                return Err(EngineError::NoGpu(why.trim_end_matches('.').into()));
            }
        };
        Ok(Run { plan, backend, step: 0 })
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
        match (kind, &self.gpu) {
            (Kind::Cpu, _) => StudyRun::on_cpu(study, shard),
            (Kind::Gpu, Ok(gpu)) => StudyRun::on_gpu(gpu, study, shard).await,
            (Kind::Gpu, Err(why)) => Err(EngineError::NoGpu(why.trim_end_matches('.').into())),
        }
    }
}

enum Backend {
    Gpu(Box<check::Checked>),
    Cpu(Box<cpu::Training>),
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
            Backend::Gpu(gpu) => gpu.parameters(&self.plan).await?,
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
