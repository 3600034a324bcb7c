//! A share of a sweep in training.

use crate::checkpoint::{Checkpoint, Header, Live, State, bits};
use crate::error::EngineError;
use crate::plan::Plan;
use crate::{check, cpu, gpu};
use toy::Sweep;
use wire::{Job, Kind};

enum Backend {
    Gpu(Box<check::Checked>),
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
    async fn state(&mut self, plan: &Plan) -> Result<[Vec<f32>; 3], EngineError> {
        match self {
            Self::Cpu(cpu) => Ok(cpu.state()),
            Self::Gpu(gpu) => gpu.state(plan).await,
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
    /// Prepares a share at step 0, on this GPU or else on the CPU.
    pub(crate) async fn new(plan: Plan, gpu: Option<&gpu::Gpu>) -> Result<Self, EngineError> {
        let backend = match gpu {
            None => Backend::Cpu(Box::new(cpu::Training::new(&plan))),
            Some(gpu) => Backend::Gpu(Box::new(check::Checked::new(gpu, &plan).await?)),
        };
        Ok(Self { plan, backend, step: 0 })
    }

    pub(crate) async fn restore(
        sweep: &Sweep,
        header: &Header,
        state: &[Vec<f32>; 3],
        gpu: Option<&gpu::Gpu>,
    ) -> Result<Self, EngineError> {
        let plan = Plan::of_rows(sweep, header.share.clone());
        let mut backend = match gpu {
            None => Backend::Cpu(Box::new(cpu::Training::new(&plan))),
            Some(gpu) => {
                let training = check::Checked::as_before(gpu, &plan, header.shared);
                Backend::Gpu(Box::new(training.await?))
            }
        };
        backend.set_state(state);
        if header.ahead > 0 {
            backend.take(&plan, header.step, header.ahead).await?;
            let mut all = backend.state(&plan).await?;
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

    /// Whether a GPU trains, which works on a slice while this thread does something else.
    pub fn on_gpu(&self) -> bool {
        matches!(&self.backend, Backend::Gpu(_))
    }

    /// Whether a GPU trains that is software, on the cores that measure and draw as well.
    pub fn on_software(&self) -> bool {
        matches!(&self.backend, Backend::Gpu(gpu) if gpu.on_software())
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
        let header = self.header();
        Ok(Checkpoint { header, state: State::Sweep(self.backend.state(&self.plan).await?) })
    }

    /// The same, with as little memory as there is need for.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn live(&mut self) -> Result<Live<'_>, EngineError> {
        let header = self.header();
        Ok(match &mut self.backend {
            Backend::Cpu(cpu) => Live::Sweep(header, cpu),
            Backend::Gpu(gpu) => {
                let state = State::Sweep(gpu.state(&self.plan).await?);
                Live::Whole(Checkpoint { header, state })
            }
        })
    }

    /// All of a checkpoint but the numbers.
    fn header(&self) -> Header {
        let (kind, name, shared) = match &self.backend {
            Backend::Cpu(cpu) => (Kind::Cpu, cpu.name(), false),
            Backend::Gpu(gpu) => (Kind::Gpu, gpu.name().to_owned(), gpu.kernel().shared),
        };
        let leaders = match &self.backend {
            Backend::Cpu(cpu) if cpu.ahead() > 0 => bits(&cpu.leaders()),
            _ => vec![],
        };
        let job = Job::Sweep(self.plan.sweep.clone());
        Header {
            share: self.plan.rows.clone(),
            name,
            shared,
            ahead: self.ahead(),
            leaders,
            ..Header::new(job, kind, self.step)
        }
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
        match &mut self.backend {
            Backend::Cpu(cpu) => Ok(cpu.parameters_of(rows)),
            Backend::Gpu(gpu) => {
                let all = gpu.parameters(&self.plan).await?;
                Ok(self.pick(all, rows))
            }
        }
    }

    /// The same, for who takes another slice before showing them: of a GPU's last steps, that slice
    /// makes the check, while the GPU works on it.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn parameters_before_next(
        &mut self,
        rows: &[usize],
    ) -> Result<Vec<f32>, EngineError> {
        match &mut self.backend {
            Backend::Cpu(cpu) => Ok(cpu.parameters_of(rows)),
            Backend::Gpu(gpu) => {
                let all = gpu.parameters_unchecked().await?;
                Ok(self.pick(all, rows))
            }
        }
    }

    /// Some rows of the parameters of all.
    fn pick(&self, all: Vec<f32>, rows: &[usize]) -> Vec<f32> {
        if rows.len() == self.plan.rows.len() {
            return all;
        }
        let width = self.plan.models_per_row();
        let planes = all.chunks_exact(self.plan.models().max(1));
        let some = planes.flat_map(|plane| rows.iter().map(|&row| &plane[row * width..][..width]));
        some.flatten().copied().collect()
    }
}
