//! Training the models of a study, plainly: the reference for the engines' kernels.

use super::curve;
use super::describe::Study;
use super::model::Network;
use super::sample::Sampler;
use crate::adam::Adam;
use crate::schedule::StepRates;
use crate::train::Model;
use num_traits::Float;
use serde::{Deserialize, Serialize};

/// Parameters of a model before the first step: random weights, biases 0. Columns beyond the hidden
/// dimensions of its instance are 0.
pub fn start(study: &Study, model: u32) -> Vec<f32> {
    let layout = study.layout();
    let hidden = study.hidden_at(study.place(model).0);
    let std = study.init.std(study.features, hidden);
    let weight = |i: u32| {
        let own = i % study.hidden < hidden;
        if own { crate::init::weight(study.seed, model, i, std) } else { 0.0 }
    };
    let mut parameters: Vec<f32> = (0..layout.weights() as u32).map(weight).collect();
    parameters.resize(layout.parameters(), 0.0);
    parameters
}

/// A model with its optimiser state, before the first step.
pub fn model(study: &Study, model: u32) -> Model<f32> {
    let parameters = start(study, model);
    let zeros = vec![0.0; parameters.len()];
    Model { parameters, first: zeros.clone(), second: zeros }
}

/// All that the training of a model goes on from: it may go on anywhere, and learns the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Learner {
    /// The model, see [`Study::place`].
    pub model: u32,
    /// Its parameters and moments.
    pub state: Model<f32>,
    /// Sums of the training loss at each point of the curve.
    pub sums: Vec<f32>,
}

impl Learner {
    /// A model before the first step.
    pub fn new(study: &Study, index: u32) -> Self {
        let sums = vec![0.0; curve::points(study.steps) as usize];
        Self { model: index, state: model(study, index), sums }
    }
}

/// What all models of one instance are trained on.
#[derive(Clone, Debug)]
pub struct Instance<'a> {
    /// The study it belongs to.
    pub study: &'a Study,
    /// Draws batches at its density.
    pub sampler: Sampler,
}

impl<'a> Instance<'a> {
    /// An instance of a study.
    pub fn new(study: &'a Study, instance: u32) -> Self {
        Self { study, sampler: Sampler::new(study, study.density_at(instance)) }
    }

    /// The loss of a model on its batch at a step: the mean over samples of the squared error,
    /// summed over features by importance. `out` becomes the gradient of that loss divided by the
    /// number of features, which is what is trained on; biases that are off have gradient 0.
    pub fn gradient<T: Float>(&self, model: u32, step: u32, parameters: &[T], out: &mut [T]) -> T {
        let study = self.study;
        let cast = |x: f64| T::from(x).unwrap_or_else(T::nan);
        let mut network = Network::<T>::new(study);
        let count = self.sampler.nonzero_count(study.seed, model, step);
        out.fill(T::zero());
        let (mut drawn, mut active) = (vec![], vec![]);
        let mut loss = T::zero();
        for index in 0..count {
            self.sampler.draw(study.seed, model, step, index, &mut drawn);
            active.clear();
            active.extend(drawn.iter().map(|&(i, x)| (i, cast(f64::from(x)))));
            loss = loss + network.observe(parameters, &active, T::one(), out);
        }
        let zeros = cast(f64::from(study.batch - count));
        loss = loss + network.observe(parameters, &[], zeros, out);
        let (batch, n) = (cast(f64::from(study.batch)), cast(f64::from(study.features)));
        out.iter_mut().for_each(|g| *g = *g / (batch * n));
        if !study.bias {
            out[network.layout().weights()..].fill(T::zero());
        }
        loss / batch
    }

    /// Takes one optimiser step; returns the loss before it.
    pub fn step<T: Float>(&self, model: u32, step: u32, state: &mut Model<T>) -> T {
        let study = self.study;
        let mut gradient = vec![T::zero(); state.parameters.len()];
        let loss = self.gradient(model, step, &state.parameters, &mut gradient);
        let cast = |x: f64| T::from(x).unwrap_or_else(T::nan);
        let adam = Adam {
            beta1: cast(study.beta1),
            beta2: cast(study.beta2),
            epsilon: cast(study.epsilon),
        };
        let rates = StepRates::along(&study.course(), step);
        study.decay.apply(study.layout(), study.course().lr_at(step), &mut state.parameters);
        let moments = state.first.iter_mut().zip(&mut state.second);
        for ((p, (m, v)), &g) in state.parameters.iter_mut().zip(moments).zip(&gradient) {
            adam.update(&rates, p, m, v, g);
        }
        loss
    }
}
