//! A run's buttons, and what the reader should know of it.

use crate::format::duration;
use crate::training::{Event, Training};
use leptos::prelude::*;
use trainer::{Engine, Stage};
use wire::{Choice, Kind};

/// Train, pause or resume; step; reset; and why it waits, when it does.
#[component]
pub fn RunBar(
    /// The run.
    training: Training,
    /// Further buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let Training { stage, progress, .. } = training;
    let begun = move || progress.get().part > 0.0 && training.is_current();
    let primary = move || match stage.get() {
        // One word from the first movement of a slider to the last.
        Stage::Loading | Stage::Starting | Stage::Training | Stage::Recovering => "Pause",
        Stage::Paused if progress.get().part > 0.0 => "Resume",
        Stage::Paused | Stage::Asking(_) => "Train",
        Stage::Offered(_) => "Go on",
        Stage::Done => "Train again",
        Stage::Failed(_) => "Try again",
    };
    let resets = move || {
        let stage = stage.get();
        !matches!(stage, Stage::Loading | Stage::Asking(_) | Stage::Recovering | Stage::Failed(_))
    };
    let reset = move || match stage.get() {
        Stage::Offered(_) => "Start over",
        _ => "Reset",
    };
    let asks = move || match stage.get() {
        Stage::Asking(seconds) if begun() => {
            Some(format!("This run takes another {}.", duration(seconds)))
        }
        Stage::Asking(seconds) => Some(format!(
            "This run takes about {}. Until then the last one is shown.",
            duration(seconds)
        )),
        Stage::Offered(part) => {
            Some(format!("This run was left at {:.0} % and can be gone on with.", 100.0 * part))
        }
        _ => None,
    };
    let start_over = move |_| {
        let offered = matches!(stage.get_untracked(), Stage::Offered(_));
        training.tell(Event::Reset);
        if offered {
            training.tell(Event::Train);
        }
    };
    view! {
        <div class="bar" role="group" aria-label="run">
            <button
                type="button"
                class="primary"
                class:asks=move || asks().is_some()
                disabled=move || stage.get() == Stage::Loading
                on:click=move |_| training.tell(Event::Toggle)
            >
                {primary}
            </button>
            <button
                type="button"
                disabled=move || !stage.with(Stage::steps)
                on:click=move |_| training.tell(Event::Step(1))
            >
                "Step"
            </button>
            <button type="button" disabled=move || !resets() on:click=start_over>
                {reset}
            </button>
            {children.map(|children| children())}
            <span class="asking" role="status">{asks}</span>
        </div>
    }
}

/// What the reader should know of a run, such as that a GPU was lost, until it is put away.
#[component]
pub fn RunNote(
    /// The run.
    training: Training,
) -> impl IntoView {
    let note = training.note;
    move || {
        let text = note.get();
        (!text.is_empty()).then(|| {
            view! {
                <aside class="notices" role="status" aria-label="note about the run" data-testid="run-note">
                    <p>{text}</p>
                    <button type="button" on:click=move |_| note.set(String::new())>"Dismiss"</button>
                </aside>
            }
        })
    }
}

/// What went wrong and what can be done about it.
#[component]
pub fn Failure(
    /// The run.
    training: Training,
    /// The engine asked for.
    choice: RwSignal<Choice>,
) -> impl IntoView {
    let sentence = move || match training.stage.get() {
        Stage::Failed(sentence) => Some(sentence),
        _ => None,
    };
    let cpu = move || {
        (choice.get() != Choice::Cpu).then(|| {
            let choose = move |_| choice.set(Choice::Cpu);
            view! { <button type="button" on:click=choose>"Use the CPU"</button> }
        })
    };
    move || {
        sentence().map(|sentence| {
            view! {
                <p class="failure" role="alert">
                    <span>{sentence}</span>
                    <button type="button" on:click=move |_| training.tell(Event::Train)>"Try again"</button>
                    {cpu}
                </p>
            }
        })
    }
}

/// The stage in words, for eyes and screen readers alike.
pub fn stage_words(stage: &Stage, engine: Option<&Engine>) -> &'static str {
    match (stage, engine.map(|engine| engine.kind)) {
        (Stage::Loading, None) => "loading the engine",
        (Stage::Loading, _) => "choosing the engine",
        (Stage::Starting, Some(Kind::Gpu)) => "compiling shaders",
        (Stage::Starting, _) => "starting",
        (Stage::Training, _) => "training",
        (Stage::Paused, _) => "paused",
        (Stage::Asking(_) | Stage::Offered(_), _) => "waiting",
        (Stage::Recovering, _) => "recovering",
        (Stage::Done, _) => "done",
        (Stage::Failed(_), _) => "stopped",
    }
}
