//! The inspector: everything that is known about one pixel.

mod arrows;
mod detail;
mod figures;
mod gram;
mod plane;
mod repeats;
mod replay;
mod surface;
mod tracks;

use crate::diagram::Place;
use crate::diagram::cursor::touches;
use crate::pixel::PixelView;
use crate::theory::Theories;
use detail::Detail;
use figures::Figures;
use leptos::prelude::*;
use repeats::Repeats;
use replay::{Replay, Scrubber};
use surface::Landscape;
use toy::Sweep;
use toy::phase::Thresholds;
use toy::picture::Picture;

/// What is known of the pinned pixel, or else of the one under the cursor.
#[component]
pub fn Inspector(
    /// Whose pixels they are.
    #[prop(into)]
    sweep: Signal<Sweep>,
    /// The pixel looked at.
    cursor: RwSignal<Option<Place>>,
    /// The pixel held fast.
    pinned: RwSignal<Option<Place>>,
    /// The trained diagram.
    #[prop(into)]
    trained: Signal<Picture>,
    /// The closed-form theory.
    #[prop(into)]
    ansatz: Signal<Picture>,
    /// The true optimum, as far as it is known.
    #[prop(into)]
    optimum: Signal<Option<Picture>>,
    /// The pixel's models; those of another pixel are not shown.
    #[prop(into)]
    view: Signal<Option<PixelView>>,
    /// Who trains a pixel again.
    theories: Theories,
    /// Where phases end and begin.
    thresholds: RwSignal<Thresholds>,
    /// Further parts below.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let inside =
        move |place: &Place| sweep.with(|sweep| place.0 < sweep.rows && place.1 < sweep.columns);
    let place = Memo::new(move |_| pinned.get().or(cursor.get()).filter(inside));
    let held = move || pinned.get().is_some();
    let known = Memo::new(move |_| place.get().is_some());
    let own = Signal::derive(move || {
        let place = place.get()?;
        view.with(|view| view.clone().filter(|view| (view.row, view.column) == place))
    });
    let replay = Replay::follow(sweep, pinned, theories);
    let chosen = RwSignal::new(None::<usize>);
    Effect::watch(move || place.get(), move |_, _, _| chosen.set(None), false);
    // The best is shown in detail until another is chosen.
    let detailed = Memo::new(move |_| {
        own.with(|view| {
            let repeats = &view.as_ref()?.repeats;
            let last = repeats.len().checked_sub(1)?;
            Some(chosen.get().or_else(|| plane::best(repeats)).unwrap_or(0).min(last))
        })
    });
    let parameters = move || {
        let waiting = held() && own.with(Option::is_none);
        let hint = if waiting {
            "Asking for the models of this pixel …"
        } else if touches() && own.with(Option::is_none) {
            "Touch the pixel once more to keep it and see the models trained there."
        } else if !held() && own.with(Option::is_none) {
            "Click, or press Enter, to keep this pixel and see the models trained there."
        } else {
            return None;
        };
        Some(view! { <p class="pixel-hint">{hint}</p> })
    };
    view! {
        <section class="pixel" data-testid="inspector" aria-label="Inspector"
            data-place=move || place.get().map(|(row, column)| format!("{row},{column}"))>
            <header class="pixel-head">
                <h2>"This pixel"</h2>
                <Show when=held>
                    <button type="button" data-testid="unpin" on:click=move |_| pinned.set(None)>
                        "Unpin"
                    </button>
                </Show>
            </header>
            <Show when=move || known.get() fallback=Empty>
                <Figures sweep place trained ansatz optimum />
                {parameters}
                <Detail sweep view=own detailed replay />
                <Show when=held>
                    <Landscape sweep replay detailed thresholds />
                    <Scrubber replay />
                </Show>
                <Repeats sweep view=own detailed chosen />
            </Show>
            {children.map(|children| children())}
        </section>
    }
}

/// What to do when there is nothing to show.
#[component]
fn Empty() -> impl IntoView {
    view! {
        <div class="pixel-empty" data-testid="inspector-empty">
            <p>
                "Each pixel of a diagram is a small neural network trained at one feature density and one importance."
            </p>
            <p hidden=!touches()>
                "Touch a pixel to read its numbers and the weights of every model trained there."
            </p>
            <p hidden=touches()>
                "Point at a pixel to read its numbers. Click it, or move with the arrow keys and press Enter, to keep it here and see the weights of every model trained there."
            </p>
        </div>
    }
}
