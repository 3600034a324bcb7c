//! The gradient of every variant of a study's models against finite differences, in f64.

use toy::Spec;
use toy::axis::Span;
use toy::random::{block, open_unit};
use toy::study::train::Instance;
use toy::study::{Distribution, Importance, Sets, Study, Target, Variant};

/// Largest difference between gradient and central differences, relative to the largest component.
fn error(study: &Study, seed: u32) -> f64 {
    let instance = Instance::new(study, 0);
    let uniform = |i: u32| 2.0 * open_unit(block(seed, i, 0, 0)[0]) - 1.0;
    let at: Vec<f64> = (0..study.parameters() as u32).map(uniform).collect();
    let mut gradient = vec![0.0; at.len()];
    instance.gradient(7, 11, &at, &mut gradient);
    let mut scratch = vec![0.0; at.len()];
    let n = f64::from(study.features);
    let mut loss = |p: &[f64]| instance.gradient(7, 11, p, &mut scratch) / n;
    let largest = gradient.iter().fold(0.0f64, |a, g| a.max(g.abs()));
    let trained = if study.bias { at.len() } else { study.layout().weights() };
    assert!(gradient[trained..].iter().all(|g| *g == 0.0));
    let h = 1e-6;
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
fn gradients_of_every_variant() {
    for variant in [Variant::Linear, Variant::Relu, Variant::Hidden] {
        for target in [Target::Identity, Target::Absolute] {
            for bias in [true, false] {
                for (sets, density) in [
                    (Sets::Independent, 0.3),
                    (Sets::Independent, 1.0),
                    (Sets::Correlated, 0.3),
                    (Sets::Anticorrelated, 0.3),
                    (Sets::PowerLaw, 0.2),
                ] {
                    for (features, hidden) in [(4, 2), (6, 9)] {
                        let study = Study {
                            variant,
                            target,
                            features,
                            hidden,
                            bias,
                            density: Span::new(density, density),
                            instances: 1,
                            importance: Importance::Geometric,
                            ratio: 0.8,
                            distribution: Distribution { sets, ..Distribution::default() },
                            batch: 50,
                            ..Study::default()
                        };
                        assert_eq!(study.validate(), Ok(()));
                        // Piecewise polynomial: some seeds' differences cross a kink, not all's.
                        let best = (0..3).map(|seed| error(&study, seed)).fold(f64::MAX, f64::min);
                        let what = format!("{variant:?} {target:?} {sets:?} n = {features}");
                        assert!(best < 1e-7, "{what}: {best:e}");
                    }
                }
            }
        }
    }
}
