//! Noise-free training finds the true optimum, pixel by pixel.

mod common;

use common::{Row, scratch, table};

/// Fraction of pixels with the optimum's phase, median relative excess loss, and least excess.
fn against_optimum(shape: &str) -> (f64, f64, f64) {
    let words =
        format!("sweep {shape} --grid 64 --repeats 16 --steps 500 --data exact --engine cpu");
    let name = shape.replace(' ', "");
    let trained = table(&words, "--out", &format!("exact{name}.csv"));
    let words = format!("theory {shape} --kind optimum --grid 64");
    let optimum = table(&words, "--out", &format!("optimum{name}.csv"));
    let pairs: Vec<(&Row, &Row)> = trained.iter().zip(&optimum).collect();
    let same = pairs.iter().filter(|(a, b)| a.text("phase") == b.text("phase")).count();
    let excess = |(a, b): &(&Row, &Row)| a.number("loss") / b.number("loss") - 1.0;
    let mut excesses: Vec<f64> = pairs.iter().map(excess).collect();
    excesses.sort_by(f64::total_cmp);
    (same as f64 / pairs.len() as f64, excesses[pairs.len() / 2], excesses[0])
}

#[test]
fn two_features_reach_the_optimum() {
    let (agreement, median, least) = against_optimum("--features 2");
    println!("n = 2: {agreement:.4} of the pixels agree, median excess {median:e}");
    assert!(agreement >= 0.99 && median < 1e-4, "{agreement} {median:e}");
    // Nothing trained is better than the optimum, but for the six digits of f32 tables.
    assert!(least > -1e-6, "{least:e}");
}

#[test]
fn three_features_reach_the_optimum() {
    let (agreement, median, least) = against_optimum("--features 3");
    println!("n = 3: {agreement:.4} of the pixels agree, median excess {median:e}");
    assert!(agreement >= 0.98 && median < 1e-4, "{agreement} {median:e}");
    assert!(least > -1e-6, "{least:e}");
}

/// Same starts, same protocol, with and without the noise of sampling: inside the band where
/// same-sign runs are trapped both end alike; outside of it noise lets runs out of the plane in
/// which one weight is zero, and never into it.
#[test]
fn noise_frees_runs_outside_of_the_trapping_band_only() {
    let fractions = |data: &str, density: f64, r: f64| {
        let words = format!(
            "sweep --preset repro-superposition --grid 1 --repeats 96 --steps 4000 --lr 3e-3 --data {data} --density {density} --importance {r} --engine cpu --out {}",
            scratch("noise-grid.csv").display()
        );
        let models = table(&words, "--models", "noise-models.csv");
        let antipodal = models.iter().filter(|m| m.text("phase") == "antipodal").count();
        antipodal as f64 / 96.0
    };
    // Three standard errors of the difference of two fractions near one half.
    let tolerance = 3.0 * (2.0f64 * 0.25 / 96.0).sqrt();
    for density in [0.03, 0.1] {
        for r in [0.5, 1.0, 2.0] {
            let (sampled, exact) =
                (fractions("sampled", density, r), fractions("exact", density, r));
            assert!((sampled - exact).abs() < tolerance, "{density} {r}: {sampled} {exact}");
        }
        for r in [0.2, 5.0] {
            let (sampled, exact) =
                (fractions("sampled", density, r), fractions("exact", density, r));
            assert!(sampled > 0.9 && sampled >= exact, "{density} {r}: {sampled} {exact}");
        }
    }
}
