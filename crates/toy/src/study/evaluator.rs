//! Population losses of the models of one instance, on a sample that is the same for all of them.

use super::describe::Study;
use super::layout::Layout;
use super::model::Network;
use super::sample::Sampler;
use crate::evaluate::Effort;
use crate::random::EVALUATION_STEP;

/// Evaluates the models of one instance on a sample that is the same for all of them.
pub struct Evaluator {
    effort: Effort,
    /// Hidden dimensions of the instance.
    hidden: u32,
    /// Errors are those of a model as it was trained, with 32 bits; their sums are not.
    pub(super) network: Network<f32>,
    /// Samples with an active feature, and what each weighs; the sample of zeros comes first, with
    /// its own exact weight.
    pub(super) samples: Vec<(Vec<(u32, f32)>, f64)>,
}

impl Evaluator {
    /// The evaluator of an instance of a study.
    pub fn new(study: &Study, instance: u32, effort: Effort) -> Self {
        let sampler = Sampler::new(study, study.density_at(instance));
        let (count, nonzero) = (effort.samples(), sampler.law.nonzero);
        // Seed and model are constants, so that all models are evaluated on the same samples.
        let sample = |index| {
            let mut drawn = vec![];
            sampler.draw(0, 0, EVALUATION_STEP, index, &mut drawn);
            (drawn, nonzero / f64::from(count))
        };
        let zeros = (vec![], 1.0 - nonzero);
        let samples = std::iter::once(zeros).chain((0..count).map(sample)).collect();
        Self { effort, hidden: study.hidden_at(instance), network: Network::new(study), samples }
    }

    /// Where parameters stand.
    pub fn layout(&self) -> Layout {
        self.network.layout()
    }

    /// Hidden dimensions of the instance's models.
    pub fn hidden(&self) -> u32 {
        self.hidden
    }

    /// How many samples it evaluates on.
    pub fn effort(&self) -> Effort {
        self.effort
    }

    /// How many active features its samples have in all.
    pub fn size(&self) -> usize {
        self.samples.iter().map(|(active, _)| active.len()).sum()
    }

    /// The population loss, summed over features by importance.
    pub fn loss(&mut self, parameters: &[f32]) -> f64 {
        let Self { network, samples, .. } = self;
        network.errors(parameters, samples.iter().map(|(active, weight)| (&active[..], *weight)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::Variant;

    #[test]
    fn a_diverged_model_has_no_loss() {
        for variant in [Variant::Linear, Variant::Relu, Variant::Hidden] {
            let study = Study { variant, features: 4, hidden: 2, ..Study::default() };
            let mut evaluator = Evaluator::new(&study, 0, Effort::Live);
            let parameters = vec![f32::NAN; evaluator.layout().parameters()];
            assert!(evaluator.loss(&parameters).is_nan(), "{variant:?}");
        }
    }
}
