//! Files made of what a run has found.

use super::found::Found;
use super::state::Page;
use crate::export::ink::Drawn;
use crate::export::save::{blob, png, save};
use leptos::prelude::*;
use leptos::task::spawn_local;
use toy::translation::{Text, Translation, table};

/// A table of a run.
type Table = fn(&Found) -> String;

/// Everything that can be saved: its name on the button, in the file's name, its ending and, for
/// tables, what writes it.
pub const FILES: [(&str, &str, &str, Option<Table>); 6] = [
    ("SVG", "", "svg", None),
    ("PNG", "", "png", None),
    (
        "CSV, bottlenecks",
        "models",
        "csv",
        Some(|f| table::models(&f.translation, &f.now.snapshots)),
    ),
    (
        "CSV, features",
        "features",
        "csv",
        Some(|f| table::features(&f.translation, &Text::language(), &f.now.snapshots)),
    ),
    ("CSV, losses", "losses", "csv", Some(|f| table::curves(&f.translation, &f.now.snapshots))),
    ("TSV, sentences", "sentences", "tsv", Some(Found::sentences)),
];

/// Image pixels of a PNG for each unit of the figure.
const SCALE: u32 = 2;

/// Saves one of [`FILES`]; `told` hears a sentence about how it went.
pub fn take(page: Page, which: usize, figure: Option<Drawn>, told: RwSignal<String>) {
    let Some(&(_, what, ending, table)) = FILES.get(which) else { return };
    let Some(figure) = figure else { return told.set("There is nothing to save yet.".into()) };
    let what = if what.is_empty() { String::new() } else { format!("-{what}") };
    let name = page.run.with(|found| name(&found.translation));
    let name = format!("{name}{what}.{ending}");
    let (text, mime) = match table {
        Some(table) => (page.run.with(table), "text/csv"),
        None => (figure.text.clone(), "image/svg+xml"),
    };
    spawn_local(async move {
        let file = match ending {
            "png" => png(&figure, SCALE).await,
            _ => blob(&text, mime),
        };
        told.set(match file.and_then(|file| save(&name, &file)) {
            Ok(()) => format!("Saved {name}."),
            Err(_) => "The browser could not make the file.".into(),
        });
    });
}

/// `superphase-translation-k1-64-1x-600steps-seed0`.
fn name(run: &Translation) -> String {
    let Translation { narrowest, widest, repeats, steps, seed, .. } = run;
    format!("superphase-translation-k{narrowest}-{widest}-{repeats}x-{steps}steps-seed{seed}")
}
