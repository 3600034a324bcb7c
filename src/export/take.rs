//! Files made of what is on the screen.

use super::ink::Drawn;
use super::name::file_name;
use super::paper;
use super::print::print;
use super::save::{blob, bytes, png, save};
use super::svg::Figure;
use crate::address::absolute;
use crate::clipboard::write;
use crate::diagram::paint::Scene;
use crate::diagram::{Curve, Layer};
use crate::format::{count, plural};
use crate::origin::Origin;
use crate::panel::{Panels, training};
use crate::part::Why;
use crate::source::{Side, Source};
use crate::state::State;
use files::weights::About;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::Blob;
use toy::Sweep;
use toy::picture::{Picture, Reference};
use toy::sweep::Data;
use trainer::Engine;
use wasm_bindgen::JsValue;
use wasm_split_helpers::wasm_split;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// An image of so many pixels a unit.
    Png(u32),
    /// A drawing.
    Svg,
    /// A table.
    Csv,
    /// Everything about the run.
    Json,
    /// Arrays for NumPy.
    Npz,
}

/// A diagram as it is on the screen at this moment.
struct Snapshot {
    side: Side,
    shows: Source,
    sweep: Sweep,
    picture: Picture,
    reference: Option<Picture>,
    reference_name: &'static str,
    /// What is on the other side, by whatever the colours are measured.
    opposite: Option<(&'static str, Picture)>,
    curves: Vec<Curve>,
    layer: Layer,
    /// What made it.
    engine: String,
    origin: Option<Origin>,
    step: u32,
    link: String,
}

impl Snapshot {
    fn of(state: State, panels: Panels, side: Side) -> Self {
        untrack(|| {
            let panel = panels.side(side);
            let shows = panel.source.get();
            let layer = panel.layer.get();
            let run = state.run_of(shows).unwrap_or(state.run);
            let origin = run.origin.get().filter(|_| shows.is_trained());
            let engine = run.engine.with(|e| e.as_ref().map(engine_words));
            let engine = match &origin {
                Some(origin) => origin.words(),
                None if shows.is_trained() => engine.unwrap_or_default(),
                None => shows.name().trim_start_matches("the ").to_owned(),
            };
            let opposite = panels.side(side.other());
            let compares = layer.compares() || layer == Layer::Loss;
            Self {
                side,
                picture: panel.picture.get(),
                reference: panel.reference.get().filter(|_| compares),
                reference_name: panel.reference_name.get(),
                opposite: (opposite.source.get() != shows)
                    .then(|| (opposite.source.get().name(), opposite.picture.get())),
                curves: if state.show_curves.get() { panel.curves.get() } else { vec![] },
                link: state.sweep.with(|sweep| absolute(sweep, &state.view().whole())),
                sweep: panel.sweep.get(),
                step: match &origin {
                    Some(Origin::Shipped(_)) => run.shown.with(|shown| shown.steps),
                    _ if shows.is_trained() => run.progress.get().step,
                    _ => 0,
                },
                shows,
                layer,
                engine,
                origin,
            }
        })
    }

    /// What the percentage of agreement is about.
    fn opposite(&self) -> Option<Reference<'_>> {
        self.opposite.as_ref().map(|(name, picture)| Reference { name, picture })
    }

    fn draw(&self) -> Drawn {
        self.with_figure(|figure| figure.draw())
    }

    /// What it is and how it was made, in a line.
    fn subtitle(&self) -> String {
        let Sweep { features, hidden, steps, batch, seed, .. } = self.sweep;
        let model = format!(
            "{} in {}",
            plural(features.into(), "feature"),
            plural(hidden.into(), "dimension")
        );
        match &self.origin {
            Some(origin @ Origin::File(_)) => format!("{model}, {}", origin.words()),
            _ if self.shows.is_trained() => {
                let data = match self.sweep.data {
                    Data::Exact => "exact gradients".to_owned(),
                    Data::Sampled => format!("batches of {}", count(batch.into())),
                };
                let steps = plural(steps.into(), "step");
                format!("{model}, {data}, {steps}, {}, seed {seed}", training(&self.sweep))
            }
            _ => model,
        }
    }

