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

    /// The population loss, summed over features, of a model's parameters under these importances.
    /// NaN when the model diverged.
    pub fn loss(&self, parameters: &[f64], importance: &[f64]) -> f64 {
        let (w, b) = self.shape.split(parameters);
        if self.samples.is_empty() {
            return Population::new(self.shape.n, self.shape.m, importance, self.density)
                .map_or(f64::NAN, |population| population.loss(w, b));
        }
        let a = self.shape.gram(w);
        let mut moments = Moments::default();
        for x in &self.samples {
            moments.observe(self.shape.n, &a, b, x);
        }
        let count = self.samples.len() as f64;
        moments.observe_zeros(self.shape.n, b, count * (1.0 - self.nonzero) / self.nonzero);
        moments.loss(importance, self.nonzero / count)
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
