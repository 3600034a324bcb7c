//! Files made of what a run has found.

use super::found::Found;
use crate::experiment::File;
use toy::network::{Network, table};

/// Everything that can be saved.
pub const FILES: [File<Found>; 6] = [
    ("SVG", "", "svg", None),
    ("PNG", "", "png", None),
    (
        "CSV, models",
        "models",
        "csv",
        Some(|f| table::models(&f.network, f.film.initial(), &f.film.now.snapshots)),
    ),
    (
        "CSV, sites",
        "sites",
        "csv",
        Some(|f| table::sites(&f.network, f.film.initial(), &f.film.now.snapshots)),
    ),
    (
        "CSV, features",
        "features",
        "csv",
        Some(|f| table::features(&f.network, &f.film.now.snapshots)),
    ),
    ("CSV, losses", "losses", "csv", Some(|f| table::curves(&f.network, &f.film.now.snapshots))),
];

/// `superphase-transformer-n64-d32-L2-8x1-2000steps-seed0`.
pub fn name(network: &Network) -> String {
    let Network { features, width, layers, instances, repeats, steps, seed, .. } = network;
    format!(
        "superphase-transformer-n{features}-d{width}-L{layers}-{instances}x{repeats}-{steps}steps-seed{seed}"
    )
}
