//! The run's buttons.

use crate::format::duration;
use crate::run::Stage;
use crate::state::State;
use leptos::prelude::*;

/// Train, pause or resume; step; reset; and why it waits, when it does.
#[component]
pub fn Bar() -> impl IntoView {
    let state = expect_context::<State>();
    let run = state.run;
    let stage = run.stage;
    let primary = move || match stage.get() {
        // One word from the first movement of a slider to the last.
        Stage::Loading | Stage::Starting | Stage::Training => "Pause",
        Stage::Paused if run.progress.get().step > 0 => "Resume",
        Stage::Paused | Stage::Asking(_) => "Train",
        Stage::Done => "Train again",
        Stage::Failed(_) => "Try again",
    };
    let busy = move || stage.get() == Stage::Loading;
    let steps = move || stage.with(Stage::steps);
    let resets = move || matches!(stage.get(), Stage::Training | Stage::Paused | Stage::Done);
    let asks = move || match stage.get() {
        Stage::Asking(seconds) => {
            let begun = run.progress.get().step > 0 && run.is_current();
            let left = if begun { "This run takes another" } else { "This run takes about" };
            let meanwhile = if begun { "" } else { " Until then the last one is shown." };
            Some(format!("{left} {}.{meanwhile}", duration(seconds)))
        }
        _ => None,
    };
    view! {
        <div class="bar" role="group" aria-label="run">
            <button
                type="button"
                class="primary"
                class:asks=move || asks().is_some()
                disabled=busy
                on:click=move |_| run.toggle()
            >
                {primary}
            </button>
            <button type="button" disabled=move || !steps() on:click=move |_| run.step()>
                "Step"
            </button>
            <button type="button" disabled=move || !resets() on:click=move |_| run.reset()>
                "Reset"
            </button>
            <button
                type="button"
                class="keep"
                data-testid="keep"
                title="Keeps this run on the right, to compare the next one with it"
                disabled=move || stage.get() != Stage::Done
                on:click=move |_| state.keep()
            >
                "Keep"
            </button>
            <span class="asking" role="status">{asks}</span>
        </div>
    }
}
