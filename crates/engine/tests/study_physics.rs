//! What the paper and its successors found, found again by training.
#![cfg(not(target_arch = "wasm32"))]

use engine::StudyRun;
use engine::cpu::study::Training;
use engine::study::Plan;
use pollster::block_on;
use std::f64::consts::TAU;
use toy::Spec;
use toy::axis::Span;
use toy::evaluate::Effort;
use toy::init::Init;
use toy::study::Layout;
use toy::study::curve::point_of;
use toy::study::figure::Form;
use toy::study::snapshot::{Evaluators, Snapshot, Wanted, lowest};
use toy::study::{Distribution, Sets, Study, Variant};
use toy::train::Model;
use wire::Shard;

fn train(study: &Study) -> Vec<Snapshot> {
    let run = async {
        let mut run = StudyRun::on_cpu(study, Shard::ALL)?;
        while !run.is_done() {
            run.advance(u32::MAX).await?;
        }
        run.read().await
    };
    let trained = block_on(run).unwrap_or_else(|error: engine::EngineError| panic!("{error}"));
    Evaluators::default().snapshots(study, trained, study.steps, Wanted::WEIGHTS, Effort::Final)
}

fn find(name: &str) -> Study {
    (Study::preset(name).unwrap_or_else(|| panic!("{name}")).spec)()
}

/// `int_0^1 (own x - ReLU(a x + b))^2 dx`, exactly: quadratics between the kink and the ends.
fn output_loss(own: f64, a: f64, b: f64) -> f64 {
    let kink = (-b / a).clamp(0.0, 1.0);
    let kink = if kink.is_nan() { 0.0 } else { kink };
    let piece = |from: f64, to: f64| {
        let (centre, half) = ((from + to) / 2.0, (to - from) / 2.0);
        let node = half / 3f64.sqrt();
        let square = |x: f64| (own * x - (a * x + b).max(0.0)).powi(2);
        half * (square(centre - node) + square(centre + node))
    };
    piece(0.0, kink) + piece(kink, 1.0)
}

/// Mean loss of a model over inputs in which exactly one feature is active.
fn one_hot_loss(layout: Layout, parameters: &[f32]) -> f64 {
    let p: Vec<f64> = parameters.iter().map(|&p| f64::from(p)).collect();
    let (w, b) = (layout.encoder(&p), layout.biases(&p));
    let row = |i: usize| &w[i * layout.m..][..layout.m];
    let dot = |i: usize, j: usize| row(i).iter().zip(row(j)).map(|(x, y)| x * y).sum::<f64>();
    let mut total = 0.0;
    for i in 0..layout.n {
        for j in 0..layout.n {
            total += output_loss(f64::from(u8::from(i == j)), dot(j, i), b[j]);
        }
    }
    total / layout.n as f64
}

/// A model's training continued with so large batches that hardly any noise is left.
fn refined(study: &Study, best: &Snapshot) -> Snapshot {
    let study = Study { repeats: 1, batch: 16_384, steps: 1000, ..study.clone() };
    let plan = Plan::new(&study, Shard::ALL);
    let mut training = Training::new(&plan);
    let zeros = vec![0.0; best.parameters.len()];
    let parameters = best.parameters.clone();
    training.set_models(&[Model { parameters, first: zeros.clone(), second: zeros }]);
    training.take(&plan, 0, study.steps);
    let found = Evaluators::default().snapshots(
        &study,
        training.read(),
        study.steps,
        Wanted::WEIGHTS,
        Effort::Final,
    );
    found.into_iter().next().expect("a model")
}

