//! Networks on the GPU: all models of a share in every dispatch.

use super::Gpu;
use super::flight::Flight;
use super::operation::{Call, Places, Runner, Setup};
use crate::EngineError;
use crate::pace::Ramp;
use toy::network::architecture::Architecture;
use toy::network::train::learner;
use toy::network::{Network, Task};
use toy::sample::Threshold;
use toy::study::curve;
use toy::study::snapshot::Trained;
use toy::study::train::Learner;
use toy::train::Model;

/// A share of networks in training on the GPU.
pub struct NetworkTraining {
    name: String,
    runner: Runner,
    models: Vec<u32>,
    flight: Flight,
    parameters: usize,
    steps: u32,
}

impl NetworkTraining {
    /// These models before their first step.
    ///
    /// # Errors
    /// When the GPU is lost, or has too little memory.
    pub async fn new(gpu: &Gpu, network: &Network, models: &[u32]) -> Result<Self, EngineError> {
        let architecture = Architecture::new(network, network.sequences() as usize);
        let Architecture { tape, importance, .. } = &architecture;
        let threshold = |instance| {
            let Threshold { below, scale } = Threshold::new(network.density_at(instance));
            [below, scale.to_bits()]
        };
        let rate = |step| {
            let rates = network.rates(step);
            let point = f32::from_bits(curve::point_of(step, network.steps));
            [rates.rate, rates.root, rates.decay, point]
        };
        let setup = Setup {
            tape,
            models: models
                .iter()
                .map(|&model| [model, network.instances_of(model).start])
                .collect(),
            densities: (0..network.instances).map(threshold).collect(),
            draw: vec![draw(network, &architecture, models.len() as u32)],
            seed: network.seed,
            adam: [network.beta1, network.beta2, network.epsilon].map(|x| x as f32),
            rates: (0..network.steps).map(rate).collect(),
            points: curve::points(network.steps) as usize,
        };
        let runner = Runner::new(gpu, setup).await?;
        let importances: Vec<f32> = network.importances().iter().map(|&i| i as f32).collect();
        for place in 0..models.len() {
            runner.write_tensor(place, *importance, &importances);
        }
        let training = Self {
            name: gpu.name(),
            runner,
            models: models.to_vec(),
            flight: Flight::new(1),
            parameters: tape.parameters(),
            steps: network.steps,
        };
        let all: Vec<Learner> = models.iter().map(|&model| learner(network, model)).collect();
        training.set_learners(&all);
        Ok(training)
    }

    /// The adapter.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Models in training.
    pub fn size(&self) -> usize {
        self.models.len()
    }

    /// Trains for about one slice, at most `limit` steps from `step` on; returns the steps taken.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn advance(&mut self, step: u32, limit: u32) -> Result<u32, EngineError> {
        self.runner.context().check()?;
        if self.models.is_empty() {
            return Ok(limit);
        }
        // Every step is some hundred dispatches to be encoded.
        let steps = self.flight.wanted().min(limit).min(64);
        let submission = self.runner.submit(step, steps);
        let context = self.runner.context().clone();
        self.flight.add(&context, submission, steps).await?;
        Ok(steps)
    }

    /// Takes exactly these steps.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn take(&mut self, step: u32, steps: u32) -> Result<(), EngineError> {
        self.runner.take(step, steps).await
    }

    /// Trains for a moment, over and over from the schedule's start; returns model-steps/s.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn measure(&mut self) -> Result<f64, EngineError> {
        let mut ramp = Ramp::new(self.steps.min(64));
        loop {
            let submission = self.runner.submit(0, ramp.steps());
            let submitted = submission.submitted;
            let done = submission.wait(self.runner.context()).await?;
            if let Some(rate) = ramp.took(done.saturating_duration_since(submitted)) {
                return Ok(rate * self.models.len() as f64);
            }
        }
    }

    /// What has been learned.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn read(&mut self) -> Result<Vec<Trained>, EngineError> {
        let one =
            |Learner { model, state, sums }| Trained { model, parameters: state.parameters, sums };
        Ok(self.learners().await?.into_iter().map(one).collect())
    }

    /// Every model with its optimiser state.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn learners(&mut self) -> Result<Vec<Learner>, EngineError> {
        let all = self.runner.parameters().await?;
        let states = self.runner.states().await?;
        let one = |((&model, parameters), mut state): ((&u32, Vec<f32>), Vec<f32>)| {
            let sums = state.split_off(2 * self.parameters);
            let second = state.split_off(self.parameters);
            Learner { model, state: Model { parameters, first: state, second }, sums }
        };
        Ok(self.models.iter().zip(all).zip(states).map(one).collect())
    }

    /// Replaces the state of every model, in their order.
    pub fn set_learners(&self, learners: &[Learner]) {
        for (place, Learner { state, sums, .. }) in learners.iter().enumerate() {
            self.runner.write_parameters(place, &state.parameters);
            let all: Vec<f32> =
                [&state.first, &state.second, sums].into_iter().flatten().copied().collect();
            self.runner.write_state(place, &all);
        }
    }
}

/// The call that makes a batch.
fn draw(network: &Network, architecture: &Architecture, models: u32) -> Call {
    let places = Places::new(&architecture.tape);
    let Network { features, tokens, keys, batch, .. } = *network;
    let sequences = network.sequences();
    let words = features * tokens + tokens;
    let [input, target] = [architecture.input, architecture.target].map(|id| places.of(id));
    let common = [words.div_ceil(4), batch, models];
    match (network.task, architecture.keys) {
        (Task::Retrieval, Some(own)) => Call::new(
            "draw_retrieval",
            sequences as usize,
            &[
                &[input, target, places.of_tokens(own), sequences],
                &common,
                &[features, tokens, keys],
            ],
        ),
        _ => {
            let size = features * tokens;
            let elements = (size.div_ceil(4) * sequences) as usize;
            Call::new("draw_identity", elements, &[&[input, target, size, sequences], &common])
        }
    }
}
