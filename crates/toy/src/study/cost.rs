//! What a study costs to train, in multiplications and additions at a step: for pages to say how
//! long a run will take, and for engines to choose the cheaper way.

use super::describe::Study;
use super::layout::Layout;
use super::sample::Sampler;

/// Multiply-adds of one model's step on average, by each way through its batch; weighted by how far
/// from a processor's peak each kind of them is, so that they compare as times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Through `A = W W^T`: tied weights only, else infinite.
    pub gram: f64,
    /// Through the hidden units, active feature by active feature.
    pub sparse: f64,
    /// Through the hidden units, zeros and all.
    pub dense: f64,
}

impl Cost {
    /// The costs of an instance's models.
    pub fn of(layout: Layout, sampler: &Sampler) -> Self {
        let (n, m) = (layout.n as f64, layout.m as f64);
        let active = sampler.mean_active();
        let samples = f64::from(sampler.batch) * sampler.law.nonzero;
        // Constants between those of AVX2, where products of matrices are cheaper, and of
        // WebAssembly: at n = 80, m = 20 the first and the second stop paying for some 17 active
        // features in the one and for some 25 in the other.
        let gram = samples * 2.5 * active * n + 1.3 * n * n * m + 8.0 * n * n;
        Self {
            gram: if layout.tied { gram } else { f64::INFINITY },
            sparse: samples * (1.8 * n * m + 3.0 * active * m),
            dense: samples * 2.6 * n * m,
        }
    }

    /// The cheapest.
    pub fn least(self) -> f64 {
        self.gram.min(self.sparse).min(self.dense)
    }
}

/// The least cost of one step of one model of each instance.
pub fn of_instances(study: &Study) -> Vec<f64> {
    let layout = study.layout();
    let instance = |i| Cost::of(layout, &Sampler::new(study, study.density_at(i))).least();
    (0..study.instances).map(instance).collect()
}

/// The least cost of one step of all models of a study.
pub fn of_step(study: &Study) -> f64 {
    f64::from(study.repeats) * of_instances(study).iter().sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::Variant;

    /// Sparse models go through `A`, dense ones do not, and untied ones never can.
    #[test]
    fn the_cheapest_way_follows_density_and_variant() {
        let study = Study::default();
        let study = Study { features: 80, hidden: 20, ..study };
        let cost = |variant, density| {
            let study = Study { variant, ..study.clone() };
            Cost::of(study.layout(), &Sampler::new(&study, density))
        };
        let dense = cost(Variant::Relu, 1.0);
        assert_eq!(dense.least(), dense.dense);
        let sparse = cost(Variant::Relu, 0.1);
        assert_eq!(sparse.least(), sparse.gram);
        let untied = cost(Variant::Hidden, 0.1);
        assert_eq!(untied.least(), untied.sparse);
        assert!(sparse.least() < dense.least() / 2.0);
        let doubled = Study { repeats: 2, ..study.clone() };
        assert_eq!(of_step(&doubled), 2.0 * of_step(&study));
    }
}
