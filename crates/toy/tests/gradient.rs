//! The reference gradient against finite differences of the loss, in f64.

use toy::Sweep;
use toy::model::Shape;
use toy::random::{block, open_unit};
use toy::sweep::Data;
use toy::train::Pixel;

/// Parameters spread over [-1, 1].
fn parameters(sweep: &Sweep, seed: u32) -> Vec<f64> {
    (0..sweep.parameters() as u32).map(|i| 2.0 * open_unit(block(seed, i, 0, 0)[0]) - 1.0).collect()
}

/// Largest difference between gradient and central differences, relative to the largest component.
fn error(sweep: &Sweep, seed: u32, h: f64) -> f64 {
    let pixel = Pixel::new(sweep, sweep.rows / 2, sweep.columns / 3);
    let at = parameters(sweep, seed);
    let mut gradient = vec![0.0; at.len()];
    pixel.gradient(7, 11, &at, &mut gradient);
    let mut scratch = vec![0.0; at.len()];
    let mut loss = |p: &[f64]| pixel.gradient(7, 11, p, &mut scratch);
    let largest = gradient.iter().fold(0.0f64, |a, g| a.max(g.abs()));
    let trained = if sweep.bias { at.len() } else { Shape::of(sweep).n * Shape::of(sweep).m };
    assert!(gradient[trained..].iter().all(|g| *g == 0.0));
    (0..trained)
        .map(|i| {
            let moved = |d: f64| {
                let mut p = at.clone();
                p[i] += d;
                p
            };
            let difference = (loss(&moved(h)) - loss(&moved(-h))) / (2.0 * h);
            (difference - gradient[i]).abs() / largest
        })
        .fold(0.0, f64::max)
}

#[test]
fn sampled_gradients_of_every_shape() {
    for features in 2..=8 {
        for hidden in 1..features {
            for bias in [true, false] {
                let sweep = Sweep {
                    features,
                    hidden,
                    bias,
                    data: Data::Sampled,
                    batch: 200,
                    columns: 9,
                    rows: 9,
                    ..Sweep::default()
                };
                // The loss of a batch is piecewise quartic: a step that crosses no kink is
                // differenced almost exactly, and some seeds do cross one.
                let best = (0..3).map(|seed| error(&sweep, seed, 1e-5)).fold(f64::MAX, f64::min);
                assert!(best < 1e-6, "n = {features}, m = {hidden}: {best:e}");
            }
        }
    }
}

#[test]
fn exact_gradients_of_every_shape() {
    for features in 2..=4 {
        for hidden in 1..features {
            let sweep = Sweep { features, hidden, columns: 9, rows: 9, ..Sweep::default() };
            for seed in 0..3 {
                let e = error(&sweep, seed, 1e-5);
                assert!(e < 1e-6, "n = {features}, m = {hidden}: {e:e}");
            }
        }
    }
}
