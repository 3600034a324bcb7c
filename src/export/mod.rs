//! Taking things away: figures, tables and runs as files, links, and diagrams in other pages.

mod embed;
pub mod ink;
mod legend;
mod name;
mod offline;
mod paper;
pub mod png;
mod print;
pub mod save;
mod svg;
mod take;

pub use embed::{EmbedFoot, Embedded};
pub use name::file_name;
pub use offline::keep_a_copy;
pub use save::{blob, deliver};

use crate::address::absolute;
use crate::bring::Files;
use crate::clipboard::write;
use crate::import::Loader;
use crate::panel::Panels;
use crate::part::ask;
use crate::source::Side;
use crate::state::State;
use crate::view::{Embed, View};
use js_sys::{Function, Object, Promise, Reflect};
use leptos::html::Details;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::Node;
use take::{Both, Format, take, take_both, take_weights};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Sizes a PNG can have, times that of the figure.
const SCALES: [u32; 3] = [1, 2, 4];

/// The menu of everything that can be taken away, or brought.
#[component]
pub fn TakeAway() -> impl IntoView {
    let files = expect_context::<Files>();
    let details = NodeRef::<Details>::new();
    let told = RwSignal::new(String::new());
    let close = move || {
        if let Some(details) = details.get_untracked() {
            details.set_open(false);
        }
    };
    let outside = window_event_listener(leptos::ev::click, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        if details.get_untracked().is_some_and(|details| !details.contains(target.as_ref())) {
            close();
        }
    });
    on_cleanup(move || outside.remove());
    // What was loaded is to be seen.
    Effect::watch(move || files.loaded.get(), move |_, _, _| close(), false);
    view! {
        <details
            class="take"
            node_ref=details
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    event.stop_propagation();
                    close();
                }
            }
        >
            <summary>"take away"</summary>
            <div class="take-sheet">
                <Diagrams told />
                <Loader />
                <Links told />
                <p class="take-told" role="status">{told}</p>
            </div>
        </details>
    }
}

/// A row of buttons for each diagram.
#[component]
fn Diagrams(told: RwSignal<String>) -> impl IntoView {
    let state = expect_context::<State>();
    let panels = expect_context::<Panels>();
    let scale = RwSignal::new(2);
    let row = move |side: Side, id: &'static str| {
        let name = move || panels.side(side).source.get().title();
        let formats = [
            ("PNG", Format::Png(1)),
            ("SVG", Format::Svg),
            ("CSV", Format::Csv),
            ("JSON", Format::Json),
            ("NPZ", Format::Npz),
        ];
        let buttons = formats.map(|(label, format)| {
            let format = move || match format {
                Format::Png(_) => Format::Png(scale.get_untracked()),
                other => other,
            };
            view! {
                <button
                    type="button"
                    data-testid=format!("take-{id}-{}", label.to_ascii_lowercase())
                    aria-label=move || format!("{label} of {}", name())
                    on:click=move |_| ask(take(state, panels, side, format(), told), told)
                >
                    {label}
                </button>
            }
        });
        view! {
            <div class="take-row" role="group">
                <span>{name}</span>
                {buttons}
            </div>
        }
    };
    // Theory has no models.
    let weights = move |side: Side, id: &'static str| {
        let panel = panels.side(side);
        let is_trained = Memo::new(move |_| panel.source.get().is_trained());
        let formats = [("safetensors", files::Format::Safetensors), ("NPZ", files::Format::Npz)];
        let row = move || {
            let name = format!("weights, {}", panel.source.get().title());
            let buttons = formats.map(|(label, format)| {
                let id = format!("take-{id}-weights-{}", label.to_ascii_lowercase());
                let take = move |_| ask(take_weights(state, panels, side, format, told), told);
                let what = format!("{name}, as {label}");
                view! { <button type="button" data-testid=id aria-label=what on:click=take>{label}</button> }
            });
            view! {
                <div class="take-row" role="group">
                    <span>{name.clone()}</span>
                    {buttons}
                </div>
            }
        };
        move || is_trained.get().then(row)
    };
    let sizes = SCALES.map(|size| {
        view! { <option value=size.to_string() selected=size == 2>{format!("{size}×")}</option> }
    });
    let button = move |label: &'static str, what: fn(u32) -> Both| {
        let take = move |_| ask(take_both(state, panels, what(scale.get_untracked()), told), told);
        let id = format!("take-both-{}", label.to_ascii_lowercase());
        view! { <button type="button" data-testid=id on:click=take>{label}</button> }
    };
    let both = view! {
        <div class="take-row" role="group" aria-label="both diagrams for a paper">
            <span>"both, for a paper"</span>
            {button("PNG", Both::Png)}
            {button("SVG", |_| Both::Svg)}
            {button("PDF", |_| Both::Pdf)}
            {button("Caption", |_| Both::Caption)}
        </div>
    };
    view! {
        <h2>"Save"</h2>
        {row(Side::Left, "trained")}
        {row(Side::Right, "theory")}
        {weights(Side::Left, "trained")}
        {weights(Side::Right, "theory")}
        {both}
        <label class="take-row">
            <span>"PNG size"</span>
            <select
                data-testid="take-scale"
                on:change:target=move |event| scale.set(event.target().value().parse().unwrap_or(2))
            >
                {sizes}
            </select>
        </label>
        <p class="take-note">
            "CSV and NPZ have the values of every pixel, JSON the whole run with its parameters, weights all of its models. CSV, JSON and weights can be loaded again."
        </p>
    }
}

