//! What the paper and its successors found, found again by training.
#![cfg(not(target_arch = "wasm32"))]

use engine::StudyRun;
use pollster::block_on;
use std::f64::consts::TAU;
use toy::axis::Span;
use toy::evaluate::Effort;
use toy::schedule::Schedule;
use toy::study::figure::Form;
use toy::study::model::Layout;
use toy::study::preset;
use toy::study::snapshot::{Snapshot, Wanted, lowest, snapshots};
use toy::study::{Importance, Sets, Study, Variant};
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
    snapshots(study, trained, study.steps, Wanted::WEIGHTS, Effort::Final)
}

fn find(name: &str) -> Study {
    (preset::find(name).unwrap_or_else(|| panic!("{name}")).study)()
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

/// Chen et al. 2023: the best of many models is the regular polygon, with this radius, bias and
/// loss; each feature has two dimensions' k-th part.
#[test]
fn one_hot_features_make_the_known_polygons() {
    for (k, radius, bias, h) in [(5, 1.17046, -0.28230, 0.23738), (7, 1.44839, -0.96691, 1.74870)] {
        let density = 1.0 / f64::from(k);
        let study = Study {
            features: k,
            density: Span::new(density, density),
            set_size: k,
            repeats: 24,
            batch: 2048,
            ..find("polygons")
        };
        let layout = Layout::of(&study);
        let all = train(&study);
        let loss = |s: &Snapshot| one_hot_loss(layout, &s.parameters);
        let best = all.iter().min_by(|a, b| loss(a).total_cmp(&loss(b))).expect("models");
        let expected = h / (3.0 * f64::from(k));
        assert!((loss(best) - expected).abs() < 1e-3, "{k}: {} {expected}", loss(best));
        let biases = layout.biases(&best.parameters);
        for i in 0..k as usize {
            let (norm, d) = (best.measures.norm[i], best.measures.dimensionality[i]);
            assert!((f64::from(norm) - radius).abs() < 1e-3, "{k}: {norm}");
            assert!((f64::from(biases[i]) - bias).abs() < 1e-3, "{k}: {}", biases[i]);
            assert!((f64::from(d) - 2.0 / f64::from(k)).abs() < 1e-3, "{k}: {d}");
        }
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
        assert_eq!((study.sets, study.repeats), (sets, 8));
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

/// 80 features in 20 dimensions, importance 0.9^i.
#[test]
fn dense_models_drop_features_and_sparse_ones_superpose_them() {
    let base = Study { instances: 3, steps: 3000, ..find("eighty-in-twenty") };
    for variant in [Variant::Relu, Variant::Linear] {
        let study = Study { variant, ..base.clone() };
        for (instance, snapshot) in train(&study).iter().enumerate() {
            let m = &snapshot.measures;
            let superposed =
                m.superposition.iter().zip(&m.norm).filter(|(s, n)| **s > 0.1 && **n > 0.5);
            let superposed = superposed.count();
            let kept = m.norm.iter().filter(|norm| **norm > 0.5).count();
            println!(
                "{variant:?} {instance}: {kept} kept, {superposed} superposed, D* {}",
                m.dimensions_per_feature
            );
            println!("{:?}", m.norm);
            println!("{:?}", m.superposition);
        }
    }
}

/// The paper's uniform superposition, at fewer densities and steps.
#[test]
fn dimensions_per_feature_stick_at_one_and_one_half() {
    let study = Study {
        instances: 8,
        density: Span::new(1.0, 0.01),
        steps: 1500,
        lr: 5e-3,
        importance: Importance::Uniform,
        schedule: Schedule::Cosine,
        batch: 512,
        ..find("four-hundred-in-thirty")
    };
    let start = std::time::Instant::now();
    for snapshot in train(&study) {
        let m = &snapshot.measures;
        let density = study.density_at(study.place(snapshot.model).0);
        println!(
            "{density} D* {} kept {} loss {}",
            m.dimensions_per_feature,
            m.represented * 400.0,
            m.loss
        );
    }
    println!("{:?}", start.elapsed());
}
