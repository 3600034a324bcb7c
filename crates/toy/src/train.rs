//! Training one model, plainly: the reference for the engines' kernels.

use crate::adam::Adam;
use crate::model::{Moments, Shape};
use crate::population::{Population, Real};
use crate::sample::Sampler;
use crate::schedule::StepRates;
use crate::sweep::{Data, Sweep};
use serde::{Deserialize, Serialize};

/// One model and its optimiser state; each vector has `n (m + 1)` entries, see [`Shape`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model<T> {
    /// Weights, then biases.
    pub parameters: Vec<T>,
    /// Adam's first moments.
    pub first: Vec<T>,
    /// Adam's second moments.
    pub second: Vec<T>,
}

impl Model<f32> {
    /// A model of the sweep as it is before the first step.
    pub fn new(sweep: &Sweep, model: u32) -> Self {
        let size = sweep.parameters();
        let std = sweep.init.std(sweep.features, sweep.hidden);
        let weights = sweep.features * sweep.hidden;
        let mut parameters: Vec<f32> =
            (0..weights).map(|i| crate::init::weight(sweep.seed, model, i, std)).collect();
        parameters.resize(size, 0.0);
        Self { parameters, first: vec![0.0; size], second: vec![0.0; size] }
    }
}

/// What all models of one pixel are trained on.
#[derive(Clone, Debug)]
pub struct Pixel<'a> {
    /// The sweep the pixel belongs to.
    pub sweep: &'a Sweep,
    /// Draws batches at the pixel's density.
    pub sampler: Sampler,
    /// Density of the pixel; the sampler rounds it to 24 bits.
    pub density: f64,
    /// Importance of every feature.
    pub importance: Vec<f64>,
}

impl<'a> Pixel<'a> {
    /// The pixel at a row and column.
    pub fn new(sweep: &'a Sweep, row: u32, column: u32) -> Self {
        let sampler = Sampler::new(sweep.features, sweep.density_at(row), sweep.batch);
        Self {
            sweep,
            sampler,
            density: sweep.density_at(row),
            importance: sweep.importances(column),
        }
    }

    /// Loss (mean over batch and features) and its gradient, for one model at one step. With
    /// exact data neither `model` nor `step` matters. Biases that are off have gradient 0.
    pub fn gradient<T: Real>(&self, model: u32, step: u32, parameters: &[T], out: &mut [T]) -> T {
        let shape = Shape::of(self.sweep);
        let (w, b) = shape.split(parameters);
        let cast = T::of;
        let importance: Vec<T> = self.importance.iter().map(|&i| cast(i)).collect();
        let features = cast(shape.n as f64);
        let loss = match self.sweep.data {
            Data::Exact => {
                // A validated sweep has a population; any other has no gradient either.
                let population = Population::new(shape.n, shape.m, &importance, cast(self.density));
                let (dw, db) = out.split_at_mut(shape.n * shape.m);
                let loss = population.map_or(T::nan(), |p| p.gradient(w, b, dw, db));
                out.iter_mut().for_each(|g| *g = *g / features);
                loss / features
            }
            Data::Sampled => {
                let moments = self.batch_moments(model, step, shape, w, b);
                let scale = T::one() / (features * cast(f64::from(self.sweep.batch)));
                moments.gradient(shape, w, &importance, scale, out);
                moments.loss(&importance, scale)
            }
        };
        if !self.sweep.bias {
            out[shape.n * shape.m..].fill(T::zero());
        }
        loss
    }

    /// Sums over the batch that a model sees at a step.
    fn batch_moments<T: Real>(
        &self,
        model: u32,
        step: u32,
        shape: Shape,
        w: &[T],
        b: &[T],
    ) -> Moments<T> {
        let cast = T::of;
        let seed = self.sweep.seed;
        let a = shape.gram(w);
        let mut moments = Moments::default();
        let count = self.sampler.nonzero_count(seed, model, step);
        for index in 0..count {
            let x = self.sampler.nonzero_sample(seed, model, step, index);
            moments.observe(shape.n, &a, b, &x.map(|v| cast(f64::from(v))));
        }
        moments.observe_zeros(shape.n, b, cast(f64::from(self.sweep.batch - count)));
        moments
    }

    /// Takes one optimiser step; returns the loss before it.
    pub fn step<T: Real>(&self, model: u32, step: u32, state: &mut Model<T>) -> T {
        let mut gradient = vec![T::zero(); state.parameters.len()];
        let loss = self.gradient(model, step, &state.parameters, &mut gradient);
        let cast = T::of;
        let adam = Adam {
            beta1: cast(self.sweep.beta1),
            beta2: cast(self.sweep.beta2),
            epsilon: cast(self.sweep.epsilon),
        };
        let rates = StepRates::at(self.sweep, step);
        let moments = state.first.iter_mut().zip(&mut state.second);
        for ((p, (m, v)), &g) in state.parameters.iter_mut().zip(moments).zip(&gradient) {
            adam.update(&rates, p, m, v, g);
        }
        loss
    }
}
