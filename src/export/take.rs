//! Files made of what is on the screen.

use super::name::file_name;
use super::save::{blob, png, save};
use super::svg::{Drawn, Figure};
use crate::address::absolute;
use crate::app::Panels;
use crate::diagram::paint::Scene;
use crate::diagram::{Curve, Layer};
use crate::run::Engine;
use crate::state::State;
use crate::theory::Theory;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::Blob;
use toy::Sweep;
use toy::picture::Picture;
use wasm_bindgen::JsValue;

/// One of the two diagrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The left one.
    Trained,
    /// The right one.
    Beside,
}

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
    sweep: Sweep,
    picture: Picture,
    reference: Option<Picture>,
    reference_name: &'static str,
    curves: Vec<Curve>,
    layer: Layer,
    /// Word for files.
    diagram: &'static str,
    /// What made it.
    engine: String,
    source: Option<String>,
    link: String,
}

impl Snapshot {
    fn of(state: State, panels: Panels, side: Side) -> Self {
        untrack(|| {
            let sweep = state.run.shown.get();
            let layer = state.layer.get();
            let index = usize::from(side == Side::Beside);
            let compares = layer.compares() || layer == Layer::Loss;
            let theory = match state.theory.get() {
                Theory::Ansatz => ("theory", "closed-form theory"),
                Theory::Optimum => ("optimum", "true optimum"),
            };
            let source = state.run.source.get().filter(|_| side == Side::Trained);
            let engine = state.run.engine.with(|e| e.as_ref().map(engine_words));
            let engine = match (&source, side) {
                (Some(file), _) => format!("from file {file}"),
                (None, Side::Trained) => engine.unwrap_or_default(),
                (None, Side::Beside) => theory.1.to_owned(),
            };
            Self {
                picture: match side {
                    Side::Trained => state.run.picture.get(),
                    Side::Beside => panels.theory.get(),
                },
                reference: panels.references[index].get().filter(|_| compares),
                reference_name: panels.names[index].get(),
                curves: if state.show_curves.get() { panels.curves.get() } else { vec![] },
                diagram: if side == Side::Trained { "trained" } else { theory.0 },
                link: absolute(&sweep, &state.view().whole()),
                sweep,
                layer,
                engine,
                source,
            }
        })
    }

    fn draw(&self) -> Drawn {
        let Sweep { features, hidden, steps, repeats, seed, .. } = self.sweep;
        let model = format!("{features} features in {hidden} hidden");
        let subtitle = match (&self.source, self.diagram) {
            (Some(file), _) => format!("{model}, from file {file}"),
            (None, "trained") => format!("{model}, {steps} steps, {repeats} repeats, seed {seed}"),
            _ => model,
        };
        let what = match self.diagram {
            "trained" => "trained models",
            "theory" => "closed-form theory",
            _ => "true optimum",
        };
        let title = format!("Superposition, {what}: {}", self.layer.label());
        let reference = self.reference.as_ref();
        Figure {
            title: &title,
            subtitle: &subtitle,
            sweep: &self.sweep,
            scene: Scene { picture: &self.picture, reference, layer: self.layer },
            curves: &self.curves,
            reference: self.reference_name,
            link: &self.link,
        }
        .draw()
    }

    fn json(&self, state: State) -> String {
        toy::json::write(&toy::json::Run {
            sweep: &self.sweep,
            picture: &self.picture,
            diagram: self.diagram,
            engine: &self.engine,
            program: env!("CARGO_PKG_VERSION"),
            step: match self.diagram {
                "trained" => state.run.progress.get_untracked().step,
                _ => 0,
            },
            link: &self.link,
            thresholds: &state.thresholds.get_untracked(),
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
            Format::Csv => blob(&toy::csv::grid(&self.sweep, &self.picture), "text/csv")?,
            Format::Json => blob(&self.json(state), "application/json")?,
        };
        Ok((file_name(&self.sweep, self.diagram, layer, ending), file))
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
