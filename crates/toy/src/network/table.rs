//! Results of networks as comma-separated values: a row a model and density, a site, a feature, or
//! a point of a curve.

use super::architecture::Architecture;
use super::describe::Network;
use super::reference::Reference;
use super::snapshot::Snapshot;
use crate::directions::{random_cosine, welch};
use crate::study::curve::steps_of;
use std::fmt::Write;

/// Columns that say which model a row is about.
pub const PLACE: [&str; 3] = ["model", "repeat", "density"];

/// Columns of [`models`] after [`PLACE`].
pub const MODEL_COLUMNS: [&str; 10] = [
    "loss",
    "loss_nothing",
    "loss_constant",
    "loss_exact",
    "excess",
    "represented",
    "interference",
    "nonlinearity",
    "attention_right",
    "initial_represented",
];

/// Columns of [`sites`] after [`PLACE`]: measures, and the same at initialisation.
pub const SITE_COLUMNS: [&str; 13] = [
    "site",
    "features",
    "dimensions",
    "represented",
    "capacity",
    "mean_cosine",
    "largest_cosine",
    "random_cosine",
    "welch",
    "initial_represented",
    "initial_capacity",
    "initial_mean_cosine",
    "initial_largest_cosine",
];

/// Columns of [`features`] after [`PLACE`].
pub const FEATURE_COLUMNS: [&str; 6] =
    ["site", "feature", "importance", "norm", "dimensionality", "response"];

/// Columns of [`curves`] after [`PLACE`]: the first step a point stands for, and one past its last.
pub const CURVE_COLUMNS: [&str; 3] = ["step", "step_end", "loss"];

fn header(columns: &[&str]) -> String {
    [&PLACE[..], columns].concat().join(",") + "\n"
}

/// The cells of [`PLACE`]; the density is empty where a model serves all.
fn place(network: &Network, snapshot: &Snapshot) -> String {
    let (instance, repeat) = network.place(snapshot.model);
    let density =
        if network.shared { String::new() } else { network.density_at(instance).to_string() };
    format!("{},{repeat},{density}", snapshot.model)
}

/// A row a model and density that it serves. `excess` is the loss over that of the most important
/// features exact.
pub fn models(network: &Network, initial: &[Snapshot], all: &[Snapshot]) -> String {
    let mut text = header(&MODEL_COLUMNS);
    for (snapshot, initial) in all.iter().zip(initial) {
        let (_, repeat) = network.place(snapshot.model);
        let m = &snapshot.measures;
        let right = m.heads.as_ref().and_then(|heads| {
            heads.right.iter().copied().reduce(f32::max).map(|right| right.to_string())
        });
        for (instance, loss) in network.instances_of(snapshot.model).zip(&m.loss) {
            let Reference { nothing, constant, exact } = Reference::new(network, instance);
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{},{repeat},{},{loss},{nothing},{constant},{exact},{},{},{},{},{},{}",
                snapshot.model,
                network.density_at(instance),
                f64::from(*loss) - exact,
                m.represented(),
                m.interference(),
                m.nonlinearity,
                right.clone().unwrap_or_default(),
                initial.measures.represented(),
            );
        }
    }
    text
}

/// A row a model and site of the residual stream.
pub fn sites(network: &Network, initial: &[Snapshot], all: &[Snapshot]) -> String {
    let mut text = header(&SITE_COLUMNS);
    let (n, d) = (network.features, network.width);
    let names = Architecture::new(network, 1).sites;
    for (snapshot, initial) in all.iter().zip(initial) {
        let pairs = snapshot.measures.sites.iter().zip(&initial.measures.sites);
        for (site, (now, then)) in names.iter().zip(pairs) {
            let _ = writeln!(
                text,
                "{},{},{n},{d},{},{},{},{},{},{},{},{},{},{}",
                place(network, snapshot),
                site.name,
                now.represented(),
                now.capacity(),
                now.mean_cosine,
                now.largest_cosine,
                random_cosine(d),
                welch(n, d),
                then.represented(),
                then.capacity(),
                then.mean_cosine,
                then.largest_cosine,
            );
        }
    }
    text
}

/// A row a feature at each site of each model.
pub fn features(network: &Network, all: &[Snapshot]) -> String {
    let mut text = header(&FEATURE_COLUMNS);
    let (names, importances) = (Architecture::new(network, 1).sites, network.importances());
    for snapshot in all {
        let (start, m) = (place(network, snapshot), &snapshot.measures);
        for (site, found) in names.iter().zip(&m.sites) {
            for (j, importance) in importances.iter().enumerate() {
                let _ = writeln!(
                    text,
                    "{start},{},{j},{importance},{},{},{}",
                    site.name,
                    found.norm[j],
                    found.dimensionality[j],
                    m.response[j * importances.len() + j],
                );
            }
        }
    }
    text
}

/// A row a point of each model's loss curve.
pub fn curves(network: &Network, all: &[Snapshot]) -> String {
    let mut text = header(&CURVE_COLUMNS);
    for snapshot in all {
        let start = place(network, snapshot);
        for (point, loss) in snapshot.curve.iter().enumerate() {
            let steps = steps_of(point as u32, network.steps);
            let _ = writeln!(text, "{start},{},{},{loss}", steps.start, steps.end);
        }
    }
    text
}
