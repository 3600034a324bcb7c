//! Files made of what a run has found: its figure, its tables and its weights.

use super::page::Page;
use super::run::{FilmRun, Hear};
use crate::export::ink::Drawn;
use crate::export::save::{blob, bytes, deliver};
use files::weights::About;
use files::{Archive, FileError, Format};
use leptos::prelude::*;
use toy::spec::Spec;

/// What a file is made of.
pub enum Content<F> {
    /// What is drawn.
    Figure,
    /// A table.
    Table(fn(&F) -> String),
    /// Arrays, in the format that the file's ending says.
    Arrays(fn(&F, About) -> Result<Archive, FileError>),
}

/// A file that can be saved: its name on the button, in the file's name, its ending and what it is
/// made of.
pub type File<F> = (&'static str, &'static str, &'static str, Content<F>);

/// Saves a file under a name that begins so; `told` hears a sentence about how it went.
pub fn take<S: Spec, F: Hear>(
    page: Page<S, FilmRun<F>>,
    name: &str,
    (_, what, ending, content): &File<F>,
    figure: Option<Drawn>,
    told: RwSignal<String>,
) {
    let Some(figure) = figure else { return told.set("There is nothing to save yet.".into()) };
    let what = if what.is_empty() { String::new() } else { format!("-{what}") };
    let name = format!("{name}{what}.{ending}");
    let file = match content {
        Content::Figure => blob(&figure.text, "image/svg+xml"),
        Content::Table(table) => blob(&page.run.with(table), "text/csv"),
        Content::Arrays(arrays) => match archive(page, *arrays, &name) {
            Ok(file) => bytes(&file),
            Err(why) => return told.set(format!("{name} cannot be saved: {why}.")),
        },
    };
    deliver(name, file, figure, told);
}

/// Arrays of a run as it is now.
fn archive<S: Spec, F: Hear>(
    page: Page<S, FilmRun<F>>,
    arrays: fn(&F, About) -> Result<Archive, FileError>,
    name: &str,
) -> Result<Vec<u8>, FileError> {
    let training = page.training();
    let link = page.link.get_untracked();
    let engine = match page.run.origin() {
        Some(origin) => origin.words(),
        None => {
            training.engine.with_untracked(|e| e.as_ref().map_or(String::new(), |e| e.name.clone()))
        }
    };
    let about = About {
        link: link.find('?').map_or("", |at| &link[at..]),
        program: env!("CARGO_PKG_VERSION"),
        engine: &engine,
        step: training.progress.get_untracked().step,
    };
    page.run.with(|found| arrays(found, about))?.write(Format::of(name)?)
}
