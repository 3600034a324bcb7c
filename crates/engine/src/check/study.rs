//! What checks have to know of a study.

use super::models::{self, Share};
use crate::EngineError;
use crate::cpu::study::Training;
use crate::gpu::{Gpu, StudyTraining};
use crate::study::Plan;
use std::ops::Range;
use toy::Study;
use toy::study::train::Learner;
use toy::train::Model;

/// Whether a GPU takes a model of a study through its first steps as the CPU does.
pub(super) async fn rehearse(gpu: &Gpu, study: &Study) -> Result<(), EngineError> {
    let all = Plan::of_models(study, (0..study.models() as u32).collect());
    let densest = all.models[all.heaviest()];
    models::rehearse(gpu, &Plan { models: vec![densest], ..all }).await
}

impl Share for Plan {
    type Gpu = StudyTraining;

    fn models(&self) -> &[u32] {
        &self.models
    }

    fn course(&self) -> (u32, u32) {
        (self.study.steps, self.study.seed)
    }

    fn heaviest(&self) -> usize {
        let density =
            |place: &usize| self.study.density_at(self.study.place(self.models[*place]).0);
        let places = 0..self.models.len();
        places.max_by(|a, b| density(a).total_cmp(&density(b))).unwrap_or(0)
    }

    async fn begin(&self, gpu: &Gpu) -> Result<StudyTraining, EngineError> {
        StudyTraining::new(gpu, self).await
    }

    async fn alone(
        &self,
        gpu: &Gpu,
        like: &StudyTraining,
        place: usize,
    ) -> Result<StudyTraining, EngineError> {
        let plan = Plan { models: vec![self.models[place]], ..self.clone() };
        let (kernel, parts) = like.kernel();
        StudyTraining::with(gpu, &plan, kernel, parts).await
    }

    fn again(
        &self,
        model: u32,
        states: impl Iterator<Item = Model<f32>>,
        steps: Range<u32>,
    ) -> Vec<Model<f32>> {
        let sums = vec![0.0; self.points()];
        let learners = states.map(|state| Learner { model, state, sums: sums.clone() }).collect();
        let mut training = Training::again(self, learners);
        training.take(self, steps.start, steps.end - steps.start);
        training.models()
    }
}
