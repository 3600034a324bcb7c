//! The CPU kernels against `toy::train`, the plain reference, and against themselves.

use engine::cpu::{Training, level_name, levels};
use engine::plan::{Plan, Shard};
use engine::{Choice, Engine, Kind};
use toy::random::{block, normal_pair};
use toy::sweep::Data;
use toy::train::{Model, Pixel};
use toy::{Sweep, axis::Span};

/// A small sweep whose rows do not fill a whole number of groups.
fn sweep(features: u32, hidden: u32, data: Data, bias: bool) -> Sweep {
    Sweep {
        features,
        hidden,
        data,
        bias,
        columns: 3,
        rows: 4,
        repeats: 3,
        density: Span::new(1.0, 0.02),
        batch: 100,
        steps: 400,
        lr: 0.01,
        weight_decay: 0.01,
        seed: 7,
        ..Sweep::default()
    }
}

/// Every shape a kind of data allows, with and without biases.
fn shapes(data: Data) -> impl Iterator<Item = Sweep> {
    let most = if data == Data::Exact { 4 } else { 8 };
    (2..=most).flat_map(move |n| {
        (1..n).flat_map(move |m| [true, false].map(|bias| sweep(n, m, data, bias)))
    })
}

/// Models in the middle of a run: parameters of the usual size, moments of that of gradients.
/// Biases that are off are 0 and have none.
fn some_models(plan: &Plan) -> Vec<Model<f32>> {
    let size = plan.sweep.parameters();
    let weights = (plan.sweep.features * plan.sweep.hidden) as usize;
    let trained = if plan.sweep.bias { size } else { weights };
    let draw = |local: usize, plane: usize, scale: f64| -> Vec<f32> {
        let normal = |p: usize| {
            let words = block(11, plan.key(local), plane as u32, p as u32);
            normal_pair(words[0], words[1])[0]
        };
        (0..size).map(|p| if p < trained { (scale * normal(p)) as f32 } else { 0.0 }).collect()
    };
    (0..plan.models())
        .map(|local| Model {
            parameters: draw(local, 0, 0.7),
            first: draw(local, 1, 0.01),
            // Away from 0, where a step would show rounding noise of the gradient.
            second: draw(local, 2, 0.01).into_iter().map(|v| v * (v + v.signum() * 0.01)).collect(),
        })
        .collect()
}

/// The reference takes the same steps.
fn reference(plan: &Plan, models: &mut [Model<f32>], steps: std::ops::Range<u32>) {
    for (local, model) in models.iter_mut().enumerate() {
        let place = local % plan.models_per_row() / plan.sweep.repeats as usize;
        let row = plan.rows[local / plan.models_per_row()];
        let pixel = Pixel::new(&plan.sweep, row, place as u32);
        for t in steps.clone() {
            pixel.step(plan.key(local), t, model);
        }
    }
}

fn largest<'a>(all: impl IntoIterator<Item = &'a f32>) -> f32 {
    all.into_iter().fold(0.0, |most, x| x.abs().max(most))
}

/// Fails unless all of `found` is within `tolerance` of `expected`.
fn assert_close(found: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    for (i, (f, e)) in found.iter().zip(expected).enumerate() {
        assert!((f - e).abs() <= tolerance, "{what}, parameter {i}: {f} is not {e}");
    }
}

fn assert_one_step(sweep: &Sweep, level: engine::cpu::Level, models: &[Model<f32>], step: u32) {
    let plan = Plan::new(sweep, Shard::ALL);
    let mut training = Training::with_level(&plan, level);
    training.set_models(models);
    training.take(&plan, step, 1);
    let mut expected = models.to_vec();
    reference(&plan, &mut expected, step..step + 1);
    for (local, (found, expected)) in training.models().iter().zip(&expected).enumerate() {
        let Sweep { features: n, hidden: m, data, bias, .. } = sweep;
        let what = format!(
            "{} n={n} m={m} {data:?} bias={bias} model {local}, from {:?}",
            level_name(level),
            models[local]
        );
        let first = 1e-5 * largest(&expected.first);
        assert_close(&found.first, &expected.first, first, &format!("{what}: first moments"));
        let second = 1e-5 * largest(&expected.second);
        assert_close(&found.second, &expected.second, second, &format!("{what}: second moments"));
        assert_close(&found.parameters, &expected.parameters, 1e-6, &what);
    }
}

