//! Files made of what is on the screen.

use super::ink::Drawn;
use super::name::file_name;
use super::save::{blob, png, save};
use super::svg::Figure;
use crate::address::absolute;
use crate::diagram::paint::Scene;
use crate::diagram::{Curve, Layer};
use crate::format::plural;
use crate::panel::Panels;
use crate::source::{Side, Source};
use crate::state::State;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::Blob;
use toy::Sweep;
use toy::picture::{Picture, Reference};
use trainer::Engine;
use wasm_bindgen::JsValue;

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
    file: Option<String>,
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
            let file = run.source.get().filter(|_| shows.is_trained());
            let engine = run.engine.with(|e| e.as_ref().map(engine_words));
            let engine = match &file {
                Some(file) => format!("from file {file}"),
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
                step: if shows.is_trained() { run.progress.get().step } else { 0 },
                shows,
                layer,
                engine,
                file,
            }
        })
    }

    /// What the percentage of agreement is about.
    fn opposite(&self) -> Option<Reference<'_>> {
        self.opposite.as_ref().map(|(name, picture)| Reference { name, picture })
    }

    fn draw(&self) -> Drawn {
        let Sweep { features, hidden, steps, repeats, seed, .. } = self.sweep;
        let model = format!(
            "{} in {}",
            plural(features.into(), "feature"),
            plural(hidden.into(), "dimension")
        );
        let subtitle = match &self.file {
            Some(file) => format!("{model}, from file {file}"),
            None if self.shows.is_trained() => {
                format!(
                    "{model}, {}, {}, seed {seed}",
                    plural(steps.into(), "step"),
                    plural(repeats.into(), "repeat")
                )
            }
            None => model,
        };
        let what = self.shows.name().trim_start_matches("the ");
        let title = format!("Superposition, {what}: {}", self.layer.label());
        let reference = self.reference.as_ref();
        Figure {
            title: &title,
            subtitle: &subtitle,
            sweep: &self.sweep,
            scene: Scene { picture: &self.picture, reference, layer: self.layer },
            curves: &self.curves,
            reference: self.reference_name,
            opposite: self.opposite(),
            link: &self.link,
        }
        .draw()
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

    async fn file(&self, state: State, format: Format) -> Result<(String, Blob), JsValue> {
        let (layer, ending) = match format {
            Format::Png(_) => (self.layer.word(), "png"),
            Format::Svg => (self.layer.word(), "svg"),
            Format::Csv => ("", "csv"),
            Format::Json => ("", "json"),
        };
        let file = match format {
            Format::Png(scale) => png(&self.draw(), scale).await?,
            Format::Svg => blob(&self.draw().text, "image/svg+xml")?,
            Format::Csv => {
                blob(&toy::csv::grid(&self.sweep, &self.picture, self.opposite()), "text/csv")?
            }
            Format::Json => blob(&self.json(state), "application/json")?,
        };
        let trained = self.shows.is_trained();
        // Two runs of one sweep would overwrite each other.
        let diagram = match (self.side, self.shows) {
            (Side::Right, Source::Trained) => "trained-right",
            _ => self.shows.title(),
        };
        Ok((file_name(&self.sweep, trained, diagram, layer, ending), file))
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
pub fn take(state: State, panels: Panels, side: Side, format: Format, told: RwSignal<String>) {
    let snapshot = Snapshot::of(state, panels, side);
    let picture = &snapshot.picture;
    if !(0..picture.pixels()).any(|pixel| picture.knows(pixel)) {
        return told.set("The diagram has no pixels yet.".into());
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
}
