//! What checks have to know of a network.

use super::models::{self, Share};
use crate::EngineError;
use crate::cpu::network::Training;
use crate::gpu::{Gpu, NetworkTraining};
use crate::network::Plan;
use std::ops::Range;
use toy::network::Network;
use toy::study::curve;
use toy::study::train::Learner;
use toy::train::Model;

/// Whether a GPU takes a model of a network through its first steps as the CPU does.
pub(super) async fn rehearse(gpu: &Gpu, network: &Network) -> Result<(), EngineError> {
    models::rehearse(gpu, &Plan { network: network.clone(), models: vec![0] }).await
}

impl Share for Plan {
    type Gpu = NetworkTraining;

    fn models(&self) -> &[u32] {
        &self.models
    }

    fn course(&self) -> (u32, u32) {
        (self.network.steps, self.network.seed)
    }

    /// All have the same work, whatever their densities; dispatches begin with the first.
    fn heaviest(&self) -> usize {
        0
    }

    async fn begin(&self, gpu: &Gpu) -> Result<NetworkTraining, EngineError> {
        NetworkTraining::new(gpu, &self.network, &self.models).await
    }

    async fn alone(
        &self,
        gpu: &Gpu,
        _like: &NetworkTraining,
        place: usize,
    ) -> Result<NetworkTraining, EngineError> {
        NetworkTraining::new(gpu, &self.network, &[self.models[place]]).await
    }

    fn again(
        &self,
        model: u32,
        states: impl Iterator<Item = Model<f32>>,
        steps: Range<u32>,
    ) -> Vec<Model<f32>> {
        let sums = vec![0.0; curve::points(self.network.steps) as usize];
        let mut training = Training::new(&self.network, &[]);
        training
            .take_over(states.map(|state| Learner { model, state, sums: sums.clone() }).collect());
        training.take(&self.network, steps.start, steps.end - steps.start);
        training.learners().iter().map(|learner| learner.state.clone()).collect()
    }
}