#[test]
fn one_step_is_the_reference_s() {
    for data in [Data::Exact, Data::Sampled] {
        for sweep in shapes(data) {
            let models = some_models(&Plan::new(&sweep, Shard::ALL));
            for level in levels() {
                for step in [3, 250] {
                    assert_one_step(&sweep, level, &models, step);
                }
            }
        }
    }
}

/// Without moments of its own, a step shows the gradient itself.
#[test]
fn gradients_are_the_reference_s_at_awkward_points() {
    let awkward = |n: usize, m: usize| -> Vec<(Vec<f32>, Vec<f32>)> {
        let signs = |i: usize| if i.is_multiple_of(2) { 1.0 } else { -1.0 };
        let weights = |f: &dyn Fn(usize) -> f32| (0..n * m).map(f).collect::<Vec<f32>>();
        vec![
            (weights(&|_| 0.0), vec![0.0; n]),
            (weights(&|i| signs(i) * 1e-12), vec![0.0; n]),
            (weights(&|i| signs(i) * 1e-12), vec![0.1; n]),
            (weights(&|i| signs(i) * 1e-20), vec![-0.1; n]),
            (weights(&|i| signs(i)), vec![0.0; n]),
            (weights(&|_| 1.0), vec![-1.0; n]),
            (weights(&|i| if i == 0 { 1.0 } else { 1e-4 }), vec![-0.5; n]),
            (weights(&|i| 3.0 * signs(i)), vec![-2.0; n]),
            (weights(&|i| 0.3 * signs(i) * (1.0 + i as f32)), vec![-5.0; n]),
            (weights(&|i| 0.01 * signs(i / m)), vec![0.003; n]),
        ]
    };
    for data in [Data::Exact, Data::Sampled] {
        for sweep in shapes(data).filter(|s| s.bias) {
            let cases = awkward(sweep.features as usize, sweep.hidden as usize);
            let plan = Plan::new(&sweep, Shard::ALL);
            let models: Vec<Model<f32>> = (0..plan.models())
                .map(|local| {
                    let (w, b) = &cases[local % cases.len()];
                    let zeros = vec![0.0; sweep.parameters()];
                    Model {
                        parameters: [w.as_slice(), b].concat(),
                        first: zeros.clone(),
                        second: zeros,
                    }
                })
                .collect();
            let mut expected = models.clone();
            reference(&plan, &mut expected, 0..1);
            for level in levels() {
                let mut training = Training::with_level(&plan, level);
                training.set_models(&models);
                training.take(&plan, 0, 1);
                for (local, (found, expected)) in
                    training.models().iter().zip(&expected).enumerate()
                {
                    let what = format!("{} {data:?} {:?}", level_name(level), models[local]);
                    let tolerance = 1e-5 * largest(&expected.first).max(1e-12);
                    assert_close(&found.first, &expected.first, tolerance, &what);
                }
            }
        }
    }
}

