//! The inspector: everything that is known about one pixel.

mod arrows;
mod course;
mod detail;
mod figures;
mod gram;
mod plane;
mod repeats;
mod replay;
mod slowed;
mod surface;
mod take;
mod tracks;

use crate::diagram::Place;
use crate::diagram::cursor::touches;
use crate::diagram::paint::phase_name;
use crate::format::plural;
use crate::pixel::PixelView;
use crate::theory::Theories;
use course::Losses;
use detail::Detail;
use figures::{Facts, Figures};
use leptos::prelude::*;
use repeats::Repeats;
use replay::{Replay, Scrubber};
use slowed::slowed;
use surface::Landscape;
use toy::Sweep;
use toy::phase::{Phase, Thresholds};
use toy::picture::{Picture, Repeat};

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
    /// The pixel looked at where there is neither.
    #[prop(into)]
    example: Signal<Option<Place>>,
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
    /// Whether models train, and there is always more to come.
    #[prop(into)]
    trains: Signal<bool>,
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
    let pointed = move || pinned.get().or(cursor.get()).filter(inside);
    let place = Memo::new(move |_| pointed().or_else(|| example.get()).filter(inside));
    let held = move || pinned.get().is_some();
    let at_once = Signal::derive(move || !trains.get() || pointed().is_some());
    let changes = move || {
        trained.track();
        optimum.track();
        view.track();
    };
    let look = slowed(changes, at_once);
    let trained = Signal::derive(move || {
        look.track();
        trained.get_untracked()
    });
    let optimum = Signal::derive(move || {
        look.track();
        optimum.get_untracked()
    });
    let own = Signal::derive(move || {
        look.track();
        let place = place.get()?;
        view.with_untracked(|view| view.clone().filter(|view| (view.row, view.column) == place))
    });
    let replay = Replay::follow(sweep, place, theories);
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
    let least = Signal::derive(move || {
        let place = place.get()?;
        let loss = |picture: &Picture| {
            sweep.with(|sweep| Facts::of(picture, sweep, place)).map(|facts| facts.loss)
        };
        optimum.with(|optimum| optimum.as_ref().and_then(loss)).filter(|loss| loss.is_finite())
    });
    let parameters = move || {
        let waiting = held() && own.with(Option::is_none);
        let hint = match (waiting, held(), touches()) {
            (true, ..) => "Asking for the models of this pixel …",
            (_, true, _) => return None,
            (.., true) => "Touch a pixel to read its numbers, and once more to let go of it.",
            _ => "Point at a pixel to see its networks; click it, or press Enter, to keep it here.",
        };
        Some(view! { <p class="pixel-hint">{hint}</p> })
    };
    let fates = move || {
        let text = own.with(|view| view.as_ref().map(|view| fates(&view.repeats)))?;
        Some(view! { <p class="pixel-hint" data-testid="fates">{text}</p> })
    };
    view! {
        <section class="pixel" data-testid="inspector" aria-label="Inspector"
            data-place=move || place.get().map(|(row, column)| format!("{row},{column}"))>
            <header class="pixel-head">
                <h2>{move || if pointed().is_some() { "This pixel" } else { "One network" }}</h2>
                <Show when=held>
                    <button type="button" data-testid="unpin" on:click=move |_| pinned.set(None)>
                        "Unpin"
                    </button>
                </Show>
            </header>
            <Figures sweep place trained ansatz optimum />
            {parameters}
            {fates}
            <Detail sweep view=own detailed replay />
            <Show when=move || held() || replay.is_cheap()>
                <Landscape sweep replay detailed thresholds />
                <Scrubber replay />
                <Losses sweep replay thresholds least />
            </Show>
            <Repeats sweep view=own detailed chosen />
            {children.map(|children| children())}
        </section>
    }
}

/// What became of a pixel's models, in a sentence: how many ended in which phase.
fn fates(repeats: &[Repeat]) -> String {
    let counted = Phase::ALL.into_iter().filter_map(|phase| {
        let count = repeats.iter().filter(|repeat| repeat.phase == phase).count();
        (count > 0).then(|| format!("{count} {}", phase_name(phase)))
    });
    let all = plural(repeats.len() as u64, "network");
    format!("Of {all} trained here: {}.", counted.collect::<Vec<_>>().join(", "))
}
