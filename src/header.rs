//! The head of the page: name, protocols, link, theme, help.

use crate::clipboard::write;
use crate::experiment::Views;
use crate::export::TakeAway;
use crate::keys::HelpButton;
use crate::state::{State, preset_of};
use crate::theme::Dark;
use leptos::html::{Dialog, Input};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;
use toy::{Spec, Sweep};

/// The head of the page.
#[component]
pub fn Header() -> impl IntoView {
    let state = expect_context::<State>();
    view! {
        <header class="head">
            <h1>"Superphase"</h1>
            <p class="tagline">"phase diagrams of superposition, trained while you watch"</p>
            <Views choice=state.choice />
            <Protocols />
            <Share link=Callback::new(move |()| state.share()) />
            <TakeAway />
            <Theme />
            <HelpButton />
        </header>
    }
}

/// The menu of published protocols.
#[component]
fn Protocols() -> impl IntoView {
    let state = expect_context::<State>();
    let current = Memo::new(move |_| state.sweep.with(preset_of).map(|preset| preset.name));
    let options = Sweep::PRESETS
        .iter()
        .map(|preset| {
            let selected = move || current.get() == Some(preset.name);
            view! {
                <option value=preset.name title=preset.about() prop:selected=selected>
                    {preset.label}
                </option>
            }
        })
        .collect_view();
    let help = move || current.get().and_then(Sweep::preset).map(|preset| preset.about());
    view! {
        <span class="protocol">
            <label for="protocol">"protocol"</label>
            <select
                id="protocol"
                title=help
                on:change:target=move |event| {
                    if let Some(preset) = Sweep::preset(&event.target().value()) {
                        state.adopt(preset);
                    }
                }
            >
                <option value="" disabled prop:selected=move || current.get().is_none()>
                    "your own"
                </option>
                {options}
            </select>
        </span>
    }
}

/// Changes between light and dark.
#[component]
pub fn Theme() -> impl IntoView {
    let dark = expect_context::<Dark>();
    view! {
        <button
            type="button"
            class="quiet"
            aria-label=move || if dark.0.get() { "light theme" } else { "dark theme" }
            on:click=move |_| dark.toggle()
        >
            {move || if dark.0.get() { "☀" } else { "☾" }}
        </button>
    }
}

/// Copies the link; shows it for copying by hand where the browser does not allow that.
#[component]
pub fn Share(
    /// Gives the link.
    link: Callback<(), String>,
) -> impl IntoView {
    let given = link;
    let copied = RwSignal::new(false);
    let link = RwSignal::new(String::new());
    let dialog = NodeRef::<Dialog>::new();
    let field = NodeRef::<Input>::new();
    let by_hand = move || {
        if let (Some(dialog), Some(field)) = (dialog.get_untracked(), field.get_untracked()) {
            let _ = dialog.show_modal();
            field.select();
        }
    };
    let copy = move |_| {
        link.set(given.run(()));
        spawn_local(async move {
            if write(&link.get_untracked()).await.is_ok() {
                copied.set(true);
                set_timeout(move || copied.set(false), Duration::from_secs(2));
            } else {
                by_hand();
            }
        });
    };
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <button type="button" class="share" on:click=copy>
            <span aria-live="polite">{move || if copied.get() { "copied" } else { "copy link" }}</span>
        </button>
        <dialog node_ref=dialog class="help" aria-labelledby="share-title">
            <h2 id="share-title">"Link to this state"</h2>
            <p>"The browser does not let the page copy; copy it from here."</p>
            <input
                node_ref=field
                type="text"
                readonly
                aria-label="link"
                prop:value=move || link.get()
            />
            <form method="dialog">
                <button type="button" on:click=close>"Close"</button>
            </form>
        </dialog>
    }
}