    fn with_figure<T>(&self, use_it: impl FnOnce(&Figure) -> T) -> T {
        let subtitle = self.subtitle();
        let what = self.shows.name().trim_start_matches("the ");
        let title = format!("Superposition, {what}: {}", self.layer.label());
        let reference = self.reference.as_ref();
        use_it(&Figure {
            title: &title,
            subtitle: &subtitle,
            sweep: &self.sweep,
            scene: Scene { picture: &self.picture, reference, layer: self.layer },
            curves: &self.curves,
            reference: self.reference_name,
            opposite: self.opposite(),
            link: &self.link,
        })
    }

    fn json(&self, state: State) -> String {
        toy::json::write(&toy::json::Run {
            sweep: &self.sweep,
            picture: &self.picture,
            diagram: self.shows.title(),
            engine: &self.engine,
            program: env!("CARGO_PKG_VERSION"),
            step: self.step,
            link: &self.link,
            thresholds: &state.thresholds.get_untracked(),
            reference: self.opposite(),
        })
    }

    /// What stands beside arrays.
    fn about<'a>(&'a self, link: &'a str) -> About<'a> {
        let link = link.find('?').map_or("", |at| &link[at..]);
        let program = env!("CARGO_PKG_VERSION");
        About { link, program, engine: &self.engine, step: self.step }
    }

    async fn file(&self, state: State, format: Format) -> Result<(String, Blob), JsValue> {
        let (layer, ending) = match format {
            Format::Png(_) => (self.layer.word(), "png"),
            Format::Svg => (self.layer.word(), "svg"),
            Format::Csv => ("", "csv"),
            Format::Json => ("", "json"),
            Format::Npz => ("", "npz"),
        };
        let file = match format {
            Format::Png(scale) => png(&self.draw(), scale).await?,
            Format::Svg => blob(&self.draw().text, "image/svg+xml")?,
            Format::Csv => {
                blob(&toy::csv::grid(&self.sweep, &self.picture, self.opposite()), "text/csv")?
            }
            Format::Json => blob(&self.json(state), "application/json")?,
            Format::Npz => {
                let archive =
                    files::arrays::diagram(&self.sweep, &self.picture, self.about(&self.link));
                bytes(&archive.write(files::Format::Npz).map_err(|why| why.to_string())?)?
            }
        };
        let trained = self.shows.is_trained();
        Ok((file_name(&self.sweep, trained, self.diagram(), layer, ending), file))
    }

    /// What the diagram is called in a file's name.
    fn diagram(&self) -> &'static str {
        match (self.side, self.shows) {
            // Two runs of one sweep would overwrite each other.
            (Side::Right, Source::Trained) => "trained-right",
            _ => self.shows.title(),
        }
    }
}

/// An engine's kind and name.
fn engine_words(engine: &Engine) -> String {
    let kind = match engine.kind {
        wire::Kind::Gpu => "WebGPU",
        wire::Kind::Cpu => "CPU",
    };
    format!("{kind} ({})", engine.name)
}

/// Saves a diagram; `told` hears a sentence about how it went.
///
/// # Errors
/// When this part of the program cannot be loaded.
#[wasm_split(files, fallible)]
pub fn take(
    state: State,
    panels: Panels,
    side: Side,
    format: Format,
    told: RwSignal<String>,
) -> Result<(), Why> {
    let snapshot = Snapshot::of(state, panels, side);
    let picture = &snapshot.picture;
    if !(0..picture.pixels()).any(|pixel| picture.knows(pixel)) {
        told.set("The diagram has no pixels yet.".into());
        return Ok(());
    }
    spawn_local(async move {
        let saved = match snapshot.file(state, format).await {
            Ok((name, file)) => save(&name, &file).map(|()| name),
            Err(why) => Err(why),
        };
        told.set(match saved {
            Ok(name) => format!("Saved {name}."),
            Err(_) => "The browser could not make the file.".into(),
        });
    });
    Ok(())
}