#[test]
fn two_hundred_steps_stay_with_the_reference() {
    for data in [Data::Exact, Data::Sampled] {
        for (n, m) in [(2, 1), (3, 1), (3, 2), (4, 2)] {
            let sweep = Sweep { rows: 6, columns: 6, ..sweep(n, m, data, true) };
            let plan = Plan::new(&sweep, Shard::ALL);
            let mut expected: Vec<_> =
                (0..plan.models()).map(|i| Model::new(&sweep, plan.key(i))).collect();
            reference(&plan, &mut expected, 0..200);
            for level in levels() {
                let mut training = Training::with_level(&plan, level);
                training.take(&plan, 0, 200);
                let found = training.models();
                let off = |(f, e): (&Model<f32>, &Model<f32>)| {
                    f.parameters.iter().zip(&e.parameters).any(|(f, e)| (f - e).abs() > 1e-3)
                };
                let wrong = found.iter().zip(&expected).filter(|&pair| off(pair)).count();
                let total = found.len();
                assert!(wrong * 100 <= total, "{data:?} n={n} m={m}: {wrong} of {total} models");
            }
        }
    }
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|v| v.to_bits()).collect()
}

/// Whatever trains beside a model, it learns the same to the last bit.
#[test]
fn shards_threads_and_slices_change_nothing() {
    for data in [Data::Exact, Data::Sampled] {
        for (n, m) in [(2, 1), (3, 2), (4, 1), (5, 2)] {
            if data == Data::Exact && n > 4 {
                continue;
            }
            let sweep = sweep(n, m, data, true);
            let whole = Plan::new(&sweep, Shard::ALL);
            let mut training = Training::new(&whole);
            training.take(&whole, 0, 30);
            let expected = training.parameters();

            let mut sliced = Training::new(&whole);
            let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("threads");
            pool.install(|| {
                for (from, steps) in [(0, 1), (1, 7), (8, 2), (10, 20)] {
                    sliced.take(&whole, from, steps);
                }
            });
            assert_eq!(bits(&sliced.parameters()), bits(&expected), "{data:?} {n}");

            for row in 0..sweep.rows {
                let plan = Plan::new(&sweep, Shard { first: row, stride: sweep.rows });
                let mut alone = Training::new(&plan);
                alone.take(&plan, 0, 30);
                let found = alone.parameters();
                for local in 0..plan.models() {
                    for p in 0..sweep.parameters() {
                        let key = plan.key(local) as usize;
                        let (f, e) =
                            (found[p * plan.models() + local], expected[p * whole.models() + key]);
                        assert_eq!(f.to_bits(), e.to_bits(), "{data:?} {n} row {row}");
                    }
                }
            }
        }
    }
}

/// A model of another group size, in another lane, with other neighbours: still the same.
#[test]
fn the_lane_changes_nothing() {
    for data in [Data::Exact, Data::Sampled] {
        let sweep = Sweep { columns: 1, rows: 1, repeats: 40, ..sweep(3, 2, data, true) };
        let plan = Plan::new(&sweep, Shard::ALL);
        let mut all = Training::new(&plan);
        all.take(&plan, 0, 20);
        let few = Plan::new(&Sweep { repeats: 13, ..sweep.clone() }, Shard::ALL);
        let mut some = Training::new(&few);
        some.take(&few, 0, 20);
        for (a, b) in all.models().iter().zip(some.models()) {
            assert_eq!(bits(&a.parameters), bits(&b.parameters));
        }
    }
}

#[test]
fn advance_takes_at_most_the_limit_and_paces_itself() {
    let sweep = sweep(2, 1, Data::Sampled, true);
    let plan = Plan::new(&sweep, Shard::ALL);
    let mut paced = Training::new(&plan);
    let mut step = 0;
    while step < sweep.steps {
        let left = (sweep.steps - step).min(50);
        let taken = paced.advance(&plan, step, left);
        assert!(taken <= left);
        step += taken;
    }
    let mut straight = Training::new(&plan);
    straight.take(&plan, 0, sweep.steps);
    assert_eq!(bits(&paced.parameters()), bits(&straight.parameters()));
    let start = plan.initial_parameters();
    assert_eq!(Training::new(&plan).parameters(), start);
}