/// The link and the snippet that puts the diagrams into another page.
#[component]
fn Links(told: RwSignal<String>) -> impl IntoView {
    let state = expect_context::<State>();
    let follow = move || (state.sweep.get(), state.view());
    let link = Memo::new(move |_| {
        follow();
        state.share()
    });
    let snippet = Memo::new(move |_| {
        let (sweep, view) = follow();
        let link = absolute(&sweep, &View { embed: Embed::Both, ..view });
        format!(
            "<iframe src=\"{}\" width=\"960\" height=\"720\" style=\"border:0\" loading=\"lazy\" title=\"Superphase: phase diagrams of superposition\"></iframe>",
            ink::escape(&link)
        )
    });
    let copy = move |text: String, what: &'static str| {
        spawn_local(async move {
            told.set(match write(&text).await {
                Ok(()) => format!("Copied the {what}."),
                Err(_) => format!(
                    "The browser does not let the page copy; select the {what} and copy it."
                ),
            });
        });
    };
    let line = move |label: &'static str, what: &'static str, text: Memo<String>| {
        view! {
            <label class="take-link">
                <span>{label}</span>
                <input type="text" readonly data-testid=format!("take-{what}") prop:value=text />
            </label>
            <button type="button" aria-label=format!("copy {what}") on:click=move |_| copy(text.get_untracked(), what)>
                "Copy"
            </button>
        }
    };
    view! {
        <h2>"Share"</h2>
        <div class="take-line">{line("link", "link", link)}</div>
        <div class="take-line">{line("in a page", "snippet", snippet)}</div>
        {sheet().map(|sheet| {
            let open = move |_| {
                let sheet = sheet.clone();
                spawn_local(async move {
                    // Closing the sheet without choosing is no failure.
                    let _ = hand_over(&sheet, &link.get_untracked()).await;
                });
            };
            view! { <button type="button" on:click=open>"Share with…"</button> }
        })}
    }
}

/// The browser's own way to share, if it has one.
fn sheet() -> Option<Function> {
    Reflect::get(&window().navigator(), &"share".into()).ok()?.dyn_into().ok()
}

async fn hand_over(sheet: &Function, link: &str) -> Result<(), JsValue> {
    let data = Object::new();
    Reflect::set(&data, &"title".into(), &"Superphase".into())?;
    Reflect::set(&data, &"url".into(), &link.into())?;
    let promise: Promise = sheet.call1(&window().navigator(), &data)?.dyn_into()?;
    JsFuture::from(promise).await.map(|_| ())
}