/// Chen et al. 2023: the best of many models is the regular polygon, with this radius, bias and
/// loss; each feature has two dimensions' k-th part. Nearly all heptagons lose a corner on the way,
/// so it takes many starts, and wide ones.
#[test]
fn one_hot_features_make_the_known_polygons() {
    for (k, repeats, radius, bias, h) in
        [(5, 16, 1.17046, -0.28230, 0.23738), (7, 64, 1.44839, -0.96691, 1.74870)]
    {
        let density = 1.0 / f64::from(k);
        let polygons = find("polygons");
        let study = Study {
            features: k,
            density: Span::new(density, density),
            distribution: Distribution { set_size: k, ..polygons.distribution },
            init: Init::Std(1.0),
            repeats,
            batch: 400,
            steps: 2000,
            lr: 0.03,
            ..polygons
        };
        let layout = study.layout();
        let all = train(&study);
        let loss = |s: &Snapshot| one_hot_loss(layout, &s.parameters);
        let best = all.iter().min_by(|a, b| loss(a).total_cmp(&loss(b))).expect("models");
        let best = refined(&study, best);
        let expected = h / (3.0 * f64::from(k));
        assert!((loss(&best) - expected).abs() < 1e-4, "{k}: {} {expected}", loss(&best));
        let biases = layout.biases(&best.parameters);
        // Corners jitter by the noise that is left, their mean less. The heptagon's loss hardly knows
        // its bias: 0.001 off costs one part in a million.
        let mean = |all: &[f32]| all.iter().map(|&x| f64::from(x)).sum::<f64>() / f64::from(k);
        let near = |all: &[f32], value: f64, mean_within: f64, each_within: f64| {
            let far = |x: &f32| (f64::from(*x) - value).abs() > each_within;
            assert!((mean(all) - value).abs() < mean_within, "{k}: {all:?} is not {value}");
            assert!(!all.iter().any(far), "{k}: {all:?} is not {value}");
        };
        near(&best.measures.norm, radius, 1e-3, 4e-3);
        near(biases, bias, 2e-3, 5e-3);
        near(&best.measures.dimensionality, 2.0 / f64::from(k), 1e-3, 2e-3);
        assert_eq!(best.measures.figures.len(), 1);
        assert_eq!(best.measures.figures[0].form, Form::Polygon(k));
    }
}

/// Of each eight runs the best: orthogonal pairs when the features of a pair come together,
/// antipodal ones when they exclude each other.
#[test]
fn pairs_are_orthogonal_or_antipodal() {
    for (name, sets) in
        [("correlated-pairs", Sets::Correlated), ("anticorrelated-pairs", Sets::Anticorrelated)]
    {
        let runs = 20;
        let study = Study { instances: runs, steps: 3000, ..find(name) };
        assert_eq!((study.distribution.sets, study.repeats), (sets, 8));
        let all = train(&study);
        let best = lowest(&study, &all);
        assert_eq!(best.len(), runs as usize);
        let as_expected = |snapshot: &&&Snapshot| {
            [0, 1].iter().all(|pair| {
                let w = &snapshot.parameters[4 * pair..][..4];
                let angle = (w[1].atan2(w[0]) - w[3].atan2(w[2])).abs();
                let angle = f64::from(angle).min(TAU - f64::from(angle));
                let expected = if sets == Sets::Correlated { TAU / 4.0 } else { TAU / 2.0 };
                let norms = &snapshot.measures.norm[2 * pair..][..2];
                (angle - expected).abs() < 0.1 && norms.iter().all(|&norm| norm > 0.7)
            })
        };
        let found = best.iter().filter(as_expected).count();
        assert!(10 * found >= 9 * best.len(), "{name}: {found} of {}", best.len());
    }
}

/// 80 features in 20 dimensions, importance 0.9^i: the dense model keeps the 20 most important
/// features and nothing else, the sparse ones more than that, in superposition; the linear model
/// never does anything but the first.
#[test]
fn dense_models_drop_features_and_sparse_ones_superpose_them() {
    let base =
        Study { instances: 3, steps: 3000, lr: 0.01, batch: 512, ..find("eighty-in-twenty") };
    for variant in [Variant::Relu, Variant::Linear] {
        let study = Study { variant, ..base.clone() };
        for (instance, snapshot) in train(&study).iter().enumerate() {
            let m = &snapshot.measures;
            let kept: Vec<usize> = (0..80).filter(|&i| m.norm[i] > 0.5).collect();
            let superposed = kept.iter().filter(|&&i| m.superposition[i] > 0.1).count();
            let what = format!("{variant:?} {instance}: {kept:?}, {superposed} superposed");
            if variant == Variant::Linear || instance == 0 {
                assert_eq!(kept, (0..20).collect::<Vec<_>>(), "{what}");
                assert_eq!(superposed, 0, "{what}");
                assert!(m.norm[20..].iter().all(|&norm| norm < 0.25), "{what}");
                assert!((m.dimensions_per_feature - 1.0).abs() < 0.02, "{what}");
            } else {
                assert!(kept.len() > 30 && superposed > 30, "{what}");
            }
        }
    }
}

