//! A pixel's place, phase and losses, beside what theory says.

use crate::diagram::number::{fixed, three, times};
use crate::diagram::paint::{Scene, excess_words, phase_name};
use crate::diagram::{Layer, Place, colour};
use leptos::prelude::*;
use toy::Sweep;
use toy::phase::Phase;
use toy::picture::Picture;

/// What a picture says about a pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Facts {
    phase: Phase,
    /// Population loss; not a number where it is not known.
    pub loss: f64,
    norm: f64,
    superposition: f64,
}

impl Facts {
    /// Those of a pixel of the sweep, in a picture that may be coarser.
    pub fn of(picture: &Picture, sweep: &Sweep, (row, column): Place) -> Option<Self> {
        let scene = Scene { picture, reference: None, layer: Layer::Phase };
        let pixel = scene.pixel(sweep, row, column)?;
        let value = |values: &[f32]| values.get(pixel).map_or(f64::NAN, |&v| f64::from(v));
        Some(Self {
            phase: scene.phase(pixel)?,
            loss: value(&picture.loss),
            norm: value(&picture.norm),
            superposition: value(&picture.superposition),
        })
    }
}

/// Name and numbers of a pixel.
#[component]
pub fn Figures(
    /// Whose pixel it is.
    sweep: Signal<Sweep>,
    /// Which one.
    place: Memo<Option<Place>>,
    /// The trained diagram.
    trained: Signal<Picture>,
    /// The closed-form theory.
    ansatz: Signal<Picture>,
    /// The true optimum.
    optimum: Signal<Option<Picture>>,
) -> impl IntoView {
    let of = move |picture: &Picture| sweep.with(|s| Facts::of(picture, s, place.get()?));
    let columns = Memo::new(move |_| {
        [trained.with(of), ansatz.with(of), optimum.with(|o| o.as_ref().and_then(of))]
    });
    let axes = move || {
        let (row, column) = place.get()?;
        let (density, importance) = sweep.with(|s| (s.density_at(row), s.importance_at(column)));
        Some(view! {
            <dl class="pixel-place">
                <div><dt>"feature density, 1 − S"</dt><dd>{three(density)}</dd></div>
                <div><dt>"relative importance, r"</dt><dd>{times(importance)}</dd></div>
            </dl>
        })
    };
    let verdict = move || {
        let [trained, ..] = columns.get();
        let phase = trained?.phase;
        Some(view! {
            <p class="pixel-verdict" data-phase=phase.name()>
                <span class="swatch" style:background-color=colour::phase(phase).css()></span>
                <strong>{phase_name(phase)}</strong>
                <span>{phase.label()}</span>
            </p>
        })
    };
    let line = move |name: &'static str, value: fn(&Facts) -> String| {
        let cells = move || {
            let cell = |facts: Option<Facts>| {
                // Narrow columns: no space around the sign of multiplication.
                let text = facts.map(|facts| value(&facts).replace('\u{a0}', ""));
                view! { <td>{text.unwrap_or_else(|| "–".to_owned())}</td> }
            };
            columns.get().map(cell).into_iter().collect_view()
        };
        view! { <tr><th scope="row">{name}</th>{cells}</tr> }
    };
    let excess = move || {
        let [trained, _, optimum] = columns.get();
        let (trained, optimum) = (trained?, optimum?);
        let excess = (trained.loss - optimum.loss) / optimum.loss;
        let words = excess_words(excess, "the optimum");
        excess
            .is_finite()
            .then(|| view! { <p class="quiet">{format!("Trained loss {words}.")}</p> })
    };
    view! {
        {verdict}
        {axes}
        <table class="figures" data-testid="figures">
            <thead>
                <tr>
                    <td></td>
                    <th scope="col">"trained"</th>
                    <th scope="col">"theory"</th>
                    <th scope="col">"optimum"</th>
                </tr>
            </thead>
            <tbody>
                {line("loss", |f| fixed(f.loss))}
                {line("norm", |f| fixed(f.norm))}
                {line("superposition", |f| fixed(f.superposition))}
                {line("phase", |f| phase_name(f.phase).to_owned())}
            </tbody>
        </table>
        {excess}
    }
}
