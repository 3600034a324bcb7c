//! The population loss of a trained model: exact up to four features, else an estimate on a
//! large sample that is the same for every model of a density.

use crate::model::{Moments, Shape};
use crate::population::Population;
use crate::random::EVALUATION_STEP;
use crate::sample::Sampler;
use crate::sweep::{MAX_EXACT_FEATURES, Sweep};

/// Non-zero samples an estimate uses. The zero samples are added with their exact weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// 256: a picture of a run under way, which the next one replaces.
    Live,
    /// 4,096: a result.
    Final,
}

impl Effort {
    /// How many these are.
    pub const fn samples(self) -> u32 {
        match self {
            Self::Live => 256,
            Self::Final => 4096,
        }
    }
}

/// Evaluates models at one density.
pub struct Evaluator {
    shape: Shape,
    density: f64,
    /// Samples for the estimate; empty where the loss is exact.
    samples: Vec<[f64; crate::MAX_FEATURES]>,
    nonzero: f64,
}

impl Evaluator {
    /// The evaluator of a row of a sweep; the effort matters only where the loss is estimated.
    pub fn new(sweep: &Sweep, row: u32, effort: Effort) -> Self {
        let density = sweep.density_at(row);
        let sampler = Sampler::new(sweep.features, density, 1);
        let count = if Self::is_exact(sweep) { 0 } else { effort.samples() };
        // Seed and model are constants: all models of a row are judged by the same samples.
        let sample = |i| sampler.nonzero_sample(0, 0, EVALUATION_STEP, i).map(f64::from);
        Self {
            shape: Shape::of(sweep),
            density,
            samples: (0..count).map(sample).collect(),
            nonzero: sampler.nonzero_probability(),
        }
    }

    /// Whether the losses of this sweep's models are exact and not estimates.
    pub fn is_exact(sweep: &Sweep) -> bool {
        sweep.features <= MAX_EXACT_FEATURES
    }

    /// A point of the row, by the importances there.
    pub fn point<'a>(&'a self, importance: &'a [f64]) -> Point<'a> {
        let Shape { n, m } = self.shape;
        let exact = self.samples.is_empty();
        let population = exact.then(|| Population::new(n, m, importance, self.density).ok());
        Point { evaluator: self, importance, population: population.flatten() }
    }

    /// The population loss, summed over features, of a model's parameters under these importances.
    /// NaN when the model diverged.
    pub fn loss(&self, parameters: &[f64], importance: &[f64]) -> f64 {
        self.point(importance).loss(parameters)
    }
}

/// Evaluates the models of one point of the diagram.
pub struct Point<'a> {
    evaluator: &'a Evaluator,
    importance: &'a [f64],
    /// Where the loss is exact.
    population: Option<Population<f64>>,
}

impl Point<'_> {
    /// The population loss, summed over features, of a model's parameters. NaN when the model
    /// diverged.
    pub fn loss(&self, parameters: &[f64]) -> f64 {
        let Evaluator { shape, samples, nonzero, .. } = self.evaluator;
        let (w, b) = shape.split(parameters);
        if samples.is_empty() {
            return self.population.as_ref().map_or(f64::NAN, |population| population.loss(w, b));
        }
        let a = shape.gram(w);
        let mut moments = Moments::default();
        for x in samples {
            moments.observe(shape.n, &a, b, x);
        }
        let count = samples.len() as f64;
        moments.observe_zeros(shape.n, b, count * (1.0 - nonzero) / nonzero);
        moments.loss(self.importance, nonzero / count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::Data;

    /// The estimate, forced on a shape that also has an exact loss, comes close to it.
    #[test]
    fn the_estimate_estimates_the_exact_loss() {
        let sweep = Sweep { features: 4, hidden: 2, data: Data::Sampled, ..Sweep::default() };
        let exact = Evaluator::new(&sweep, 20, Effort::Final);
        let sampler = Sampler::new(4, sweep.density_at(20), 1);
        let sample = |i| sampler.nonzero_sample(0, 0, EVALUATION_STEP, i).map(f64::from);
        let estimate = Evaluator {
            shape: exact.shape,
            density: exact.density,
            samples: (0..Effort::Final.samples()).map(sample).collect(),
            nonzero: sampler.nonzero_probability(),
        };
        let p = [0.9, 0.1, -0.8, 0.2, 0.1, 1.0, -0.1, -0.9, 0.1, -0.1, 0.0, 0.05];
        let importance = [1.0, 1.0, 1.0, 2.0];
        let (a, b) = (exact.loss(&p, &importance), estimate.loss(&p, &importance));
        assert!(a > 0.0 && ((a - b) / a).abs() < 0.05, "{a} {b}");
    }
}
