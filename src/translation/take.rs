//! Files made of what a run has found.

use super::found::Found;
use crate::experiment::{Content, File};
use toy::translation::{Translation, table};

/// Everything that can be saved.
pub const FILES: [File<Found>; 7] = [
    ("SVG", "", "svg", Content::Figure),
    ("PNG", "", "png", Content::Figure),
    (
        "CSV, bottlenecks",
        "models",
        "csv",
        Content::Table(|f| table::models(&f.translation, &f.film.now.snapshots)),
    ),
    (
        "CSV, features",
        "features",
        "csv",
        Content::Table(|f| table::features(&f.translation, &f.text, &f.film.now.snapshots)),
    ),
    (
        "CSV, units",
        "units",
        "csv",
        Content::Table(|f| table::units(&f.translation, &f.text, &f.film.now.snapshots)),
    ),
    (
        "CSV, losses",
        "losses",
        "csv",
        Content::Table(|f| table::curves(&f.translation, &f.film.now.snapshots)),
    ),
    ("TSV, sentences", "sentences", "tsv", Content::Table(Found::sentences)),
];

/// `superphase-translation-k1-64-1x-600steps-seed0`; of a text of the reader's own it says so.
pub fn name(found: &Found) -> String {
    let Translation { narrowest, widest, repeats, steps, seed, .. } = &found.translation;
    let own = if found.source.is_some() { "-own-text" } else { "" };
    format!("superphase-translation{own}-k{narrowest}-{widest}-{repeats}x-{steps}steps-seed{seed}")
}
