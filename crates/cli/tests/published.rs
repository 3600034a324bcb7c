//! The command reproduces what repro-superposition publishes, and shows what its means hide.

mod common;

use common::{Row, read, scratch, table};
use std::collections::HashMap;

const GRID: u32 = 16;

/// The protocol of repro-superposition on a coarser grid: grey above and to the left, blue above
/// and to the right, red below, and a band of trapped runs around r = 1 that means speckle.
#[test]
fn the_published_diagram_and_its_speckle() {
    let models = scratch("repro-models.csv");
    let words = format!(
        "sweep --preset repro-superposition --grid {GRID} --engine cpu --models {}",
        models.display()
    );
    let pixels = table(&words, "--out", "repro-grid.csv");
    assert_eq!(pixels.len(), 256);
    let corner = |low: f64, high: f64, left: f64, right: f64| {
        let inside: Vec<&Row> = pixels
            .iter()
            .filter(|p| (low..=high).contains(&10f64.powf(p.number("log_sparsity"))))
            .filter(|p| (left..=right).contains(&10f64.powf(p.number("log_weight"))))
            .collect();
        assert!(!inside.is_empty());
        inside
    };
    for p in corner(0.7, 1.0, 0.1, 0.5) {
        assert!(p.number("last_norm") < 0.1, "grey above and to the left");
    }
    for p in corner(0.7, 1.0, 2.0, 10.0) {
        assert!(p.number("last_norm") > 0.9 && p.number("last_superposition") < 0.05, "blue");
    }
    for p in corner(0.01, 0.06, 0.1, 0.2).iter().chain(&corner(0.01, 0.06, 5.0, 10.0)) {
        assert!(p.number("last_superposition") > 0.8, "red below");
    }
    // The band: some runs of a pixel antipodal, some trapped, none lost.
    let mut kinds = HashMap::<String, u32>::new();
    for model in read("repro-models.csv") {
        let r = 10f64.powf(-1.0 + 2.0 * model.number("column") / f64::from(GRID - 1));
        if (0.45..2.2).contains(&r) && model.number("row") >= 10.0 {
            *kinds.entry(model.text("phase").to_owned()).or_default() += 1;
        }
    }
    let all: u32 = kinds.values().sum();
    let share = |phase: &str| f64::from(*kinds.get(phase).unwrap_or(&0)) / f64::from(all);
    assert!((0.4..0.65).contains(&share("antipodal")), "{kinds:?}");
    assert!(share("trapped") > 0.3, "{kinds:?}");

    lowest_loss_shows_clean_phases();
}

/// The lowest loss of the same 16 repeats agrees with the true optimum, speckle and all gone.
fn lowest_loss_shows_clean_phases() {
    let words = format!("theory --kind optimum --grid {GRID}");
    let optimum = table(&words, "--out", "repro-optimum.csv");
    let mut best = HashMap::<(u32, u32), Row>::new();
    for model in read("repro-models.csv") {
        let pixel = (model.number("row") as u32, model.number("column") as u32);
        if best.get(&pixel).is_none_or(|b| model.number("loss") < b.number("loss")) {
            best.insert(pixel, model);
        }
    }
    let same = optimum.iter().filter(|o| {
        let pixel = (o.number("log_sparsity_index") as u32, o.number("log_weight_index") as u32);
        best[&pixel].text("phase") == o.text("phase")
    });
    let same = same.count();
    assert!(same >= 250, "{same} of 256 pixels");
}

/// Fractions of runs that end antipodal at density .05, from physics: all of them outside of the
/// band 5/16 < r < 16/5, half of them or slightly more inside.
#[test]
fn antipodal_fractions_at_low_density() {
    let runs = 128;
    for (r, low, high) in
        [(0.1, 1.0, 1.0), (0.2, 1.0, 1.0), (0.5, 0.37, 0.69), (1.0, 0.37, 0.69), (2.0, 0.37, 0.69)]
    {
        let words = format!(
            "sweep --preset repro-superposition --grid 1 --repeats {runs} --density 0.05 --importance {r} --engine cpu --out {}",
            scratch("fraction-grid.csv").display()
        );
        let models = table(&words, "--models", &format!("fraction-{r}.csv"));
        let antipodal = models.iter().filter(|m| m.text("phase") == "antipodal").count();
        // 50 to 56 per cent expected; the limits are that and three standard errors.
        let fraction = antipodal as f64 / f64::from(runs);
        assert!((low..=high).contains(&fraction), "r = {r}: {fraction}");
    }
}
