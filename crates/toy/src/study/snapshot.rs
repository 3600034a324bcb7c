//! Models of a study as they are at a step: what views draw and exports write.

use super::curve;
use super::describe::Study;
use super::evaluator::Evaluator;
use super::measure::Measures;
use crate::evaluate::Effort;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One model of a study at a step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The model, see [`Study::place`].
    pub model: u32,
    /// Its parameters, see [`super::layout::Layout`]; empty where they were not asked for.
    pub parameters: Vec<f32>,
    /// Mean training loss at each point of the curve that has begun, see [`curve::steps_of`].
    pub curve: Vec<f32>,
    /// What is measured on it.
    pub measures: Measures,
}

/// What of a model a snapshot should hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Repeats of each instance that come with their parameters, the first ones.
    pub parameters: u32,
    /// Whether models are attacked, which takes long; see [`super::vulnerability`].
    pub vulnerability: bool,
}

impl Wanted {
    /// Measures and parameters of every model.
    pub const WEIGHTS: Self = Self { parameters: u32::MAX, vulnerability: false };
    /// Measures alone.
    pub const MEASURES: Self = Self { parameters: 0, vulnerability: false };
    /// Everything.
    pub const ALL: Self = Self { parameters: u32::MAX, vulnerability: true };
}

/// What an engine reads back of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trained {
    /// The model, see [`Study::place`].
    pub model: u32,
    /// Its parameters.
    pub parameters: Vec<f32>,
    /// Sums of the training loss at each point of the curve.
    pub sums: Vec<f32>,
}

/// Most active features of samples that evaluators are kept with: 8 MB.
const KEPT: usize = 1 << 20;

/// Evaluators of a study's instances: neighbours share theirs, and so do the snapshots of a run under
/// way, as far as they are small enough to be kept.
#[derive(Default)]
pub struct Evaluators(BTreeMap<u32, Evaluator>);

impl Evaluators {
    /// Snapshots of models after `taken` steps, always of the same study.
    pub fn snapshots(
        &mut self,
        study: &Study,
        trained: Vec<Trained>,
        taken: u32,
        wanted: Wanted,
        effort: Effort,
    ) -> Vec<Snapshot> {
        let snapshot = |trained: Trained| {
            let (instance, repeat) = study.place(trained.model);
            let evaluator = self.evaluator(study, instance, effort);
            let measures = if wanted.vulnerability {
                Measures::with_vulnerability(evaluator, &trained.parameters)
            } else {
                Measures::new(evaluator, &trained.parameters)
            };
            Snapshot {
                model: trained.model,
                curve: curve::means(&trained.sums, taken, study.steps),
                parameters: if repeat < wanted.parameters { trained.parameters } else { vec![] },
                measures,
            }
        };
        trained.into_iter().map(snapshot).collect()
    }

    fn evaluator(&mut self, study: &Study, instance: u32, effort: Effort) -> &mut Evaluator {
        if self.0.get(&instance).is_none_or(|evaluator| evaluator.effort() != effort) {
            self.0.remove(&instance);
            if self.0.values().map(Evaluator::size).sum::<usize>() > KEPT {
                self.0.clear();
            }
        }
        self.0.entry(instance).or_insert_with(|| Evaluator::new(study, instance, effort))
    }
}

/// Of each instance, the snapshot of lowest loss; instances ascending. A loss that is not a number
/// is the highest.
pub fn lowest<'a>(study: &Study, all: &'a [Snapshot]) -> Vec<&'a Snapshot> {
    let of = |instance: u32| {
        let own = all.iter().filter(move |s| study.place(s.model).0 == instance);
        let loss = |s: &Snapshot| if s.measures.loss.is_nan() { f32::MAX } else { s.measures.loss };
        own.min_by(move |a, b| loss(a).total_cmp(&loss(b)))
    };
    (0..study.instances).filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::train;

    #[test]
    fn snapshots_hold_what_is_wanted_and_the_lowest_is_found() {
        let study = Study { instances: 2, repeats: 3, steps: 4, ..Study::default() };
        let trained = |model| Trained {
            model,
            parameters: train::start(&study, model),
            sums: vec![3.0, 2.0, 0.0, 0.0],
        };
        let wanted = Wanted { parameters: 1, vulnerability: false };
        let all = Evaluators::default().snapshots(
            &study,
            (0..6).map(trained).collect(),
            2,
            wanted,
            Effort::Live,
        );
        for (i, snapshot) in all.iter().enumerate() {
            assert_eq!(snapshot.parameters.is_empty(), i % 3 > 0);
            assert_eq!(snapshot.curve, [3.0, 2.0]);
            assert_eq!(snapshot.measures.norm.len(), 5);
        }
        let best = lowest(&study, &all);
        assert_eq!(best.len(), 2);
        for (k, best) in best.iter().enumerate() {
            let own = &all[3 * k..3 * k + 3];
            assert!(own.iter().all(|s| s.measures.loss >= best.measures.loss));
        }
    }
}
