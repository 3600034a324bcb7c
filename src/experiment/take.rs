//! Files made of what a run has found: its figure and its tables.

use super::run::{FilmRun, Hear};
use crate::export::ink::Drawn;
use crate::export::save::{blob, deliver};
use leptos::prelude::*;

/// A file that can be saved: its name on the button, in the file's name, its ending and, for
/// tables, what writes it.
pub type File<F> = (&'static str, &'static str, &'static str, Option<fn(&F) -> String>);

/// Saves a file under a name that begins so; `told` hears a sentence about how it went.
pub fn take<F: Hear>(
    run: FilmRun<F>,
    name: &str,
    (_, what, ending, table): File<F>,
    figure: Option<Drawn>,
    told: RwSignal<String>,
) {
    let Some(figure) = figure else { return told.set("There is nothing to save yet.".into()) };
    let what = if what.is_empty() { String::new() } else { format!("-{what}") };
    let file = match table {
        Some(table) => blob(&run.with(table), "text/csv"),
        None => blob(&figure.text, "image/svg+xml"),
    };
    deliver(format!("{name}{what}.{ending}"), file, figure, told);
}
