//! Pieces of the pages of experiments: how wide a figure is, the step of a film, and what can be
//! saved.

use crate::format::count;
use crate::front::Front;
use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;

/// Tells how wide an element is, in CSS pixels, now and whenever the window changes.
pub fn measured(plate: NodeRef<Div>, tell: impl Fn(f64) + Copy + 'static) {
    let seen = Front::here().seen;
    let measure = move || {
        if let Some(plate) = plate.get_untracked().filter(|_| seen.get_untracked()) {
            tell(f64::from(plate.client_width()));
        }
    };
    Effect::new(move || {
        plate.track();
        seen.track();
        measure();
    });
    let resized = window_event_listener(ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
}

/// Chooses a frame of a film up to the `last`; at its end it follows the run, which is
/// [`usize::MAX`]. `step` is that of the frame.
pub fn scrubber(
    last: Memo<usize>,
    step: impl Fn() -> u32 + Copy + Send + Sync + 'static,
    frame: impl Fn() -> usize + Copy + Send + Sync + 'static,
    choose: impl Fn(usize) + 'static,
) -> impl IntoView {
    view! {
        <label class="scrubber">
            <span>{move || format!("step {}", count(step().into()))}</span>
            <input
                type="range"
                min="0"
                max=move || last.get()
                data-testid="scrubber"
                aria-valuetext=move || format!("step {}", step())
                prop:value=move || frame().min(last.get()).to_string()
                on:input:target=move |event| {
                    let frame = event.target().value().parse().unwrap_or(usize::MAX);
                    choose(if frame >= last.get_untracked() { usize::MAX } else { frame });
                }
            />
        </label>
    }
}

/// Buttons that save files, each given by its label, what it holds and its ending; and how it went.
pub fn saves(
    files: impl Iterator<Item = (&'static str, &'static str, &'static str)>,
    save: impl Fn(usize) + Copy + 'static,
    told: RwSignal<String>,
) -> impl IntoView {
    let button = |(which, (label, what, ending)): (usize, (&'static str, &str, &str))| {
        let id = if what.is_empty() { format!("save-{ending}") } else { format!("save-{what}") };
        view! { <button type="button" data-testid=id on:click=move |_| save(which)>{label}</button> }
    };
    view! {
        <div class="bar saves" role="group" aria-label="save">
            {files.enumerate().map(button).collect_view()}
            <span role="status">{told}</span>
        </div>
    }
}
