//! Files that readers bring: dropped on the page, or chosen.

use js_sys::Uint8Array;
use leptos::ev::{dragleave, dragover, drop};
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{DataTransfer, File};
use toy::load::LARGEST;
use wasm_bindgen_futures::JsFuture;

/// Takes files dropped anywhere on the page from now on; `hovers` says whether one is above it.
pub fn listen(hovers: RwSignal<bool>, take: impl Fn(File) + 'static) {
    let over = window_event_listener(dragover, move |event| {
        if event.data_transfer().is_some_and(|data| has_files(&data)) {
            // Otherwise the browser would leave the page for the file.
            event.prevent_default();
            hovers.set(true);
        }
    });
    let leave = window_event_listener(dragleave, move |event| {
        // Only when it leaves the window, not from one element to the next.
        if event.related_target().is_none() {
            hovers.set(false);
        }
    });
    let dropped = window_event_listener(drop, move |event| {
        hovers.set(false);
        let Some(data) = event.data_transfer().filter(has_files) else { return };
        event.prevent_default();
        if let Some(file) = data.files().and_then(|list| list.get(0)) {
            take(file);
        }
    });
    on_cleanup(move || {
        over.remove();
        leave.remove();
        dropped.remove();
    });
}

/// Reads a file; `then` hears its name and its bytes, or why there are none, a clause.
pub fn read(file: File, then: impl FnOnce(String, Result<Vec<u8>, String>) + 'static) {
    let name = file.name();
    // Before it takes memory.
    if file.size() > LARGEST as f64 {
        return then(name, Err(format!("it is larger than {} MB", LARGEST >> 20)));
    }
    spawn_local(async move {
        let bytes = match JsFuture::from(file.array_buffer()).await {
            Ok(buffer) => Ok(Uint8Array::new(&buffer).to_vec()),
            Err(_) => Err("the browser could not read it".into()),
        };
        then(name, bytes);
    });
}

fn has_files(data: &DataTransfer) -> bool {
    data.types().iter().any(|kind| kind == "Files")
}

/// As much of a file's name as is worth repeating.
pub fn short(name: &str) -> String {
    name.chars().take(80).collect()
}

/// The button that asks for a file.
#[component]
pub fn Choose(
    /// What is on it.
    label: &'static str,
    /// Endings and types of the files that will do.
    accept: &'static str,
    /// Takes the file.
    take: Callback<File>,
) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let ask = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <button type="button" on:click=ask>{label}</button>
        <input
            type="file"
            node_ref=input
            class="take-file"
            tabindex="-1"
            aria-hidden="true"
            accept=accept
            data-testid="load-file"
            on:change:target=move |event| {
                let input = event.target();
                if let Some(file) = input.files().and_then(|list| list.get(0)) {
                    take.run(file);
                }
                // So that the same file can be chosen again.
                input.set_value("");
            }
        />
    }
}