/// The paper's geometry of uniform superposition: one dimension a feature when dense, then a
/// plateau of one half, where features share dimensions as antipodal pairs, then ever less.
#[test]
fn losses_fall_from_level_to_level() {
    let study = find("two-correlated-triples");
    for snapshot in train(&study) {
        let loss = |step: u32| f64::from(snapshot.curve[point_of(step, study.steps) as usize]);
        // The level on which all features share one direction a set, hardly told apart.
        let level = loss(1000);
        assert!((0.014..0.019).contains(&level), "{level}");
        let rests = (800..1200).step_by(50).map(loss).all(|l| (l / level - 1.0).abs() < 0.2);
        assert!(rests, "{:?}", snapshot.curve);
        assert!(loss(4900) < level / 4.0, "{}", loss(4900));
        // As three pairs of antipodes, one of either set.
        assert!(snapshot.measures.dimensionality.iter().all(|d| (d - 0.5).abs() < 0.03));
    }
}

fn assert_sticky(study: &Study) {
    let all = train(study);
    let star = |i: usize| all[i].measures.dimensions_per_feature;
    let stars: Vec<f32> = (0..5).map(star).collect();
    assert!((stars[0] - 1.0).abs() < 0.05, "{stars:?}");
    assert!((stars[2] - 0.5).abs() < 0.05 && (stars[3] - 0.5).abs() < 0.05, "{stars:?}");
    assert!(stars[1] > 0.8 && stars[4] < 0.4, "{stars:?}");
    for snapshot in &all[2..4] {
        let m = &snapshot.measures;
        let kept: Vec<f32> =
            (0..m.norm.len()).filter(|&i| m.norm[i] > 0.8).map(|i| m.dimensionality[i]).collect();
        let halves = kept.iter().filter(|d| (**d - 0.5).abs() < 0.07).count();
        assert!(10 * halves > 8 * kept.len(), "{halves} of {}", kept.len());
    }
}

#[test]
fn dimensions_per_feature_stick_at_one_half() {
    assert_sticky(&Study {
        instances: 5,
        density: Span::new(1.0, 0.17),
        steps: 1200,
        lr: 0.01,
        batch: 400,
        ..find("two-hundred-in-twenty")
    });
}

/// At the paper's size, 400 in 30: one dimension a feature when dense, and dimensionalities that
/// cluster on one fraction of the paper's after the other as features get sparser: antipodal pairs,
/// then pentagons, then square antiprisms.
#[test]
fn dimensionalities_cluster_on_the_paper_s_fractions() {
    // Density, learning rate, fraction, share of the features kept that are within 0.03 of it.
    let cases = [
        (1.0, 0.01, 1.0, 0.0),
        (0.33, 0.01, 1.0 / 2.0, 0.95),
        (0.2019, 0.03, 2.0 / 5.0, 0.8),
        (0.19, 0.01, 3.0 / 8.0, 0.8),
    ];
    let one = |(density, lr, fraction, share): (f64, f64, f64, f64)| {
        let study = Study {
            instances: 1,
            density: Span::new(density, density),
            steps: 1500,
            lr,
            batch: 512,
            ..find("four-hundred-in-thirty")
        };
        let m = train(&study).swap_remove(0).measures;
        let kept: Vec<usize> = (0..400).filter(|&i| m.norm[i] >= 0.5).collect();
        let is_near = |i: &&usize| (f64::from(m.dimensionality[**i]) - fraction).abs() < 0.03;
        let near = kept.iter().filter(is_near).count();
        let what = format!("{density}: {near} of {} near {fraction}", kept.len());
        assert!(near as f64 >= share * kept.len() as f64, "{what}");
        m.dimensions_per_feature
    };
    let found = std::thread::scope(|scope| {
        let threads = cases.map(|case| scope.spawn(move || one(case)));
        threads.map(|thread| thread.join().unwrap_or_else(|_| panic!("see above")))
    });
    assert!((found[0] - 1.0).abs() < 0.02 && (found[1] - 0.5).abs() < 0.02, "{found:?}");
    assert!(found.windows(2).all(|pair| pair[0] > pair[1]), "{found:?}");
}

