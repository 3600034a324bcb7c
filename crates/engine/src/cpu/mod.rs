//! The CPU backend: for browsers without WebGPU and machines without a GPU.

use crate::pace::Pace;
use crate::plan::Plan;
use std::time::Duration;
use toy::train::{Model, Pixel};
use web_time::Instant;

/// The backend in a person's words.
pub fn name() -> String {
    "CPU, one model at a time".into()
}

/// A share of a sweep in training on the CPU.
pub struct Training {
    models: Vec<Model<f32>>,
    pace: Pace,
}

impl Training {
    /// The models of a plan before their first step.
    pub fn new(plan: &Plan) -> Self {
        let models = (0..plan.models()).map(|i| Model::new(&plan.sweep, plan.key(i))).collect();
        Self { models, pace: Pace::new(Duration::from_millis(30)) }
    }

    /// Trains for about one slice, at most `limit` steps from `step` on; returns the steps taken.
    pub fn advance(&mut self, plan: &Plan, step: u32, limit: u32) -> u32 {
        let (steps, start) = (self.pace.steps().min(limit), Instant::now());
        for (local, model) in self.models.iter_mut().enumerate() {
            let pixel = local / plan.sweep.repeats as usize;
            let columns = plan.sweep.columns as usize;
            let pixel =
                Pixel::new(&plan.sweep, plan.rows[pixel / columns], (pixel % columns) as u32);
            for t in step..step + steps {
                pixel.step(plan.key(local), t, model);
            }
        }
        self.pace.took(steps, start.elapsed());
        steps
    }

    /// Parameters by parameter, then model.
    pub fn parameters(&self) -> Vec<f32> {
        let size = self.models.first().map_or(0, |m| m.parameters.len());
        (0..size).flat_map(|p| self.models.iter().map(move |m| m.parameters[p])).collect()
    }
}
