//! Faults seen in published reproductions, a test each, so that they cannot come back as ours.

use toy::Sweep;
use toy::adam::Adam;
use toy::csv;
use toy::init;
use toy::picture::Picture;
use toy::sample::Sampler;
use toy::schedule::StepRates;
use toy::sweep::Data;
use toy::train::{Model, Pixel};

fn sampled() -> Sweep {
    Sweep { data: Data::Sampled, batch: 64, columns: 3, rows: 3, ..Sweep::default() }
}

/// Density labels upside down: row 0 is density 1 in the table, and its logarithm says so.
#[test]
fn density_labels_are_the_right_way_up() {
    let sweep = sampled();
    let table = csv::grid(&sweep, &Picture::ansatz(&sweep), None);
    let rows: Vec<Vec<&str>> = table.lines().skip(1).map(|l| l.split(',').collect()).collect();
    assert_eq!((rows[0][0], rows[0][2]), ("0", "0"));
    assert_eq!((rows[8][0], rows[8][2]), ("2", "-2"));
    assert_eq!(sweep.density_at(0), 1.0);
}

/// Plotting feature 0 mirrors the picture: the extra feature is ignored on the left, where its
/// importance is low, and dedicated on the right.
#[test]
fn the_picture_is_not_mirrored() {
    let sweep = sampled();
    let picture = Picture::ansatz(&sweep);
    assert_eq!((picture.norm[0], picture.norm[2]), (0.0, 1.0));
    let left = toy::optimum::Solver::new(2, 1, true).and_then(|s| s.solve(1.0, 0.1, &[]));
    assert!(left.is_ok_and(|o| o.w[1].abs() < 0.1 && o.w[0].abs() > 0.5));
}

/// One mask for both features, or one for the whole batch, would make these frequencies wrong.
#[test]
fn every_feature_of_every_sample_has_its_own_mask() {
    let s = 0.3;
    let sampler = Sampler::new(2, s, 1000);
    let (mut first, mut both, mut count) = (0.0, 0.0, 0u32);
    for step in 0..300 {
        let mut patterns = [false; 3];
        for index in 0..sampler.nonzero_count(5, 1, step) {
            let x = sampler.nonzero_sample(5, 1, step, index);
            first += f64::from(u8::from(x[0] > 0.0));
            both += f64::from(u8::from(x[0] > 0.0 && x[1] > 0.0));
            patterns[usize::from(x[0] > 0.0) + usize::from(x[1] > 0.0)] = true;
            count += 1;
        }
        assert!(patterns[1] && patterns[2], "one mask for the batch");
    }
    let samples = 300_000.0;
    let sigma = |p: f64| 4.0 * (p * (1.0 - p) / samples).sqrt();
    assert!((first / samples - s).abs() < sigma(s));
    assert!((both / samples - s * s).abs() < sigma(s * s), "one mask for both features");
    let nonzero = 1.0 - (1.0 - s) * (1.0 - s);
    assert!((f64::from(count) / samples - nonzero).abs() < sigma(nonzero));
}

/// A linear importance axis under logarithmic labels would put 5.05 in the middle.
#[test]
fn the_importance_axis_is_logarithmic() {
    assert!((sampled().importance_at(1) - 1.0).abs() < 1e-12);
}

/// Normalising x to unit length would leave no value between 0 and 1 in a sample of one feature.
#[test]
fn values_are_uniform_and_not_normalised() {
    let sampler = Sampler::new(3, 0.01, 100);
    let values: Vec<f32> = (0..20_000)
        .map(|i| sampler.nonzero_sample(1, 1, 1, i))
        .filter(|x| x.iter().filter(|v| **v > 0.0).count() == 1)
        .map(|x| x.iter().sum())
        .collect();
    for decile in 0..10 {
        let low = decile as f32 / 10.0;
        let inside = values.iter().filter(|v| (low..low + 0.1).contains(*v)).count() as f64;
        let n = values.len() as f64;
        assert!((inside / n - 0.1).abs() < 4.0 * (0.09 / n).sqrt(), "{decile}");
    }
}

/// An optimiser step a sample would move Adam's second moment a batch's worth at once.
#[test]
fn one_optimiser_step_a_batch() {
    let sweep = sampled();
    let pixel = Pixel::new(&sweep, 0, 0);
    let mut model = Model::new(&sweep, 4);
    let mut gradient = vec![0.0f32; 4];
    pixel.gradient(4, 0, &model.parameters, &mut gradient);
    let mut expected = model.clone();
    let adam = Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    let (p, m, v) = (&mut expected.parameters, &mut expected.first, &mut expected.second);
    for i in 0..4 {
        adam.update(&StepRates::at(&sweep, 0), &mut p[i], &mut m[i], &mut v[i], gradient[i]);
    }
    pixel.step(4, 0, &mut model);
    assert_eq!(model, expected);
}

/// Initial weights depend on the model alone, not on how many others there are.
#[test]
fn initial_scale_does_not_depend_on_packing() {
    let variance = |init: init::Init, repeats: u32| {
        let sweep = Sweep { init, repeats, columns: 32, rows: 32, ..sampled() };
        let all = (0..4000).flat_map(|model| Model::new(&sweep, model).parameters[..2].to_vec());
        all.map(|w| f64::from(w * w)).sum::<f64>() / 8000.0
    };
    for repeats in [1, 16] {
        let xavier = variance(init::Init::Xavier, repeats);
        assert!((xavier - 2.0 / 3.0).abs() < 4.0 * (2.0f64 / 8000.0).sqrt() * 2.0 / 3.0);
        // The published script's accident is there only when asked for.
        let packed = variance(init::Init::Packed(4096), repeats).sqrt();
        assert!((packed - 0.0221).abs() < 0.001, "{packed}");
    }
}
