//! The trial that `engine=auto` chooses by: a small version of the study, for some tens of
//! milliseconds on either backend.

use super::plan::Plan;
use crate::EngineError;
use crate::cpu::study::Training;
use crate::gpu::{Gpu, StudyTraining};
use crate::pace::Ramp;
use toy::Study;
use web_time::Instant;
use wire::Shard;

/// Most repeats of an instance in a trial on the CPU, and most models in one on a GPU: every GPU is
/// busy with so many.
const REPEATS: u32 = 4;
const MODELS: u32 = 1024;
/// Most steps of a trial at once.
const STEPS: u32 = 256;

/// Model-steps/s found.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    gpu: f64,
    cpu: f64,
}

impl Trial {
    /// Trains a small version of a valid study on both. Where workers share the CPU's work, each
    /// has a thread: one is measured, and taken times as many as have models to train.
    ///
    /// # Errors
    /// When the GPU fails.
    pub async fn new(gpu: &Gpu, study: &Study, pool: u32) -> Result<Self, EngineError> {
        let with = |most: u32| {
            let repeats = study.repeats.min(most.max(1));
            Plan::new(&Study { repeats, steps: STEPS, ..study.clone() }, Shard::ALL)
        };
        // As many as there will be: a GPU with room for more takes no longer for them.
        let plan = with(MODELS / study.instances.max(1));
        let on_gpu = StudyTraining::new(gpu, &plan).await?.measure(&plan).await?;
        let plan = with(REPEATS);
        let workers = u64::from(pool).min(study.models()).max(1);
        Ok(Self { gpu: on_gpu, cpu: measure(&plan) * workers as f64 })
    }

    /// Whether the GPU was faster.
    pub fn prefers_gpu(self) -> bool {
        self.gpu > self.cpu
    }

    /// Whether the GPU was faster, and what was found, a sentence.
    pub fn verdict(self) -> (bool, String) {
        (self.prefers_gpu(), self.sentence())
    }

    /// What was found, a sentence.
    pub fn sentence(self) -> String {
        format!("Measured: GPU {:.0}, CPU {:.0} model-steps/s.", self.gpu, self.cpu)
    }
}

/// Model-steps/s of a plan on this thread and those it employs.
fn measure(plan: &Plan) -> f64 {
    let mut training = Training::new(plan);
    let mut ramp = Ramp::new(plan.study.steps);
    loop {
        let begun = Instant::now();
        training.take(plan, 0, ramp.steps());
        if let Some(rate) = ramp.took(begun.elapsed()) {
            return rate * plan.models.len() as f64;
        }
    }
}