/// Saves the weights of a trained diagram's models, as the file's ending says; `told` hears how it
/// went.
///
/// # Errors
/// When this part of the program cannot be loaded.
#[wasm_split(files, fallible)]
pub fn take_weights(
    state: State,
    panels: Panels,
    side: Side,
    format: files::Format,
    told: RwSignal<String>,
) -> Result<(), Why> {
    let snapshot = Snapshot::of(state, panels, side);
    let run = state.run_of(snapshot.shows).filter(|run| run.training.has_models());
    let Some(run) = run else {
        told.set("The weights of these models are not here: train them first.".into());
        return Ok(());
    };
    told.set("The weights are asked for.".into());
    run.weights(move |all| {
        let (ending, diagram) = match format {
            files::Format::Safetensors => ("safetensors", snapshot.diagram()),
            files::Format::Npz => ("npz", snapshot.diagram()),
        };
        let name = file_name(all.sweep(), true, diagram, "weights", ending);
        // Of the models' own run, whatever the form has come to say.
        let link = absolute(all.sweep(), &state.view().whole());
        let file = all.archive(snapshot.about(&link)).and_then(|archive| archive.write(format));
        let saved = file.map_err(|why| JsValue::from(why.to_string())).and_then(|file| {
            let file = bytes(&file)?;
            save(&name, &file)
        });
        told.set(match saved {
            Ok(()) => format!("Saved {name}."),
            Err(_) => "The browser could not make the file.".into(),
        });
    });
    Ok(())
}

/// What is made of both diagrams for a paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Both {
    /// The figure, as a drawing.
    Svg,
    /// The figure, as an image of so many pixels a unit.
    Png(u32),
    /// The figure, printed alone, which browsers save as a PDF.
    Pdf,
    /// What to write beneath it, copied.
    Caption,
}

/// Saves both diagrams as one figure, or copies its caption; `told` hears how it went.
///
/// # Errors
/// When this part of the program cannot be loaded.
#[wasm_split(files, fallible)]
pub fn take_both(
    state: State,
    panels: Panels,
    what: Both,
    told: RwSignal<String>,
) -> Result<(), Why> {
    let [left, right] = Side::BOTH.map(|side| Snapshot::of(state, panels, side));
    let names = [left.shows.name(), right.shows.name()].map(|name| name.trim_start_matches("the "));
    let sweep = left.sweep.clone();
    let made = left.with_figure(|a| {
        right.with_figure(|b| match what {
            Both::Caption => Err(paper::caption([a, b], names)),
            _ => Ok(paper::pair([a, b], names)),
        })
    });
    spawn_local(async move {
        let figure = match made {
            Ok(figure) => figure,
            Err(caption) => {
                return told.set(match write(&caption).await {
                    Ok(()) => "Copied the caption, and the paper's entry for BibTeX.".into(),
                    Err(_) => "The browser does not let the page copy.".into(),
                });
            }
        };
        if what == Both::Pdf {
            return told.set(match print(&figure, paper::TEXT).await {
                Ok(()) => "Choose “Save as PDF” where the browser asks for a printer.".into(),
                Err(_) => "The browser does not let the page print.".into(),
            });
        }
        let (file, ending) = match what {
            Both::Png(scale) => (png(&figure, scale).await, "png"),
            _ => (blob(&figure.text, "image/svg+xml"), "svg"),
        };
        let name = file_name(&sweep, true, "both", "", ending);
        told.set(match file.and_then(|file| save(&name, &file)) {
            Ok(()) => format!("Saved {name}."),
            Err(_) => "The browser could not make the file.".into(),
        });
    });
    Ok(())
}
