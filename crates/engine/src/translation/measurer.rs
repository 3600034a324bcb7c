//! What bottlenecks in training are measured by: few sentences while they train, all at the end.

use crate::cpu::translation::Evaluator;
use std::collections::BTreeMap;
use std::sync::Arc;
use toy::evaluate::Effort;
use toy::study::snapshot::Trained;
use toy::translation::language::Part;
use toy::translation::{Base, Beside, Brief, Snapshot, Text, Translation};

/// Held-out sentences that are translated while a bottleneck trains.
const LIVE: u32 = 24;

/// Measures the bottlenecks of a run. What nobody trains is measured once.
pub struct Measurer {
    translation: Translation,
    material: (Arc<Text>, Arc<Base>),
    live: Sight,
    whole: Option<Sight>,
    /// The last parameters of every model that was measured.
    known: BTreeMap<u32, Vec<f32>>,
}

/// An evaluator with what it has found of baselines.
struct Sight {
    evaluator: Evaluator,
    base: Option<Brief>,
    beside: BTreeMap<u32, Beside>,
}

impl Measurer {
    /// A measurer of a valid run's bottlenecks.
    pub fn new(translation: &Translation, material: (Arc<Text>, Arc<Base>)) -> Self {
        let held_out = translation.held_out.min(LIVE);
        let few = Translation { held_out, ..translation.clone() };
        let live = Sight::new(&few, &material, false);
        let translation = translation.clone();
        Self { translation, material, live, whole: None, known: BTreeMap::new() }
    }

    /// Bottlenecks after so many steps, with what stands beside them.
    pub fn snapshots(&mut self, all: &[Trained], taken: u32, effort: Effort) -> Vec<Snapshot> {
        for trained in all {
            self.known.insert(trained.model, trained.parameters.clone());
        }
        let (translation, material) = (&self.translation, &self.material);
        let sight = match effort {
            Effort::Final if taken >= translation.steps => {
                self.whole.get_or_insert_with(|| Sight::new(translation, material, true))
            }
            _ => &mut self.live,
        };
        all.iter().map(|trained| sight.snapshot(trained, taken, translation.steps)).collect()
    }

    /// What a sentence of the language becomes through every bottleneck that was measured; `None`
    /// when it is no sentence of the text's words.
    pub fn translate(&self, sentence: &str) -> Option<Vec<(u32, String)>> {
        let one = |(&model, parameters): (&u32, &Vec<f32>)| {
            Some((model, self.live.evaluator.translate(model, parameters, sentence)?))
        };
        self.known.iter().map(one).collect()
    }
}

impl Sight {
    fn new(translation: &Translation, material: &(Arc<Text>, Arc<Base>), probes: bool) -> Self {
        let (text, base) = material.clone();
        let evaluator = Evaluator::new(translation, text, base, Part::Test);
        let evaluator = if probes { evaluator } else { evaluator.without_probes() };
        Self { evaluator, base: None, beside: BTreeMap::new() }
    }

    fn snapshot(&mut self, trained: &Trained, taken: u32, steps: u32) -> Snapshot {
        let Self { evaluator, base, beside } = self;
        let base = *base.get_or_insert_with(|| Brief::from(&evaluator.base()));
        let model = trained.model;
        let beside = beside.entry(model).or_insert_with(|| evaluator.beside(model, base));
        evaluator.snapshot(trained, (taken, steps), beside.clone())
    }
}
