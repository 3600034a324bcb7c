//! The trial that `engine=auto` chooses by: a small version of the sweep, for some tens of
//! milliseconds on either backend.

use crate::pace::Ramp;
use crate::plan::{Plan, Shard, operations};
use crate::{EngineError, cpu, gpu};
use futures_util::future::join;
use toy::Sweep;
use web_time::Instant;

/// Models of a trial on the CPU, a thread: as many as take so many operations in a step, within
/// bounds.
const CPU_MODELS: [u64; 2] = [16, 1024];
const CPU_OPERATIONS: u64 = 100_000_000;
/// Models of a trial on a software GPU, which fewer keep busy, too.
const SOFTWARE_MODELS: u64 = 4096;
/// Most steps of a trial at once: more than either backend takes in the time.
const STEPS: u32 = 1024;

/// Model-steps/s found.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// On the GPU.
    pub gpu: f64,
    /// On all of the CPU.
    pub cpu: f64,
}

impl Trial {
    /// Trains a small version of a valid sweep on both. Where workers share the CPU's work, each
    /// has a thread: one is measured, and taken times as many as have rows to train.
    ///
    /// # Errors
    /// When the GPU fails.
    pub async fn new(gpu: &gpu::Gpu, sweep: &Sweep, pool: u32) -> Result<Self, EngineError> {
        let most = if gpu.is_software() { SOFTWARE_MODELS } else { wire::BUSY_MODELS };
        let plan = Plan::new(&small(sweep, most), Shard::ALL);
        // While the driver compiles, the CPU has nothing else to do here.
        let compiled = gpu::Training::new(gpu, &plan);
        let [few, many] = CPU_MODELS;
        let models = threads() * (CPU_OPERATIONS / operations(sweep)).clamp(few, many);
        let cpu = async { measure(&Plan::new(&small(sweep, models), Shard::ALL)) };
        let (compiled, cpu) = join(compiled, cpu).await;
        let gpu = compiled?.measure(&plan).await?;
        Ok(Self { gpu, cpu: cpu * f64::from(pool.min(sweep.rows).max(1)) })
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
        format!("Measured: GPU {}, CPU {} model-steps/s.", millions(self.gpu), millions(self.cpu))
    }
}

/// Model-steps/s of a plan on this thread and those it employs.
fn measure(plan: &Plan) -> f64 {
    let mut training = cpu::Training::new(plan);
    let mut ramp = Ramp::new(plan.sweep.steps);
    loop {
        let begun = Instant::now();
        training.take(plan, 0, ramp.steps());
        if let Some(rate) = ramp.took(begun.elapsed()) {
            return rate * plan.models() as f64;
        }
    }
}

/// Threads that the CPU backend employs by itself.
fn threads() -> u64 {
    #[cfg(target_arch = "wasm32")]
    return 1;
    #[cfg(not(target_arch = "wasm32"))]
    return rayon::current_num_threads() as u64;
}

/// The sweep with fewer points and repeats over the same ranges, so that models cost the same.
fn small(sweep: &Sweep, most: u64) -> Sweep {
    let mut small = Sweep { steps: STEPS, ..sweep.clone() };
    while small.models() > most {
        let Sweep { columns, rows, repeats, .. } = &mut small;
        let sizes = [columns, rows, repeats];
        if let Some(largest) = sizes.into_iter().max() {
            *largest = largest.div_ceil(2);
        }
    }
    small
}

/// A number in millions, with two digits that say something.
fn millions(value: f64) -> String {
    let value = value / 1e6;
    let digits = if value < 0.1 {
        3
    } else if value < 10.0 {
        1 + usize::from(value < 1.0)
    } else {
        0
    };
    format!("{value:.digits$} M")
}

#[cfg(test)]
mod tests {
    use super::*;
    use toy::Spec;

    #[test]
    fn a_small_version_covers_the_same_ranges() {
        let sweep = Sweep { columns: 256, rows: 256, repeats: 16, ..Sweep::default() };
        let found = small(&sweep, 4096);
        assert!(found.validate().is_ok() && (1024..=4096).contains(&found.models()));
        assert_eq!((found.density, found.importance), (sweep.density, sweep.importance));
        let few = Sweep { columns: 1, rows: 1, repeats: 3, ..Sweep::default() };
        assert_eq!(small(&few, 4096).models(), 3);
    }

    #[test]
    fn speeds_are_short_and_say_something() {
        let found = [48.4e6, 1.234e6, 0.4567e6, 0.0123e6].map(millions);
        assert_eq!(found, ["48 M", "1.2 M", "0.46 M", "0.012 M"]);
    }
}
