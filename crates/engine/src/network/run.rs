//! A share of a network's models in training.

use super::plan::Plan;
use crate::check::CheckedModels;
use crate::checkpoint::{Checkpoint, Header, State};
use crate::cpu::network::Training;
use crate::error::EngineError;
use crate::gpu::Gpu;
use toy::Spec;
use toy::network::Network;
use toy::study::snapshot::Trained;
use toy::study::train::Learner;
use wire::{Job, Kind, Shard};

/// A share of a network's models in training, on the CPU or a GPU.
pub struct NetworkRun {
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

impl NetworkRun {
    /// Prepares a share of a network's models on the CPU, at step 0.
    ///
    /// # Errors
    /// When the network is not valid.
    pub fn on_cpu(network: &Network, shard: Shard) -> Result<Self, EngineError> {
        // There are 1,024 models at most.
        let models = shard.of(network.models() as u32);
        network.validate()?;
        let plan = Plan::new(network, &models);
        let backend = Backend::Cpu(Box::new(Training::new(network, &models)));
        Ok(Self::with(plan, backend, 0, vec![]))
    }

    /// Prepares some of a network's models at step 0, on this GPU or else on the CPU.
    ///
    /// # Errors
    /// When the network is not valid, or the GPU is lost or has too little memory.
    pub async fn new(
        network: &Network,
        models: &[u32],
        gpu: Option<&Gpu>,
    ) -> Result<Self, EngineError> {
        network.validate()?;
        let plan = Plan::new(network, models);
        let backend = match gpu {
            None => Backend::Cpu(Box::new(Training::new(network, models))),
            Some(gpu) => Backend::Gpu(Box::new(CheckedModels::new(gpu, &plan).await?)),
        };
        Ok(Self::with(plan, backend, 0, vec![]))
    }

    fn with(plan: Plan, backend: Backend, step: u32, finished: Vec<Trained>) -> Self {
        Self { plan, backend, step, finished }
    }

    /// Goes on from a checkpoint, on this GPU or else on the CPU.
    pub(crate) async fn restore(
        network: &Network,
        header: &Header,
        learners: Vec<Learner>,
        finished: Vec<Trained>,
        gpu: Option<&Gpu>,
    ) -> Result<Self, EngineError> {
        let plan = Plan::new(network, &header.share);
        let backend = match gpu {
            None => {
                let mut training = Training::new(network, &[]);
                training.take_over(learners);
                Backend::Cpu(Box::new(training))
            }
            Some(gpu) => {
                let mut training = CheckedModels::new(gpu, &plan).await?;
                training.set_learners(&learners);
                Backend::Gpu(Box::new(training))
            }
        };
        Ok(Self::with(plan, backend, header.step, finished))
    }

    /// See [`Run::checkpoint`](crate::Run::checkpoint).
    pub async fn checkpoint(&mut self) -> Result<Checkpoint, EngineError> {
        let (kind, name, learners) = match &mut self.backend {
            Backend::Cpu(cpu) => (Kind::Cpu, cpu.name(), cpu.learners().to_vec()),
            Backend::Gpu(gpu) => {
                (Kind::Gpu, gpu.name().to_owned(), gpu.learners(&self.plan).await?)
            }
        };
        let header = Header {
            share: learners.iter().map(|learner| learner.model).collect(),
            name,
            finished: self.finished.iter().map(|trained| trained.model).collect(),
            ..Header::new(Job::Network(self.plan.network.clone()), kind, self.step)
        };
        let state = State::Study { learners, finished: self.finished.clone() };
        Ok(Checkpoint { header, state })
    }

    /// What is trained.
    pub fn network(&self) -> &Network {
        &self.plan.network
    }

    /// Models in training.
    pub fn models(&self) -> usize {
        match &self.backend {
            Backend::Cpu(cpu) => cpu.learners().len(),
            Backend::Gpu(_) => self.plan.models.len(),
        }
    }

    /// Steps taken so far.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// Whether every step has been taken.
    pub fn is_done(&self) -> bool {
        self.step >= self.plan.network.steps
    }

    /// Trains for a slice of some 10 to 50 ms, or one step if that takes longer, but at most
    /// `limit` steps; returns the steps taken (0 when done).
    ///
    /// # Errors
    /// When the GPU is lost or computes something wrong.
    pub async fn advance(&mut self, limit: u32) -> Result<u32, EngineError> {
        let left = (self.plan.network.steps - self.step).min(limit);
        if left == 0 {
            return Ok(0);
        }
        let taken = match &mut self.backend {
            Backend::Cpu(cpu) => cpu.advance(&self.plan.network, self.step, left),
            Backend::Gpu(gpu) => gpu.advance(&self.plan, self.step, left).await?,
        };
        self.step += taken;
        Ok(taken)
    }

    /// Parts with some of the models, to go on elsewhere at this step. None of a run that is done,
    /// nor of one on a GPU, whose models are never waited for.
    pub fn give(&mut self, models: &[u32]) -> Vec<Learner> {
        match &mut self.backend {
            Backend::Cpu(cpu) if self.step < self.plan.network.steps => cpu.give(models),
            _ => vec![],
        }
    }

    /// Goes on from a step with these models of another share, now that its own are done. On the
    /// CPU only, see [`Self::give`].
    pub fn take(&mut self, step: u32, learners: Vec<Learner>) {
        if let Backend::Cpu(cpu) = &mut self.backend {
            self.finished.extend(cpu.read());
            self.step = step;
            cpu.take_over(learners);
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