/// The same with more densities and steps, and with the triangles between one feature a dimension
/// and two: `cargo test -p engine --release --test study_physics -- --ignored`.
#[test]
#[ignore = "takes a minute or more"]
fn dimensions_per_feature_stick_at_one_half_at_the_paper_s_size() {
    let base = Study { steps: 3000, lr: 0.01, batch: 1024, ..find("four-hundred-in-thirty") };
    assert_sticky(&Study { instances: 5, density: Span::new(1.0, 0.17), ..base.clone() });
    let all = train(&Study { instances: 4, density: Span::new(0.6345, 0.5476), ..base });
    let near = |m: &toy::study::measure::Measures, fraction: f32| {
        let kept = (0..400).filter(|&i| m.norm[i] >= 0.5);
        kept.filter(|&i| (m.dimensionality[i] - fraction).abs() < 0.03).count()
    };
    let triangles: Vec<usize> = all.iter().map(|s| near(&s.measures, 2.0 / 3.0)).collect();
    assert!(triangles.iter().any(|&count| count >= 12), "{triangles:?}");
}

/// What an experiment opens with shows what its text says (geometry, at fewer densities and steps).
#[test]
fn geometry_opens_with_directions_then_digons_then_a_pentagon() {
    let study = Study { instances: 3, repeats: 4, steps: 5_000, ..find("five-in-two-lowest") };
    let all = train(&study);
    let forms = |s: &&Snapshot| s.measures.figures.iter().map(|f| f.form).collect::<Vec<_>>();
    let best: Vec<Vec<Form>> = lowest(&study, &all).iter().map(forms).collect();
    let (alone, digon) = (Form::Alone, Form::Polygon(2));
    assert_eq!(best, [vec![alone, alone], vec![digon, digon], vec![Form::Polygon(5)]]);
}

/// The same for computation: no neuron serves several features where these are common, most do
/// where they are rare.
#[test]
fn computation_opens_with_neurons_that_come_to_serve_several() {
    let opener = toy::study::preset::View::Computation.presets().next();
    let study = Study { instances: 3, ..(opener.unwrap().spec)() };
    let all = train(&study);
    let shared: Vec<u32> = lowest(&study, &all).iter().map(|s| s.measures.polysemantic).collect();
    assert_eq!(shared[0], 0, "{shared:?}");
    assert!(shared[2] >= 2, "{shared:?}");
}

/// The same for dynamics: the loss rests on a level far above its last one, and leaves it within a
/// fifth of the run.
#[test]
fn dynamics_opens_with_a_loss_that_rests_and_falls() {
    let study = find("two-correlated-triples");
    let all = train(&study);
    let curve = &lowest(&study, &all)[0].curve;
    let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len() as f32;
    let end = mean(&curve[curve.len() - 16..]);
    // Means over eight points, of which each is noisy.
    let smooth: Vec<f32> = curve.windows(8).map(mean).collect();
    let rests = |part: &&[f32]| {
        let (low, high) = part.iter().fold((f32::MAX, 0f32), |(l, h), &x| (l.min(x), h.max(x)));
        low > 3.0 * end && high < 1.25 * low
    };
    let level = smooth.windows(curve.len() / 10).rfind(rests).expect("a level");
    let left = smooth.iter().rposition(|x| *x >= level[level.len() - 1]).unwrap_or(0);
    let after = smooth.get(left + curve.len() / 5).copied().unwrap_or(0.0);
    assert!(after < 0.65 * level[0], "{} after {}", after, level[0]);
}
