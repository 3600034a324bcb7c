//! A share of a study in training.

use super::plan::Plan;
use crate::cpu::study::Training;
use crate::gpu::{Gpu, StudyTraining};
use crate::run::EngineError;
use toy::study::Study;
use toy::study::snapshot::Trained;
use wire::Shard;

/// A share of a study in training, on the CPU or a GPU.
pub struct StudyRun {
    plan: Plan,
    backend: Backend,
    step: u32,
}

enum Backend {
    Cpu(Box<Training>),
    Gpu(Box<StudyTraining>),
}

impl StudyRun {
    /// Prepares a share of a study on the CPU, at step 0.
    ///
    /// # Errors
    /// When the study is not valid.
    pub fn on_cpu(study: &Study, shard: Shard) -> Result<Self, EngineError> {
        study.validate()?;
        let plan = Plan::new(study, shard);
        let backend = Backend::Cpu(Box::new(Training::new(&plan)));
        Ok(Self { plan, backend, step: 0 })
    }

    /// Prepares a share of a study on a GPU, at step 0.
    ///
    /// # Errors
    /// When the study is not valid, or the GPU is lost or has too little memory.
    pub async fn on_gpu(gpu: &Gpu, study: &Study, shard: Shard) -> Result<Self, EngineError> {
        study.validate()?;
        let plan = Plan::new(study, shard);
        let backend = Backend::Gpu(Box::new(StudyTraining::new(gpu, &plan).await?));
        Ok(Self { plan, backend, step: 0 })
    }

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
        self.step >= self.plan.study.steps
    }

    /// Trains for a slice of some 10 to 50 ms, or one step if that takes longer, but at most
    /// `limit` steps; returns the steps taken (0 when done).
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn advance(&mut self, limit: u32) -> Result<u32, EngineError> {
        let left = (self.plan.study.steps - self.step).min(limit);
        if left == 0 {
            return Ok(0);
        }
        let taken = match &mut self.backend {
            Backend::Cpu(cpu) => cpu.advance(&self.plan, self.step, left),
            Backend::Gpu(gpu) => gpu.advance(self.step, left).await?,
        };
        self.step += taken;
        Ok(taken)
    }

    /// The models as they are now, in the order of the plan's.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn read(&mut self) -> Result<Vec<Trained>, EngineError> {
        match &mut self.backend {
            Backend::Cpu(cpu) => Ok(cpu.read()),
            Backend::Gpu(gpu) => gpu.read().await,
        }
    }
}
