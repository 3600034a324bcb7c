//! The engine and its runs.

use crate::plan::{Plan, Shard};
use crate::{cpu, gpu};
use toy::{Sweep, SweepError};
use wire::{Choice, Kind};

/// Why there is no run, or no more of it.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The sweep is not valid.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// The GPU was asked for, but there is none to be had.
    #[error("no GPU can be used here: {0}; choose the CPU engine")]
    NoGpu(String),
    /// The GPU stopped working during the run.
    #[error("the GPU stopped: {0}; start the run again, or choose the CPU engine")]
    Lost(String),
}

/// Trains sweeps on one backend.
pub struct Engine {
    gpu: Option<gpu::Gpu>,
    /// What runs, in a person's words: the adapter's name, or the CPU's lanes.
    pub name: String,
    /// Why this backend was chosen, a sentence.
    pub reason: String,
}

impl Engine {
    /// Finds the backend for a choice.
    ///
    /// # Errors
    /// When the GPU was asked for by name and there is none.
    pub async fn new(choice: Choice) -> Result<Self, EngineError> {
        let cpu = |reason: String| Self { gpu: None, name: cpu::name(), reason };
        if choice == Choice::Cpu {
            return Ok(cpu("The CPU was asked for.".into()));
        }
        match gpu::Gpu::new().await {
            Ok(gpu) if choice == Choice::Auto && gpu.is_software() => {
                Ok(cpu(format!("The only GPU adapter, {}, is software.", gpu.name())))
            }
            Ok(gpu) => {
                let reason = match choice {
                    Choice::Gpu => "The GPU was asked for.".into(),
                    Choice::Auto | Choice::Cpu => "A GPU is available.".into(),
                };
                Ok(Self { name: gpu.name(), gpu: Some(gpu), reason })
            }
            Err(error) if choice == Choice::Gpu => Err(error),
            Err(error) => Ok(cpu(error.to_string())),
        }
    }

    /// Which backend this is.
    pub fn kind(&self) -> Kind {
        if self.gpu.is_some() { Kind::Gpu } else { Kind::Cpu }
    }

    /// Prepares a run of a share of a sweep, at step 0.
    ///
    /// # Errors
    /// When the sweep is not valid or the GPU fails.
    pub async fn start(&self, sweep: &Sweep, shard: Shard) -> Result<Run, EngineError> {
        sweep.validate()?;
        let plan = Plan::new(sweep, shard);
        let backend = match &self.gpu {
            Some(gpu) => Backend::Gpu(Box::new(gpu::Training::new(gpu, &plan).await?)),
            None => Backend::Cpu(Box::new(cpu::Training::new(&plan))),
        };
        Ok(Run { plan, backend, step: 0 })
    }
}

enum Backend {
    Gpu(Box<gpu::Training>),
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

    /// Steps taken so far.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// Whether every step has been taken.
    pub fn is_done(&self) -> bool {
        self.step >= self.plan.sweep.steps
    }

    /// Trains for a slice of some 10 to 50 ms, but at most `limit` steps; returns the steps taken
    /// (0 when done).
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn advance(&mut self, limit: u32) -> Result<u32, EngineError> {
        let left = (self.plan.sweep.steps - self.step).min(limit);
        if left == 0 {
            return Ok(0);
        }
        let taken = match &mut self.backend {
            Backend::Gpu(gpu) => gpu.advance(&self.plan, self.step, left).await?,
            Backend::Cpu(cpu) => cpu.advance(&self.plan, self.step, left),
        };
        self.step += taken;
        Ok(taken)
    }

    /// Parameters of all models of the share as they are now: parameter `p` of local model `i`
    /// at `p * models + i`.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn parameters(&mut self) -> Result<Vec<f32>, EngineError> {
        match &mut self.backend {
            Backend::Gpu(gpu) => gpu.parameters().await,
            Backend::Cpu(cpu) => Ok(cpu.parameters()),
        }
    }
}
