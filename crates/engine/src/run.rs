//! The engine, and runs of sweeps.

use crate::checkpoint::{Checkpoint, CheckpointError, Header, State, bits};
use crate::job::Run;
use crate::network::{self, NetworkRun};
use crate::patience::{OPENING, TRYING, within};
use crate::plan::{Plan, Shard};
use crate::study::{self, StudyRun};
use crate::trial::Trial;
use crate::{cpu, gpu};
use toy::network::{Network, NetworkError};
use toy::sweep::Data;
use toy::{Spec, Study, StudyError, Sweep, SweepError};
use wire::{Cause, Choice, Class, Job, JobError, Kind};

impl From<JobError> for EngineError {
    fn from(error: JobError) -> Self {
        match error {
            JobError::Sweep(error) => Self::Sweep(error),
            JobError::Study(error) => Self::Study(error),
            JobError::Network(error) => Self::Network(error),
        }
    }
}

/// Why there is no run, or no more of it.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The sweep is not valid.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// The study is not valid.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// The network is not valid.
    #[error(transparent)]
    Network(#[from] NetworkError),
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

impl EngineError {
    /// What kind of failure it is.
    pub fn cause(&self) -> Cause {
        match self {
            Self::Sweep(_) | Self::Study(_) | Self::Network(_) | Self::Checkpoint(_) => {
                Cause::Invalid
            }
            Self::NoGpu(_) => Cause::NoGpu,
            Self::Memory => Cause::Memory,
            Self::Lost(_) => Cause::Lost,
        }
    }
}

/// What a job should be trained on.
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

/// Trains jobs on the backends that a choice allows.
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
            Choice::Gpu => Ok(open().await?),
            Choice::Auto => open().await.map_err(|error| match error {
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

    /// Finds what to train a job on. Where the choice is the engine's, that takes a short trial,
    /// once for each class of jobs; on the CPU the job's parts would be shared by a pool of so many
    /// workers like this one.
    ///
    /// Software adapters are not tried with studies, which they train many times more slowly than
    /// the CPU they run on, nor, in a browser, with the exact gradient of four features: they
    /// compile that kernel for seconds, others in a few tenths of one.
    ///
    /// # Errors
    /// When the job is not valid.
    pub async fn choose(&mut self, job: &Job, pool: u32) -> Result<Found, EngineError> {
        job.validate()?;
        if let Some(why) = refused(job).filter(|_| self.gpu.is_ok()) {
            return Ok(Found::cpu(why));
        }
        let gpu = match &self.gpu {
            Ok(gpu) if self.choice == Choice::Auto => gpu,
            Ok(gpu) => return Ok(Found::gpu(gpu, "The GPU was asked for.")),
            Err(why) => return Ok(Found::cpu(why)),
        };
        if let Some(reason) = untried(gpu, job) {
            return Ok(Found::cpu(reason));
        }
        let class = Class::of(job);
        let before = self.found.iter().find(|(c, p, _)| *c == class && *p == pool);
        if let Some((.., found)) = before {
            return Ok(found.clone());
        }
        let trial = async {
            match job {
                Job::Sweep(sweep) => Trial::new(gpu, sweep, pool).await.map(Trial::verdict),
                Job::Study(study) => {
                    study::Trial::new(gpu, study, pool).await.map(study::Trial::verdict)
                }
                Job::Network(network) => {
                    network::Trial::new(gpu, network, pool).await.map(network::Trial::verdict)
                }
            }
        };
        let Some(trial) = within(TRYING, trial).await else {
            // Not waited for again.
            let why = "No GPU can be used here: it did not answer.";
            self.gpu = Err(why.into());
            return Ok(Found::cpu(why));
        };
        let found = match trial {
            Ok((true, reason)) => Found::gpu(gpu, reason),
            Ok((false, reason)) => Found::cpu(reason),
            // Not kept: the next trial may go better.
            Err(error) => return Ok(Found::cpu(format!("A trial of the GPU failed: {error}."))),
        };
        self.found.push((class, pool, found.clone()));
        Ok(found)
    }

    /// Prepares a run of a share of a job, at step 0.
    ///
    /// # Errors
    /// When the job is not valid, there is no such backend here, or the GPU fails.
    pub async fn start(&self, job: &Job, shard: Shard, kind: Kind) -> Result<Run, EngineError> {
        match job {
            Job::Sweep(sweep) => Ok(Run::Sweep(self.start_sweep(sweep, shard, kind).await?)),
            Job::Study(study) => Ok(Run::Study(self.start_study(study, shard, kind).await?)),
            Job::Network(network) => {
                Ok(Run::Network(self.start_network(network, shard, kind).await?))
            }
        }
    }

    /// Prepares a run of a share of a sweep, at step 0.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_sweep(
        &self,
        sweep: &Sweep,
        shard: Shard,
        kind: Kind,
    ) -> Result<SweepRun, EngineError> {
        self.start_rows(sweep, shard.of(sweep.rows), kind).await
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
    ) -> Result<SweepRun, EngineError> {
        sweep.validate()?;
        let plan = Plan::of_rows(sweep, rows);
        let backend = match kind {
            Kind::Cpu => Backend::Cpu(Box::new(cpu::Training::new(&plan))),
            Kind::Gpu => Backend::Gpu(Box::new(gpu::Training::new(self.gpu()?, &plan).await?)),
        };
        Ok(SweepRun { plan, backend, step: 0 })
    }

    /// The GPU.
    fn gpu(&self) -> Result<&gpu::Gpu, EngineError> {
        let none = |why: &String| EngineError::NoGpu(why.trim_end_matches('.').into());
        self.gpu.as_ref().map_err(none)
    }

    /// A run that goes on from a checkpoint. Some models of a sweep may have been ahead of others:
    /// the others are taken there first, half a second's work at most.
    ///
    /// On the kind of backend that the checkpoint was made on, the run ends with the bits of an
    /// undisturbed one; on the other kind it goes on from the same state and ends with other bits.
    ///
    /// # Errors
    /// When there is no such backend here, or the GPU fails.
    pub async fn restore(&self, from: Checkpoint, kind: Kind) -> Result<Run, EngineError> {
        let Checkpoint { header, state } = from;
        let gpu = if kind == Kind::Gpu { Some(self.gpu()?) } else { None };
        match (&header.job, state) {
            (Job::Sweep(sweep), State::Sweep(state)) => {
                Ok(Run::Sweep(SweepRun::restore(sweep, &header, &state, gpu).await?))
            }
            (Job::Study(study), State::Study { learners, finished }) => {
                let run = StudyRun::restore(study, &header, learners, finished, gpu);
                Ok(Run::Study(run.await?))
            }
            (Job::Network(network), State::Study { learners, finished }) => {
                let run = NetworkRun::restore(network, &header, learners, finished, gpu);
                Ok(Run::Network(run.await?))
            }
            _ => Err(CheckpointError::Misfit("its numbers are another job's".into()).into()),
        }
    }

    /// Prepares a run of a share of a study, at step 0.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_study(
        &self,
        study: &Study,
        shard: Shard,
        kind: Kind,
    ) -> Result<StudyRun, EngineError> {
        match (kind, gpu::study_shader::refuses(study)) {
            (Kind::Cpu, _) => StudyRun::on_cpu(study, shard),
            (Kind::Gpu, None) => StudyRun::on_gpu(self.gpu()?, study, shard).await,
            (Kind::Gpu, Some(why)) => Err(EngineError::NoGpu(why.trim_end_matches('.').into())),
        }
    }

    /// Prepares a run of a share of networks, at step 0.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_network(
        &self,
        network: &Network,
        shard: Shard,
        kind: Kind,
    ) -> Result<NetworkRun, EngineError> {
        match kind {
            Kind::Cpu => NetworkRun::on_cpu(network, shard),
            Kind::Gpu => NetworkRun::on_gpu(self.gpu()?, network, shard).await,
        }
    }
}

