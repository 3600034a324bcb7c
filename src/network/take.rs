//! Files made of what a run has found.

use super::found::Found;
use crate::experiment::{Content, File};
use files::weights;
use toy::network::{Network, table};

/// Everything that can be saved.
pub const FILES: [File<Found>; 8] = [
    ("SVG", "", "svg", Content::Figure),
    ("PNG", "", "png", Content::Figure),
    (
        "CSV, models",
        "models",
        "csv",
        Content::Table(|f| table::models(&f.network, f.film.initial(), &f.film.now.snapshots)),
    ),
    (
        "CSV, sites",
        "sites",
        "csv",
        Content::Table(|f| table::sites(&f.network, f.film.initial(), &f.film.now.snapshots)),
    ),
    (
        "CSV, features",
        "features",
        "csv",
        Content::Table(|f| table::features(&f.network, &f.film.now.snapshots)),
    ),
    (
        "CSV, losses",
        "losses",
        "csv",
        Content::Table(|f| table::curves(&f.network, &f.film.now.snapshots)),
    ),
    ("safetensors", "", "safetensors", WEIGHTS),
    ("NPZ", "", "npz", WEIGHTS),
];

/// Every tensor of every network.
const WEIGHTS: Content<Found> =
    Content::Arrays(|f, about| weights::network(&f.network, &f.film.now.snapshots, about));

/// `superphase-transformer-n64-d32-L2-8x1-2000steps-seed0`.
pub fn name(network: &Network) -> String {
    let Network { features, width, layers, instances, repeats, steps, seed, .. } = network;
    format!(
        "superphase-transformer-n{features}-d{width}-L{layers}-{instances}x{repeats}-{steps}steps-seed{seed}"
    )
}
