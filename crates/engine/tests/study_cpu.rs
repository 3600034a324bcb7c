//! The CPU backend of studies against the plain reference, `toy::study::train`.
#![cfg(not(target_arch = "wasm32"))]

use engine::StudyRun;
use engine::cpu::study::{Training, Way};
use engine::cpu::{level_name, levels};
use engine::study::Plan;
use toy::Spec;
use toy::axis::Span;
use toy::random::{block, open_unit};
use toy::study::train::{self, Instance};
use toy::study::{Decay, Distribution, Importance, Sets, Study, Target, Variant};
use toy::train::Model;
use wire::Shard;

/// Every variant, target, kind of sets, with and without biases, in sizes that do and do not fill
/// vectors, from dense to sparse.
fn studies() -> Vec<Study> {
    let mut all = vec![];
    for variant in [Variant::Linear, Variant::Relu, Variant::Hidden] {
        for (target, bias) in [(Target::Identity, true), (Target::Absolute, false)] {
            for sets in [Sets::Independent, Sets::Correlated, Sets::Anticorrelated] {
                for (features, hidden) in [(6, 2), (16, 8), (39, 21)] {
                    let most = if sets == Sets::Anticorrelated { 0.3 } else { 1.0 };
                    all.push(Study {
                        variant,
                        target,
                        features,
                        hidden,
                        bias,
                        instances: 3,
                        density: Span::new(most, 0.01),
                        importance: Importance::Geometric,
                        ratio: 0.95,
                        distribution: Distribution {
                            sets,
                            set_size: if features == 16 { 2 } else { 3 },
                            ..Distribution::default()
                        },
                        batch: 100,
                        steps: 300,
                        lr: 0.01,
                        decay: Decay::adamw(0.01),
                        seed: 5,
                        ..Study::default()
                    });
                }
            }
        }
    }
    all
}

fn ways(study: &Study) -> &'static [Way] {
    if study.variant.tied() {
        &[Way::Gram, Way::Sparse, Way::Dense]
    } else {
        &[Way::Sparse, Way::Dense]
    }
}

fn label(study: &Study) -> String {
    let Study { variant, target, distribution, features, hidden, .. } = study;
    format!("{variant:?} {target:?} {:?} {features} in {hidden}", distribution.sets)
}

/// Models with parameters and moments of the size that training gives them.
fn random_models(plan: &Plan) -> Vec<Model<f32>> {
    let layout = plan.study.layout();
    let one = |model: u32| {
        let uniform =
            |stream: u32, i: usize| open_unit(block(stream, model, i as u32, 7)[0]) as f32;
        let part = |stream: u32, scale: f32, from: f32| -> Vec<f32> {
            let value = |i| scale * (uniform(stream, i) - from);
            // Biases that are off are 0 and have no moments.
            let off = |i| !plan.study.bias && i >= layout.weights();
            (0..layout.parameters()).map(|i| if off(i) { 0.0 } else { value(i) }).collect()
        };
        Model {
            parameters: part(1, 1.0, 0.5),
            first: part(2, 0.02, 0.5),
            second: part(3, 1e-3, -0.1),
        }
    };
    plan.models.iter().map(|&model| one(model)).collect()
}

/// The reference takes the same steps; returns the losses of the last.
fn reference(plan: &Plan, models: &mut [Model<f32>], steps: std::ops::Range<u32>) -> Vec<f32> {
    let one = |(model, &index): (&mut Model<f32>, &u32)| {
        let instance = Instance::new(&plan.study, plan.study.place(index).0);
        steps.clone().map(|t| instance.step(index, t, model)).last().unwrap_or_default()
    };
    models.iter_mut().zip(&plan.models).map(one).collect()
}

fn largest(all: &[f32]) -> f32 {
    all.iter().fold(0.0, |most, x| x.abs().max(most))
}

fn assert_close(found: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(found.len(), expected.len());
    for (i, (f, e)) in found.iter().zip(expected).enumerate() {
        assert!((f - e).abs() <= tolerance, "{what}, parameter {i}: {f} is not {e}");
    }
}

#[test]
fn one_step_is_the_reference_s() {
    for study in studies() {
        assert_eq!(study.validate(), Ok(()));
        let plan = Plan::new(&study, Shard::ALL);
        let start = random_models(&plan);
        let mut expected = start.clone();
        let losses = reference(&plan, &mut expected, 3..4);
        for level in levels() {
            for &way in ways(&study) {
                let mut training = Training::with(&plan, level, Some(way));
                training.set_models(&start);
                training.take(&plan, 3, 1);
                for (k, (found, expected)) in training.models().iter().zip(&expected).enumerate() {
                    let name = level_name(level);
                    let what = format!("{name} {way:?} {} instance {k}", label(&study));
                    let first = 1e-5 * largest(&expected.first);
                    assert_close(&found.first, &expected.first, first, &what);
                    let second = 1e-5 * largest(&expected.second);
                    assert_close(&found.second, &expected.second, second, &what);
                    assert_close(&found.parameters, &expected.parameters, 2e-6, &what);
                    // Step 3 of 300 stands for the third point of 256 alone.
                    let loss = training.read()[k].sums.iter().sum::<f32>();
                    assert!((loss / losses[k] - 1.0).abs() < 1e-5, "{what}: {loss} {}", losses[k]);
                }
            }
        }
    }
}

#[test]
fn a_hundred_steps_stay_with_the_reference() {
    for study in studies().into_iter().filter(|study| study.features != 16) {
        let plan = Plan::new(&study, Shard::ALL);
        let mut expected: Vec<_> =
            plan.models.iter().map(|&model| train::model(&study, model)).collect();
        reference(&plan, &mut expected, 0..100);
        for &way in ways(&study) {
            let mut training = Training::with(&plan, levels()[0], Some(way));
            training.take(&plan, 0, 100);
            for (found, expected) in training.models().iter().zip(&expected) {
                let what = format!("{way:?} {}", label(&study));
                assert_close(&found.parameters, &expected.parameters, 2e-3, &what);
            }
        }
    }
}

