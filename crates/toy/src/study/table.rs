//! Results of a study as comma-separated values: a row a model, a feature, or a point of a curve.

use super::curve::steps_of;
use super::describe::Study;
use super::snapshot::Snapshot;
use std::fmt::Write;

/// Columns that say which model a row is about.
pub const PLACE: [&str; 4] = ["instance", "repeat", "density", "inverse_density"];

/// Columns of [`models`] after [`PLACE`].
pub const MODEL_COLUMNS: [&str; 11] = [
    "loss",
    "dimensions_per_feature",
    "features_per_dimension",
    "capacity",
    "represented",
    "polysemantic",
    "attacked_loss",
    "vulnerability",
    "figures",
    "hidden",
    "overlap",
];

/// Columns of [`features`] after [`PLACE`].
pub const FEATURE_COLUMNS: [&str; 6] =
    ["feature", "importance", "norm", "superposition", "dimensionality", "bias"];

/// Columns of [`curves`] after [`PLACE`]: the first step a point stands for, and one past its last.
pub const CURVE_COLUMNS: [&str; 3] = ["step", "step_end", "loss"];

fn header(columns: &[&str]) -> String {
    [&PLACE[..], columns].concat().join(",") + "\n"
}

/// The cells of [`PLACE`]. The inverse density is 1/(1-S), the axis of the paper's plots.
fn place(study: &Study, snapshot: &Snapshot) -> String {
    let (instance, repeat) = study.place(snapshot.model);
    let density = study.density_at(instance);
    format!("{instance},{repeat},{density},{}", 1.0 / density)
}

/// A row a model: loss and measures of the whole. What was not measured is left empty.
pub fn models(study: &Study, all: &[Snapshot]) -> String {
    let mut text = header(&MODEL_COLUMNS);
    for snapshot in all {
        let m = &snapshot.measures;
        let attack =
            m.vulnerability.map_or(",".into(), |v| format!("{},{}", v.attacked, v.relative()));
        let figures: Vec<String> = m.figures.iter().map(|figure| figure.form.name()).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{},{attack},{},{},{}",
            place(study, snapshot),
            m.loss,
            m.dimensions_per_feature,
            1.0 / m.dimensions_per_feature,
            m.capacity,
            m.represented,
            m.polysemantic,
            figures.join(";"),
            study.hidden_at(study.place(snapshot.model).0),
            m.overlap,
        );
    }
    text
}

/// A row a feature of each model. The bias is left empty where parameters are not known.
pub fn features(study: &Study, all: &[Snapshot]) -> String {
    let mut text = header(&FEATURE_COLUMNS);
    let (layout, importances) = (study.layout(), study.importances());
    for snapshot in all {
        let (start, m) = (place(study, snapshot), &snapshot.measures);
        let rows = m.norm.iter().zip(&m.superposition).zip(&m.dimensionality).zip(&importances);
        for (i, (((norm, superposition), dimensionality), importance)) in rows.enumerate() {
            let bias = snapshot.parameters.get(layout.weights() + i);
            let bias = bias.map(f32::to_string).unwrap_or_default();
            let _ = writeln!(
                text,
                "{start},{i},{importance},{norm},{superposition},{dimensionality},{bias}"
            );
        }
    }
    text
}

/// A row a point of each model's loss curve.
pub fn curves(study: &Study, all: &[Snapshot]) -> String {
    let mut text = header(&CURVE_COLUMNS);
    for snapshot in all {
        let start = place(study, snapshot);
        for (point, loss) in snapshot.curve.iter().enumerate() {
            let steps = steps_of(point as u32, study.steps);
            let _ = writeln!(text, "{start},{},{},{loss}", steps.start, steps.end);
        }
    }
    text
}

/// A row a weight or bias of each model whose parameters are known: its array (`encoder`,
/// `decoder` or `bias`), feature, hidden unit (empty for a bias) and value.
pub fn parameters(study: &Study, all: &[Snapshot]) -> String {
    let mut text = header(&["array", "feature", "unit", "value"]);
    let layout = study.layout();
    for snapshot in all.iter().filter(|s| !s.parameters.is_empty()) {
        let start = place(study, snapshot);
        for (index, value) in snapshot.parameters.iter().enumerate() {
            let block = layout.n * layout.m;
            let (i, k) = (index % block / layout.m, index % layout.m);
            let _ = if index >= layout.weights() {
                writeln!(text, "{start},bias,{},,{value}", index - layout.weights())
            } else {
                let array = if index < block { "encoder" } else { "decoder" };
                writeln!(text, "{start},{array},{i},{k},{value}")
            };
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::Effort;
    use crate::study::snapshot::{Evaluators, Trained, Wanted};
    use crate::study::{Variant, train};

    fn some(variant: Variant) -> (Study, Vec<Snapshot>) {
        let study = Study { variant, features: 3, instances: 2, steps: 3, ..Study::default() };
        let trained = |model| Trained {
            model,
            parameters: train::start(&study, model),
            sums: vec![3.0, 2.0, 1.0],
        };
        let all = Evaluators::default().snapshots(
            &study,
            (0..2).map(trained).collect(),
            3,
            Wanted::ALL,
            Effort::Live,
        );
        (study, all)
    }

    #[test]
    fn every_row_has_every_column() {
        for variant in [Variant::Relu, Variant::Hidden] {
            let (study, all) = some(variant);
            let weights = if variant == Variant::Relu { 6 } else { 12 };
            for (text, rows) in [
                (models(&study, &all), 2),
                (features(&study, &all), 6),
                (curves(&study, &all), 6),
                (parameters(&study, &all), 2 * (weights + 3)),
            ] {
                let columns = text.lines().next().unwrap_or_default().split(',').count();
                assert_eq!(text.lines().count(), rows + 1);
                assert!(text.lines().all(|line| line.split(',').count() == columns), "{text}");
            }
            assert!(curves(&study, &all).contains("\n1,0,0.05,20,2,3,1\n"));
        }
    }
}
