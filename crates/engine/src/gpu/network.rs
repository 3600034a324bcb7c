//! Networks on the GPU: all models of a share in every dispatch.

use super::Gpu;
use super::flight::Flight;
use super::operation::{Call, Places, Runner, Setup};
use super::record::{Follow, LONGEST, Record, Recording, States};
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
    /// Most steps between two states of a record.
    longest: u32,
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
        let mut training = Self {
            name: gpu.name(),
            runner,
            models: models.to_vec(),
            flight: Flight::new(1),
            parameters: tape.parameters(),
            steps: network.steps,
            longest: LONGEST,
        };
        let all: Vec<Learner> = models.iter().map(|&model| learner(network, model)).collect();
        training.set_learners(&all);
        Ok(training)
    }

    /// Models in training.
    pub fn size(&self) -> usize {
        self.models.len()
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
            let submission = self.runner.submit(self.models.len(), 0, ramp.steps(), None);
            let submitted = submission.submitted;
            let done = submission.wait(self.runner.context()).await?;
            if let Some(rate) = ramp.took(done.saturating_duration_since(submitted)) {
                return Ok(rate * self.models.len() as f64);
            }
        }
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

    fn write(&self, place: usize, state: &Model<f32>, sums: &[f32]) {
        self.runner.write_parameters(place, &state.parameters);
        let all: Vec<f32> = [&state.first[..], &state.second, sums].concat();
        self.runner.write_state(place, &all);
    }
}

impl Recording for NetworkTraining {
    fn name(&self) -> &str {
        &self.name
    }

    fn keep_short(&mut self, steps: u32) {
        self.longest = steps.clamp(1, LONGEST);
    }

    fn rehearse(&mut self, place: usize, step: u32, steps: u32) {
        let follow =
            Follow { models: place..place + 1, passages: 1, last_only: false, apart: true };
        drop(self.runner.submit(place + 1, step, steps, Some((&follow, steps))));
    }

    fn recorded(&mut self) -> Option<Record> {
        self.runner.recorder.take()
    }

    async fn read_records(&mut self, records: &[Record]) -> Result<Vec<States>, EngineError> {
        let size = self.parameters;
        let records = self.runner.read_records(records).await?;
        let model = |(step, state): (u32, Vec<f32>)| {
            let part = |k: usize| state[k * size..(k + 1) * size].to_vec();
            (step, Model { parameters: part(0), first: part(1), second: part(2) })
        };
        Ok(records.into_iter().map(|states| states.into_iter().map(model).collect()).collect())
    }

    fn put_back(&self, place: usize, model: &Model<f32>) {
        self.write(place, model, &vec![0.0; curve::points(self.steps) as usize]);
    }

    async fn advance_recording(
        &mut self,
        step: u32,
        limit: u32,
        follow: Option<Follow>,
    ) -> Result<u32, EngineError> {
        self.runner.context().check()?;
        if self.models.is_empty() {
            return Ok(limit);
        }
        // Every step is some hundred dispatches to be encoded.
        let steps = self.flight.steps().min(limit).min(64);
        let follow = follow.filter(|follow| !follow.last_only || steps == limit);
        let follow = follow.as_ref().map(|follow| (follow, self.longest));
        let submission = self.runner.submit(self.models.len(), step, steps, follow);
        let context = self.runner.context().clone();
        self.flight.add(&context, submission, steps).await?;
        Ok(steps)
    }

    fn distrust(&self, why: &str) {
        self.runner.context().distrust(why);
    }

    async fn read(&mut self) -> Result<Vec<Trained>, EngineError> {
        let one =
            |Learner { model, state, sums }| Trained { model, parameters: state.parameters, sums };
        Ok(NetworkTraining::learners(self).await?.into_iter().map(one).collect())
    }

    async fn learners(&mut self) -> Result<Vec<Learner>, EngineError> {
        NetworkTraining::learners(self).await
    }

    fn set_learners(&mut self, learners: &[Learner]) {
        for (place, Learner { state, sums, .. }) in learners.iter().enumerate() {
            self.write(place, state, sums);
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
