//! What a job is to be trained on: found by a trial, believed after a check.

use crate::engine::Engine;
use crate::error::EngineError;
use crate::found::Found;
use crate::patience::{TRYING, within};
use crate::trial::Trial;
use crate::{check, gpu, network, study};
use toy::Sweep;
use toy::sweep::Data;
use wire::{Choice, Class, Job, Kind};

impl Engine {
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
        if let Job::Sweep(sweep) = job {
            return self.choose_for_sweep(sweep, pool).await;
        }
        job.validate_in_shares()?;
        Ok(self.find(job, Class::of(job), pool).await)
    }

    /// The same for a sweep.
    ///
    /// # Errors
    /// As [`choose`](Self::choose).
    pub async fn choose_for_sweep(
        &mut self,
        sweep: &Sweep,
        pool: u32,
    ) -> Result<Found, EngineError> {
        sweep.validate_in_shares()?;
        Ok(self.find(sweep, Class::of(&sweep.clone().into()), pool).await)
    }

    async fn find(&mut self, tried: &impl Tried, class: Class, pool: u32) -> Found {
        if let Some(why) = tried.refused().filter(|_| self.gpu.is_ok()) {
            return Found::cpu(why);
        }
        let gpu = match &self.gpu {
            Ok(gpu) if self.choice == Choice::Auto => match gpu.trusted() {
                Ok(()) => gpu,
                Err(error) => return Found::refused(&error),
            },
            Ok(gpu) => return Found::gpu(gpu, "The GPU was asked for."),
            Err(why) => return Found::cpu(why),
        };
        if let Some(reason) = tried.untried(gpu) {
            return Found::cpu(reason);
        }
        let before = self.found.iter().find(|(c, p, _)| *c == class && *p == pool);
        if let Some((.., found)) = before {
            return checked(found.clone(), gpu, tried).await;
        }
        let Some(trial) = within(TRYING, tried.trial(gpu, pool)).await else {
            // Not waited for again.
            let why = "No GPU can be used here: it did not answer.";
            self.gpu = Err(why.into());
            return Found::cpu(why);
        };
        let found = match trial {
            Ok((true, reason)) => Found::gpu(gpu, reason),
            Ok((false, reason)) => Found::cpu(reason),
            // Not kept: the next trial may go better.
            Err(error) => return Found::cpu(format!("A trial of the GPU failed: {error}.")),
        };
        self.found.push((class, pool, found.clone()));
        checked(found, gpu, tried).await
    }
}

/// What was found, unless it is a GPU that does not reproduce the CPU's numbers for this very job.
async fn checked(found: Found, gpu: &gpu::Gpu, tried: &impl Tried) -> Found {
    match found.kind {
        Kind::Cpu => found,
        Kind::Gpu => match tried.rehearse(gpu).await {
            Ok(()) => found,
            Err(error) => Found::refused(&error),
        },
    }
}

/// What choosing needs to know of a job. Sweeps are apart from all other jobs, so that whoever
/// trains sweeps alone needs no code of others.
trait Tried {
    /// Why no GPU can train it, a sentence.
    fn refused(&self) -> Option<String>;
    /// Why a GPU is not even tried with it, a sentence.
    fn untried(&self, gpu: &gpu::Gpu) -> Option<String>;
    /// Whether the GPU was faster than a pool of so many workers, and what was found, a sentence.
    async fn trial(&self, gpu: &gpu::Gpu, pool: u32) -> Result<(bool, String), EngineError>;
    /// Whether the GPU reproduces the CPU's numbers for it.
    async fn rehearse(&self, gpu: &gpu::Gpu) -> Result<(), EngineError>;
}

impl Tried for Sweep {
    fn refused(&self) -> Option<String> {
        None
    }

    fn untried(&self, gpu: &gpu::Gpu) -> Option<String> {
        let slow = self.data == Data::Exact && self.features >= 4;
        (gpu.is_software() && slow && cfg!(target_arch = "wasm32")).then(|| {
            format!(
                "The only GPU adapter, {}, is software; it was not measured, since it would compile this for seconds.",
                gpu.name()
            )
        })
    }

    async fn trial(&self, gpu: &gpu::Gpu, pool: u32) -> Result<(bool, String), EngineError> {
        Trial::new(gpu, self, pool).await.map(Trial::verdict)
    }

    async fn rehearse(&self, gpu: &gpu::Gpu) -> Result<(), EngineError> {
        check::rehearse_sweep(gpu, self).await
    }
}

impl Tried for Job {
    fn refused(&self) -> Option<String> {
        match self {
            Job::Study(study) => gpu::study_shader::refuses(study),
            Job::Translation(_) => Some(ON_THE_CPU.into()),
            _ => None,
        }
    }

    fn untried(&self, gpu: &gpu::Gpu) -> Option<String> {
        if let Job::Sweep(sweep) = self {
            return sweep.untried(gpu);
        }
        let name = gpu.name();
        gpu.is_software().then(|| format!("The only GPU adapter, {name}, is software."))
    }

    async fn trial(&self, gpu: &gpu::Gpu, pool: u32) -> Result<(bool, String), EngineError> {
        match self {
            Job::Sweep(sweep) => sweep.trial(gpu, pool).await,
            Job::Study(study) => {
                study::Trial::new(gpu, study, pool).await.map(study::Trial::verdict)
            }
            Job::Network(network) => {
                network::Trial::new(gpu, network, pool).await.map(network::Trial::verdict)
            }
            // Refused above.
            Job::Translation(_) => Ok((false, ON_THE_CPU.into())),
        }
    }

    async fn rehearse(&self, gpu: &gpu::Gpu) -> Result<(), EngineError> {
        check::rehearse(gpu, self).await
    }
}

/// Why no GPU trains bottlenecks.
const ON_THE_CPU: &str = "Bottlenecks in a translation model are trained on the CPU.";
