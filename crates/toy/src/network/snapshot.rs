//! Networks as they are at a step: what views draw and exports write.

use super::describe::Network;
use super::measure::{Evaluator, Measures};
use crate::evaluate::Effort;
use crate::study::curve;
use crate::study::snapshot::Trained;
use serde::{Deserialize, Serialize};

/// One model at a step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The model, see [`Network::place`].
    pub model: u32,
    /// Its parameters, in the order of its tape; empty where they were not asked for.
    pub parameters: Vec<f32>,
    /// Mean training loss at each point of the curve that has begun, see [`curve::steps_of`].
    pub curve: Vec<f32>,
    /// What is measured on it.
    pub measures: Measures,
}

impl Evaluator {
    /// Snapshots of models after `taken` steps; the first repeats of each density come with their
    /// parameters.
    pub fn snapshots(
        &mut self,
        network: &Network,
        trained: Vec<Trained>,
        taken: u32,
        with_parameters: u32,
        effort: Effort,
    ) -> Vec<Snapshot> {
        let one = |trained: Trained| Snapshot {
            model: trained.model,
            curve: curve::means(&trained.sums, taken, network.steps),
            measures: self.measure(trained.model, &trained.parameters, taken, effort),
            parameters: if network.place(trained.model).1 < with_parameters {
                trained.parameters
            } else {
                vec![]
            },
        };
        trained.into_iter().map(one).collect()
    }
}
