//! A share of a network's models in training.

use crate::checkpoint::{Checkpoint, Header, State};
use crate::cpu::network::Training;
use crate::error::EngineError;
use crate::gpu::{Gpu, NetworkTraining};
use toy::Spec;
use toy::network::Network;
use toy::study::snapshot::Trained;
use toy::study::train::Learner;
use wire::{Job, Kind, Shard};

/// A share of a network's models in training, on the CPU or a GPU.
pub struct NetworkRun {
    network: Network,
    backend: Backend,
    step: u32,
    /// Models that were done before others were taken over.
    finished: Vec<Trained>,
}

enum Backend {
    Cpu(Box<Training>),
    Gpu(Box<NetworkTraining>),
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
        Ok(Self::with(network, Backend::Cpu(Box::new(Training::new(network, &models)))))
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
        let backend = match gpu {
            None => Backend::Cpu(Box::new(Training::new(network, models))),
            Some(gpu) => Backend::Gpu(Box::new(NetworkTraining::new(gpu, network, models).await?)),
        };
        Ok(Self::with(network, backend))
    }

    fn with(network: &Network, backend: Backend) -> Self {
        Self { network: network.clone(), backend, step: 0, finished: vec![] }
    }

    /// Prepares some of a network's models, at step 0, on this GPU or else on the CPU.
    pub(crate) async fn of_models(
        network: &Network,
        models: &[u32],
        gpu: Option<&Gpu>,
    ) -> Result<Self, EngineError> {
        network.validate()?;
        let backend = match gpu {
            None => Backend::Cpu(Box::new(Training::new(network, models))),
            Some(gpu) => Backend::Gpu(Box::new(NetworkTraining::new(gpu, network, models).await?)),
        };
        Ok(Self { network: network.clone(), backend, step: 0, finished: vec![] })
    }

    /// Goes on from a checkpoint, on this GPU or else on the CPU.
    pub(crate) async fn restore(
        network: &Network,
        header: &Header,
        learners: Vec<Learner>,
        finished: Vec<Trained>,
        gpu: Option<&Gpu>,
    ) -> Result<Self, EngineError> {
        let backend = match gpu {
            None => {
                let mut training = Training::new(network, &[]);
                training.take_over(learners);
                Backend::Cpu(Box::new(training))
            }
            Some(gpu) => {
                let training = NetworkTraining::new(gpu, network, &header.share).await?;
                training.set_learners(&learners);
                Backend::Gpu(Box::new(training))
            }
        };
        Ok(Self { network: network.clone(), backend, step: header.step, finished })
    }

    /// See [`Run::checkpoint`](crate::Run::checkpoint).
    pub async fn checkpoint(&mut self) -> Result<Checkpoint, EngineError> {
        let (kind, name, learners) = match &mut self.backend {
            Backend::Cpu(cpu) => (Kind::Cpu, cpu.name(), cpu.learners().to_vec()),
            Backend::Gpu(gpu) => (Kind::Gpu, gpu.name().to_owned(), gpu.learners().await?),
        };
        let header = Header {
            share: learners.iter().map(|learner| learner.model).collect(),
            name,
            finished: self.finished.iter().map(|trained| trained.model).collect(),
            ..Header::new(Job::Network(self.network.clone()), kind, self.step)
        };
        let state = State::Study { learners, finished: self.finished.clone() };
        Ok(Checkpoint { header, state })
    }

    /// What is trained.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Models in training.
    pub fn models(&self) -> usize {
        match &self.backend {
            Backend::Cpu(cpu) => cpu.learners().len(),
            Backend::Gpu(gpu) => gpu.size(),
        }
    }

    /// Steps taken so far.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// Whether every step has been taken.
    pub fn is_done(&self) -> bool {
        self.step >= self.network.steps
    }

    /// Trains for a slice of some 10 to 50 ms, or one step if that takes longer, but at most
    /// `limit` steps; returns the steps taken (0 when done).
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn advance(&mut self, limit: u32) -> Result<u32, EngineError> {
        let left = (self.network.steps - self.step).min(limit);
        if left == 0 {
            return Ok(0);
        }
        let taken = match &mut self.backend {
            Backend::Cpu(cpu) => cpu.advance(&self.network, self.step, left),
            Backend::Gpu(gpu) => gpu.advance(self.step, left).await?,
        };
        self.step += taken;
        Ok(taken)
    }

    /// Parts with some of the models, to go on elsewhere at this step. None of a run that is done,
    /// nor of one on a GPU, whose models are never waited for.
    pub fn give(&mut self, models: &[u32]) -> Vec<Learner> {
        match &mut self.backend {
            Backend::Cpu(cpu) if self.step < self.network.steps => cpu.give(models),
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
    /// When the GPU is lost.
    pub async fn read(&mut self) -> Result<Vec<Trained>, EngineError> {
        match &mut self.backend {
            Backend::Cpu(cpu) => Ok(cpu.read()),
            Backend::Gpu(gpu) => gpu.read().await,
        }
    }
}
