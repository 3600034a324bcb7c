//! Translations with the CPU's kernels.

use engine::cpu::translation::{Baseline, Evaluator, Training, train_base};
use engine::{Checkpoint, Choice, Engine, Job, Kind};
use pollster::block_on;
use std::sync::Arc;
use toy::fingerprint::Fingerprint;
use toy::translation::base::{Base, Recipe};
use toy::translation::language::Part;
use toy::translation::shape::Shape;
use toy::translation::{Text, Translation};

/// A base model that has learned something, quickly.
fn base(text: &Arc<Text>) -> Base {
    let recipe = Recipe { batch: 16, steps: 60, lr: 3e-3, warmup: 10, seed: 1 };
    let mut losses = vec![];
    let base = train_base(text.clone(), &recipe, |_, _, validation| losses.push(validation()));
    assert!(losses[0].is_finite() && losses[0] < 3.6, "{losses:?}");
    base
}

#[test]
fn bottlenecks_learn_whoever_trains_them() {
    let text = Arc::new(Text::language());
    let base = Arc::new(base(&text));
    let run = Translation {
        narrowest: 4,
        widest: 16,
        batch: 8,
        steps: 12,
        held_out: 16,
        ..Translation::default()
    };
    let trained = |models: &[u32], slices: &[u32]| {
        let mut training = Training::new(&run, models, text.clone(), &base);
        let mut step = 0;
        for &steps in slices {
            training.take(step, steps);
            step += steps;
        }
        let all = training.learners().iter().map(|student| &student.learner);
        all.map(|l| (l.model, l.state.parameters.clone(), l.sums.clone())).collect::<Vec<_>>()
    };
    let all = trained(&[0, 1, 2], &[12]);
    assert_eq!(all[1..2], trained(&[1], &[5, 7]));
    let evaluator = Evaluator::new(&run, text, base, Part::Validation);
    let found = evaluator.measure(1, &all[1].1);
    assert_eq!((found.outputs.len(), found.dimensions, found.probes.len()), (16, 8, 77));
    assert_eq!(found, evaluator.measure(1, &all[1].1));
    let start = evaluator.baseline(1, Baseline::Start);
    assert!(found.loss < start.loss, "{} {}", found.loss, start.loss);
    // All components together are no bottleneck.
    let wide = Translation { narrowest: 64, held_out: 16, ..run.clone() };
    let evaluator = Evaluator::new(
        &wide,
        Arc::new(Text::language()),
        Arc::new(Base::start(toy::translation::shape::Shape::LANGUAGE, 3)),
        Part::Test,
    );
    let (whole, all) = (evaluator.base(), evaluator.baseline(0, Baseline::Components));
    assert!((whole.loss - all.loss).abs() < 1e-3, "{} {}", whole.loss, all.loss);
}

/// The base model that comes with the page.
fn shipped(text: &Text) -> Base {
    let bytes = include_bytes!("../../../www/translation-base.bin");
    assert!(bytes.len() < 600_000);
    // Written by `make base`: another recipe, or another way to train, needs a new one.
    assert_eq!(Fingerprint::of_bytes(bytes).to_string(), FINGERPRINT);
    Base::from_bytes(text.shape(), bytes).unwrap()
}

/// Of the shipped base's file.
const FINGERPRINT: &str = "fc7d8f24bfce3a33";

#[test]
fn the_shipped_base_translates_and_only_through_the_bottleneck() {
    let text = Arc::new(Text::language());
    let base = Arc::new(shipped(&text));
    let run = Translation { narrowest: 64, held_out: 128, ..Translation::default() };
    let evaluator = Evaluator::new(&run, text.clone(), base, Part::Test);
    let whole = evaluator.base();
    assert!(whole.accuracy > 0.99 && whole.bleu > 95.0, "{} {}", whole.accuracy, whole.bleu);
    // All principal components let everything through; zeros let nothing through.
    let mut parameters = evaluator.components().bottleneck(64);
    let open = evaluator.measure(0, &parameters);
    assert!((open.bleu - whole.bleu).abs() < 1.0, "{} {}", open.bleu, whole.bleu);
    parameters[..64 * 65].fill(0.0);
    let shut = evaluator.measure(0, &parameters);
    assert!(shut.bleu < 5.0 && shut.exact == 0.0, "{}", shut.bleu);
    assert!(shut.codes.iter().all(|&z| z == 0.0));
    // Fewer of them let less through.
    let narrow = Translation { narrowest: 4, widest: 4, ..run };
    let evaluator = Evaluator::new(&narrow, text.clone(), Arc::new(shipped(&text)), Part::Test);
    let few = evaluator.baseline(0, Baseline::Components);
    assert!(few.bleu < 50.0, "{}", few.bleu);
}

#[test]
fn a_run_goes_on_from_its_bytes() {
    let (text, base) = (Arc::new(Text::language()), Base::start(Shape::LANGUAGE, 3));
    let run = Translation { narrowest: 2, widest: 8, batch: 4, steps: 6, ..Translation::default() };
    let job = Job::from(run);
    let mut engine = block_on(Engine::new(Choice::Cpu)).unwrap();
    let missing = block_on(engine.start_parts(&job, vec![0], Kind::Cpu)).err().unwrap();
    assert!(missing.to_string().contains("it was not loaded"), "{missing}");
    engine.translate(Some((text, Arc::new(base))));
    let train = |from: Option<&[u8]>, limit: u32| {
        let mut run = match from {
            None => block_on(engine.start_parts(&job, vec![0, 2], Kind::Cpu)).unwrap(),
            Some(bytes) => {
                block_on(engine.restore(Checkpoint::decode(bytes).unwrap(), Kind::Cpu)).unwrap()
            }
        };
        while !run.is_done() && run.step() < limit {
            block_on(run.advance(limit - run.step())).unwrap();
        }
        block_on(run.checkpoint()).unwrap().encode()
    };
    let (half, whole) = (train(None, 3), train(None, 6));
    assert_eq!(train(Some(&half), 6), whole);
    assert!(half != whole && Checkpoint::decode(&half[..half.len() - 4]).is_err());
}
