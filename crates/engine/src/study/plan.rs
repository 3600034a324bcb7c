//! What a backend trains of a study: its share of the models and the tables they need.

use toy::schedule::StepRates;
use toy::study::Study;
use toy::study::curve;
use toy::study::sample::Sampler;
use wire::Shard;

/// Everything a backend needs to know of its share of a study.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The whole study.
    pub study: Study,
    /// The models of the share, by their index in the study, which is also their key in the random
    /// streams.
    pub models: Vec<u32>,
    /// A sampler for each instance of the study.
    pub samplers: Vec<Sampler>,
    /// Importance of every feature.
    pub importances: Vec<f32>,
    /// Optimiser constants of every step.
    pub rates: Vec<StepRates>,
}

impl Plan {
    /// Prepares a share of a valid study: every `stride`-th model.
    pub fn new(study: &Study, shard: Shard) -> Self {
        // A study has 4,096 models at most.
        Self::of_models(study, shard.of(study.models() as u32))
    }

    /// Prepares some models of a valid study, in this order.
    pub fn of_models(study: &Study, models: Vec<u32>) -> Self {
        let sampler = |instance| Sampler::new(study, study.density_at(instance));
        let course = study.course();
        Self {
            models,
            samplers: (0..study.instances).map(sampler).collect(),
            importances: study.importances().into_iter().map(|i| i as f32).collect(),
            rates: (0..study.steps).map(|t| StepRates::along(&course, t)).collect(),
            study: study.clone(),
        }
    }

    /// The sampler of a model of the share.
    pub fn sampler(&self, model: u32) -> &Sampler {
        &self.samplers[self.study.place(model).0 as usize]
    }

    /// Points of a loss curve.
    pub fn points(&self) -> usize {
        curve::points(self.study.steps) as usize
    }

    /// Turns sums over a batch of errors times 1, not 2, into the gradient of the mean over
    /// samples and features of the squared error.
    pub fn scale(&self) -> f32 {
        let terms = f64::from(self.study.features) * f64::from(self.study.batch);
        (2.0 / terms) as f32
    }
}