/// Slices of a large sweep train some of its models; that nobody can tell from what they learn.
#[test]
fn slices_of_some_models_change_nothing() {
    for data in [Data::Exact, Data::Sampled] {
        let sweep = Sweep { columns: 30, rows: 20, steps: 100, ..sweep(2, 1, data, true) };
        let plan = Plan::new(&sweep, Shard::ALL);
        let start = Training::new(&plan).models();
        let mut straight = Training::new(&plan);
        straight.take(&plan, 0, sweep.steps);

        let mut sliced = Training::new(&plan);
        // The pace begins with one step of one group, so the first pass has several slices.
        assert_eq!(sliced.advance(&plan, 0, sweep.steps), 0);
        let ahead = sliced.models_ahead();
        assert!(sliced.ahead() == 1 && (1..plan.models()).contains(&ahead));
        let moved = sliced.models().iter().zip(&start).filter(|(a, b)| a != b).count();
        assert_eq!(moved, ahead);

        let mut step = 0;
        while step < sweep.steps {
            // The limit is for passes to come: whoever is behind follows.
            let limit = (sweep.steps - step).min(if step < 5 { 1 } else { 40 });
            let under_way = sliced.ahead();
            let taken = sliced.advance(&plan, step, limit);
            assert!(taken <= limit.max(under_way), "{taken}");
            assert!(taken == 0 || (sliced.ahead() == 0 && sliced.models_ahead() == 0));
            step += taken;
        }
        assert_eq!(step, sweep.steps);
        assert_eq!(bits(&sliced.parameters()), bits(&straight.parameters()), "{data:?}");
    }
}

/// Some rows read back are those rows of all.
#[test]
fn rows_can_be_read_alone() {
    let sweep = Sweep { columns: 7, rows: 9, ..sweep(3, 2, Data::Exact, true) };
    let plan = Plan::new(&sweep, Shard { first: 1, stride: 2 });
    let mut training = Training::new(&plan);
    training.take(&plan, 0, 3);
    let (models, rows) = (training.models(), [0, 2, 3]);
    let (some, width) = (training.parameters_of(&rows), plan.models_per_row());
    assert_eq!(some.len(), rows.len() * width * sweep.parameters());
    for (i, value) in some.iter().enumerate() {
        let (p, place, column) = (i / width / 3, i / width % 3, i % width);
        let expected = models[rows[place] * width + column].parameters[p];
        assert_eq!(value.to_bits(), expected.to_bits(), "parameter {p}, row {place}");
    }
    assert!(training.parameters_of(&[]).is_empty());
}

/// A run counts what was done, also between passes, and ends with all models at the last step.
#[test]
fn a_run_counts_model_steps() {
    let sweep = Sweep { columns: 30, rows: 20, steps: 50, ..sweep(2, 1, Data::Exact, true) };
    pollster::block_on(async {
        let engine = Engine::new(Choice::Cpu).await?;
        let mut run = engine.start_sweep(&sweep, Shard::ALL, Kind::Cpu).await?;
        let mut before = 0;
        while !run.is_done() {
            run.advance(7).await?;
            assert!(run.model_steps() > before, "a slice does something");
            before = run.model_steps();
            let even = u64::from(run.step()) * sweep.models();
            let next = even + u64::from(run.ahead()) * sweep.models();
            assert!(even <= before && (before < next || run.ahead() == 0 && before == even));
        }
        assert_eq!((run.step(), run.ahead()), (50, 0));
        assert_eq!(run.model_steps(), 50 * sweep.models());
        assert_eq!(run.advance(9).await?, 0);
        Ok::<_, engine::EngineError>(())
    })
    .expect("the CPU is always there");
}

/// A share without rows is trained in no time.
#[test]
fn an_empty_share() {
    let plan = Plan::new(&sweep(2, 1, Data::Exact, true), Shard { first: 9, stride: 10 });
    let mut training = Training::new(&plan);
    assert!(training.advance(&plan, 0, 10) >= 1);
    assert!(training.parameters().is_empty());
}

#[test]
fn the_name_says_what_runs() {
    let name = engine::cpu::name();
    assert!(name.starts_with("CPU, ") && name.contains(" lanes, "), "{name}");
}