/// A model that is no number any more has no loss, whichever way, and does not look like a good one.
#[test]
fn a_diverged_model_has_no_loss() {
    for variant in [Variant::Linear, Variant::Relu, Variant::Hidden] {
        let density = Span::new(0.5, 0.5);
        let study = Study { variant, features: 9, hidden: 3, density, ..Study::default() };
        let study = Study { instances: 1, steps: 300, batch: 64, ..study };
        let plan = Plan::new(&study, Shard::ALL);
        let mut start = random_models(&plan);
        start[0].parameters.fill(f32::NAN);
        for level in levels() {
            for &way in ways(&study) {
                let mut training = Training::with(&plan, level, Some(way));
                training.set_models(&start);
                training.take(&plan, 3, 1);
                let loss = training.read()[0].sums.iter().sum::<f32>();
                assert!(loss.is_nan(), "{} {way:?} {variant:?}: {loss}", level_name(level));
            }
        }
    }
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|v| v.to_bits()).collect()
}

/// Models that are trained in every way there is.
fn dense_to_sparse(steps: u32) -> Study {
    Study {
        features: 20,
        hidden: 5,
        instances: 4,
        repeats: 2,
        density: Span::new(1.0, 0.01),
        batch: 64,
        steps,
        ..Study::default()
    }
}

/// Whatever trains beside a model, it learns the same to the last bit.
#[test]
fn shards_threads_and_slices_change_nothing() {
    for variant in [Variant::Relu, Variant::Hidden] {
        let study = Study { variant, ..dense_to_sparse(30) };
        let whole = Plan::new(&study, Shard::ALL);
        let mut training = Training::new(&whole);
        training.take(&whole, 0, 30);
        let expected = training.read();
        let mut sliced = Training::new(&whole);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("threads");
        pool.install(|| {
            for (from, steps) in [(0, 1), (1, 7), (8, 2), (10, 20)] {
                sliced.take(&whole, from, steps);
            }
        });
        for (found, expected) in sliced.read().iter().zip(&expected) {
            assert_eq!(bits(&found.parameters), bits(&expected.parameters));
            assert_eq!(bits(&found.sums), bits(&expected.sums));
        }
        for first in 0..3 {
            let plan = Plan::new(&study, Shard { first, stride: 3 });
            let mut alone = Training::new(&plan);
            alone.take(&plan, 0, 30);
            for found in alone.read() {
                let expected = &expected[found.model as usize];
                assert_eq!(found.model, expected.model);
                assert_eq!(bits(&found.parameters), bits(&expected.parameters));
            }
        }
    }
}

/// The largest models there can be, and the smallest.
#[test]
fn extreme_sizes_are_trained() {
    for (features, hidden, variant) in
        [(512, 64, Variant::Hidden), (512, 64, Variant::Relu), (1, 1, Variant::Relu)]
    {
        let study = Study {
            variant,
            features,
            hidden,
            instances: 3,
            density: Span::new(1.0, 1e-4),
            batch: 40,
            steps: 3,
            ..Study::default()
        };
        let plan = Plan::new(&study, Shard::ALL);
        let mut training = Training::new(&plan);
        assert_eq!(training.advance(&plan, 0, 3), 1);
        training.take(&plan, 1, 2);
        let mut expected: Vec<_> =
            plan.models.iter().map(|&model| train::model(&study, model)).collect();
        reference(&plan, &mut expected, 0..3);
        for (found, expected) in training.models().iter().zip(&expected) {
            assert_close(&found.parameters, &expected.parameters, 1e-4, &label(&study));
        }
    }
}

/// A share that loses models on the way and one that takes them over learn what they would have
/// learned together, to the last bit.
#[test]
fn models_go_on_elsewhere_as_if_nothing_had_happened() {
    let study = dense_to_sparse(300);
    let until = |run: &mut StudyRun, step| {
        while run.step() < step {
            pollster::block_on(run.advance(step - run.step())).expect("the CPU does not fail");
        }
    };
    let read = |run: &mut StudyRun| pollster::block_on(run.read()).expect("the CPU does not fail");
    let start = |shard| StudyRun::on_cpu(&study, shard).expect("a valid study");
    let mut whole = start(Shard::ALL);
    until(&mut whole, study.steps);
    let expected = read(&mut whole);
    let mut slow = start(Shard { first: 0, stride: 2 });
    let mut fast = start(Shard { first: 1, stride: 2 });
    until(&mut fast, study.steps);
    let mut found = read(&mut fast);
    // Of its own two and of the other's one.
    for (step, models) in [(101, &[0, 3, 6][..]), (102, &[4])] {
        until(&mut slow, step);
        let learners = slow.give(models);
        assert!(learners.iter().all(|l| models.contains(&l.model) && l.model % 2 == 0));
        fast.take(slow.step(), learners);
        assert_eq!((fast.step(), fast.is_done()), (step, false));
        until(&mut fast, study.steps);
        found.extend(read(&mut fast));
    }
    assert_eq!(slow.models(), 1);
    until(&mut slow, study.steps);
    found.extend(read(&mut slow));
    assert!(slow.give(&[2]).is_empty() && slow.models() == 1, "what is done stays");
    found.sort_by_key(|trained| trained.model);
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found.model, expected.model);
        assert_eq!(bits(&found.parameters), bits(&expected.parameters));
        assert_eq!(bits(&found.sums), bits(&expected.sums));
    }
}
