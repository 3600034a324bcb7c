//! The trial that `engine=auto` chooses by: the network itself for some tens of milliseconds on
//! either backend.

use crate::EngineError;
use crate::cpu::network::Training;
use crate::gpu::{Gpu, NetworkTraining};
use crate::pace::Ramp;
use toy::network::Network;
use web_time::Instant;

/// Most steps of a trial at once.
const STEPS: u32 = 64;

/// Model-steps/s found.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    gpu: f64,
    cpu: f64,
}

impl Trial {
    /// Trains a valid network on both. Where workers share the CPU's work, each has a thread: one is
    /// measured, and taken times as many as have models to train.
    ///
    /// # Errors
    /// When the GPU fails.
    pub async fn new(gpu: &Gpu, network: &Network, pool: u32) -> Result<Self, EngineError> {
        let small = Network { steps: STEPS, ..network.clone() };
        let models: Vec<u32> = (0..small.models() as u32).collect();
        let on_gpu = NetworkTraining::new(gpu, &small, &models).await?.measure().await?;
        let workers = u64::from(pool).min(small.models()).max(1);
        Ok(Self { gpu: on_gpu, cpu: measure(&small, &models) * workers as f64 })
    }

    /// Whether the GPU was faster, and what was found, a sentence.
    pub fn verdict(self) -> (bool, String) {
        let sentence = format!("Measured: GPU {:.0}, CPU {:.0} model-steps/s.", self.gpu, self.cpu);
        (self.gpu > self.cpu, sentence)
    }
}

/// Model-steps/s on this thread and those it employs.
fn measure(network: &Network, models: &[u32]) -> f64 {
    let mut training = Training::new(network, models);
    let mut ramp = Ramp::new(network.steps);
    loop {
        let begun = Instant::now();
        training.take(network, 0, ramp.steps());
        if let Some(rate) = ramp.took(begun.elapsed()) {
            return rate * models.len() as f64;
        }
    }
}
