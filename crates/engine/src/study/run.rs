//! A share of a study in training.

use super::plan::Plan;
use crate::check::CheckedModels;
use crate::checkpoint::{Checkpoint, Header, State};
use crate::cpu::study::Training;
use crate::error::EngineError;
use crate::gpu::Gpu;
use toy::Spec;
use toy::study::Study;
use toy::study::snapshot::Trained;
use toy::study::train::Learner;
use wire::{Job, Kind, Shard};

/// A share of a study in training, on the CPU or a GPU.
pub struct StudyRun {
    plan: Plan,
    backend: Backend,
    step: u32,
    /// Models that were done before others were taken over.
    finished: Vec<Trained>,
}

enum Backend {
    Cpu(Box<Training>),
    Gpu(Box<CheckedModels<Plan>>),
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
        Ok(Self { plan, backend, step: 0, finished: vec![] })
    }

    /// Prepares some models of a study at step 0, on this GPU or else on the CPU.
    ///
    /// # Errors
    /// When the study is not valid, or the GPU is lost or has too little memory.
    pub async fn new(
        study: &Study,
        models: Vec<u32>,
        gpu: Option<&Gpu>,
    ) -> Result<Self, EngineError> {
        study.validate()?;
        let plan = Plan::of_models(study, models);
        let backend = match gpu {
            None => Backend::Cpu(Box::new(Training::new(&plan))),
            Some(gpu) => Backend::Gpu(Box::new(CheckedModels::new(gpu, &plan).await?)),
        };
        Ok(Self { plan, backend, step: 0, finished: vec![] })
    }

    /// Prepares some models of a study, at step 0, on this GPU or else on the CPU.
    pub(crate) async fn of_models(
        study: &Study,
        models: Vec<u32>,
        gpu: Option<&Gpu>,
    ) -> Result<Self, EngineError> {
        study.validate()?;
        let plan = Plan::of_models(study, models);
        let backend = match gpu {
            None => Backend::Cpu(Box::new(Training::new(&plan))),
            Some(gpu) => Backend::Gpu(Box::new(CheckedModels::new(gpu, &plan).await?)),
        };
        Ok(Self { plan, backend, step: 0, finished: vec![] })
    }

    /// Goes on from a checkpoint, on this GPU or else on the CPU.
    pub(crate) async fn restore(
        study: &Study,
        header: &Header,
        learners: Vec<Learner>,
        finished: Vec<Trained>,
        gpu: Option<&Gpu>,
    ) -> Result<Self, EngineError> {
        let plan = Plan::of_models(study, header.share.clone());
        let backend = match gpu {
            None => {
                let mut training = Training::new(&plan);
                training.take_over(&plan, learners, None);
                Backend::Cpu(Box::new(training))
            }
            Some(gpu) => {
                let mut training = CheckedModels::new(gpu, &plan).await?;
                training.set_learners(&learners);
                Backend::Gpu(Box::new(training))
            }
        };
        Ok(Self { plan, backend, step: header.step, finished })
    }

    /// See [`Run::checkpoint`](crate::Run::checkpoint).
    pub async fn checkpoint(&mut self) -> Result<Checkpoint, EngineError> {
        let (kind, name, learners) = match &mut self.backend {
            Backend::Cpu(cpu) => (Kind::Cpu, cpu.name(), cpu.learners()),
            Backend::Gpu(gpu) => {
                (Kind::Gpu, gpu.name().to_owned(), gpu.learners(&self.plan).await?)
            }
        };
        let job = Job::Study(self.plan.study.clone());
        let header = Header {
            share: learners.iter().map(|learner| learner.model).collect(),
            name,
            finished: self.finished.iter().map(|trained| trained.model).collect(),
            ..Header::new(job, kind, self.step)
        };
        let state = State::Study { learners, finished: self.finished.clone() };
        Ok(Checkpoint { header, state })
    }

    /// The share that the run began with.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Models in training.
    pub fn models(&self) -> usize {
        match &self.backend {
            Backend::Cpu(cpu) => cpu.size(),
            Backend::Gpu(_) => self.plan.models.len(),
        }
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
    /// When the GPU is lost or computes something wrong.
    pub async fn advance(&mut self, limit: u32) -> Result<u32, EngineError> {
        let left = (self.plan.study.steps - self.step).min(limit);
        if left == 0 {
            return Ok(0);
        }
        let taken = match &mut self.backend {
            Backend::Cpu(cpu) => cpu.advance(&self.plan, self.step, left),
            Backend::Gpu(gpu) => gpu.advance(&self.plan, self.step, left).await?,
        };
        self.step += taken;
        Ok(taken)
    }

    /// Parts with some of the models, to go on elsewhere at this step. None of a run that is done,
    /// nor of one on a GPU, whose models are never waited for.
    pub fn give(&mut self, models: &[u32]) -> Vec<Learner> {
        match &mut self.backend {
            Backend::Cpu(cpu) if self.step < self.plan.study.steps => cpu.give(models),
            _ => vec![],
        }
    }

    /// Goes on from a step with these models of another share, now that its own are done. On the
    /// CPU only, see [`Self::give`].
    pub fn take(&mut self, step: u32, learners: Vec<Learner>) {
        if let Backend::Cpu(cpu) = &mut self.backend {
            self.finished.extend(cpu.read());
            self.step = step;
            cpu.take_over(&self.plan, learners, None);
        }
    }

    /// Models that were done before others were taken over.
    pub fn finished(&self) -> &[Trained] {
        &self.finished
    }

    /// The models in training as they are now.
    ///
    /// # Errors
    /// When the GPU is lost or computes something wrong.
    pub async fn read(&mut self) -> Result<Vec<Trained>, EngineError> {
        match &mut self.backend {
            Backend::Cpu(cpu) => Ok(cpu.read()),
            Backend::Gpu(gpu) => gpu.read(&self.plan).await,
        }
    }
}