/// Opens the GPU, if it answers in time.
async fn open() -> Result<gpu::Gpu, EngineError> {
    let silent = || EngineError::NoGpu("it did not answer".into());
    within(OPENING, gpu::Gpu::new()).await.unwrap_or_else(|| Err(silent()))
}

/// Why no GPU can train a job, a sentence.
fn refused(job: &Job) -> Option<String> {
    match job {
        Job::Study(study) => gpu::study_shader::refuses(study),
        _ => None,
    }
}

/// Why a GPU is not even tried with a job, a sentence.
fn untried(gpu: &gpu::Gpu, job: &Job) -> Option<String> {
    if !gpu.is_software() {
        return None;
    }
    let name = gpu.name();
    match job {
        Job::Study(_) | Job::Network(_) => {
            Some(format!("The only GPU adapter, {name}, is software."))
        }
        Job::Sweep(sweep) => {
            let slow = sweep.data == Data::Exact && sweep.features >= 4;
            (slow && cfg!(target_arch = "wasm32")).then(|| {
                format!(
                    "The only GPU adapter, {name}, is software; it was not measured, since it would compile this for seconds."
                )
            })
        }
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
pub struct SweepRun {
    plan: Plan,
    backend: Backend,
    step: u32,
}

impl SweepRun {
    async fn restore(
        sweep: &Sweep,
        header: &Header,
        state: &[Vec<f32>; 3],
        gpu: Option<&gpu::Gpu>,
    ) -> Result<Self, EngineError> {
        let plan = Plan::of_rows(sweep, header.share.clone());
        let mut backend = match gpu {
            None => Backend::Cpu(Box::new(cpu::Training::new(&plan))),
            Some(gpu) => {
                let training = gpu::Training::as_before(gpu, &plan, header.shared);
                Backend::Gpu(Box::new(training.await?))
            }
        };
        backend.set_state(state);
        if header.ahead > 0 {
            backend.take(&plan, header.step, header.ahead).await?;
            let mut all = backend.state().await?;
            let models = plan.models();
            for (own, before) in all.iter_mut().zip(state) {
                for (own, before) in own.chunks_mut(models).zip(before.chunks(models)) {
                    let leaders = (0..models).filter(|&local| header.leads(local));
                    leaders.for_each(|local| own[local] = before[local]);
                }
            }
            backend.set_state(&all);
        }
        Ok(Self { plan, backend, step: header.step + header.ahead })
    }

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

    /// See [`Run::checkpoint`](crate::Run::checkpoint).
    pub async fn checkpoint(&mut self) -> Result<Checkpoint, EngineError> {
        let (kind, name, shared) = match &self.backend {
            Backend::Cpu(cpu) => (Kind::Cpu, cpu.name(), false),
            Backend::Gpu(gpu) => (Kind::Gpu, gpu.name().to_owned(), gpu.kernel().shared),
        };
        let leaders = match &self.backend {
            Backend::Cpu(cpu) if cpu.ahead() > 0 => bits(&cpu.leaders()),
            _ => vec![],
        };
        let job = Job::Sweep(self.plan.sweep.clone());
        let header = Header {
            share: self.plan.rows.clone(),
            name,
            shared,
            ahead: self.ahead(),
            leaders,
            ..Header::new(job, kind, self.step)
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
