//! Every preset's figures, small, from networks before and after a few steps.

use super::*;
use crate::export::ink::tests::well_formed;
use toy::evaluate::Effort;
use toy::network::measure::Evaluator;
use toy::network::train::{Trainer, learner};
use toy::spec::Spec;
use toy::study::snapshot::Trained;
use toy::tape::Plain;

fn found(preset: &toy::network::preset::Preset) -> Found {
    let mut network = (preset.spec)();
    network.instances = 2;
    network.features = 6;
    (network.width, network.heads) = (4, 2);
    network.steps = 4;
    let mut evaluator = Evaluator::new(&network, Box::new(Plain));
    let mut trainer = Trainer::<f32>::new(&network, Box::new(Plain));
    let mut found = Found::new(network.clone());
    for taken in [0, 2] {
        let one = |model: u32| {
            let mut own = learner(&network, model);
            for step in 0..taken {
                own.sums[step as usize] = trainer.step(model, step, &mut own.state);
            }
            Trained { model, parameters: own.state.parameters, sums: own.sums }
        };
        let all = (0..network.models() as u32).map(one).collect();
        let snapshots = evaluator.snapshots(&network, all, taken, 0, Effort::Live);
        found.film.take(taken, Some(taken / 2), snapshots);
    }
    found
}

#[test]
fn every_preset_draws_a_well_formed_figure() {
    for preset in Network::PRESETS {
        let found = found(preset);
        for width in [340.0, 1100.0] {
            let look = Look { width, site: 1, frame: usize::MAX };
            let drawn = draw(&found, look).unwrap();
            assert!(well_formed(&drawn.text), "{}: {}", preset.name, drawn.text);
            assert!(!drawn.text.contains("NaN") && !drawn.text.contains("inf"), "{}", preset.name);
            assert_eq!(drawn.text.matches("class=\"loss\"").count(), 2, "{}", preset.name);
            assert_eq!(drawn.text.matches("class=\"reference\"").count(), 3);
            assert!(drawn.text.matches("class=\"moved\"").count() > 5, "{}", preset.name);
            let retrieval = preset.name == "retrieval";
            assert_eq!(drawn.text.contains("right token"), retrieval, "{}", preset.name);
        }
    }
    assert!(draw(&Found::default(), Look { width: 800.0, site: 0, frame: 0 }).is_none());
}
