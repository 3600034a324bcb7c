//! A run's buttons, and what the reader should know of it.

use crate::clipboard::write;
use crate::format::duration;
use crate::training::{Event, Training};
use leptos::prelude::*;
use leptos::task::spawn_local;
use trainer::{Engine, Stage};
use wire::{Choice, Kind};

/// Seconds of a run that a browser's tab is not the place for.
const DAY: f64 = 86_400.0;

/// What trains a run whose result came with the page.
pub const HERE: &str = "Train it here";

/// Train, pause or resume; step; reset; and why it waits, when it does.
#[component]
pub fn RunBar(
    /// The run.
    training: Training,
    /// The command line that trains the same.
    #[prop(into)]
    command: Signal<String>,
    /// Whether the result that is shown came with the page.
    #[prop(into)]
    shipped: Signal<bool>,
    /// Further buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let Training { stage, progress, .. } = training;
    let primary = move || match stage.get() {
        // One word from the first movement of a slider to the last.
        Stage::Loading | Stage::Starting | Stage::Training | Stage::Recovering => "Pause",
        Stage::Paused if progress.get().part > 0.0 => "Resume",
        Stage::Asking(_) if shipped.get() => HERE,
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
    let asks = move || asking(training, shipped.get());
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
                disabled=move || stage.get() == Stage::Loading || is_too_long(&stage.get())
                on:click=move |_| toggle(training)
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
            <Show when=move || is_too_long(&stage.get())>
                <CommandLine command />
            </Show>
        </div>
    }
}

/// Pauses what trains, goes on with what waits, trains what is done; but starts nothing that takes
/// longer than a tab stays open.
pub fn toggle(training: Training) {
    if !training.stage.with_untracked(is_too_long) {
        training.tell(Event::Toggle);
    }
}

fn is_too_long(stage: &Stage) -> bool {
    matches!(stage, Stage::Asking(seconds) if *seconds > DAY)
}

/// A command line to copy.
#[component]
fn CommandLine(command: Signal<String>) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let text = command.get_untracked();
        spawn_local(async move { copied.set(write(&text).await.is_ok()) });
    };
    Effect::watch(move || command.track(), move |(), _, _| copied.set(false), false);
    view! {
        <span class="command">
            <input type="text" readonly data-testid="command" aria-label="command" prop:value=command
                on:focus:target=|event| event.target().select() />
            <button type="button" on:click=copy>{move || if copied.get() { "Copied" } else { "Copy" }}</button>
        </span>
    }
}

/// What a run asks before it goes on, if it does; what is shown may have come with the page.
pub fn asking(training: Training, shipped: bool) -> Option<String> {
    let Training { stage, progress, .. } = training;
    match stage.get() {
        stage if is_too_long(&stage) => {
            Some("This run takes longer than a day here: use the command.".to_owned())
        }
        Stage::Asking(seconds) if shipped => Some(format!(
            "It takes about {} here; shown is what was computed earlier.",
            duration(seconds)
        )),
        Stage::Asking(seconds) if progress.get().part > 0.0 && training.is_current() => {
            Some(format!("This run takes another {}.", duration(seconds)))
        }
        Stage::Asking(seconds) => {
            let takes = format!("This run takes about {}.", duration(seconds));
            Some(if training.shows_any() {
                takes + " Until then the last one is shown."
            } else {
                takes
            })
        }
        Stage::Offered(part) => {
            Some(format!("This run was left at {:.0} % and can be gone on with.", 100.0 * part))
        }
        _ => None,
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
                <div class="notices" role="status" aria-label="note about the run" data-testid="run-note">
                    <p>{text}</p>
                    <button type="button" on:click=move |_| note.set(String::new())>"Dismiss"</button>
                </div>
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
