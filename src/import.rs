//! Files the reader brings: shown in the place of what was trained.

use crate::format::sentence;
use crate::state::State;
use js_sys::Uint8Array;
use leptos::ev::{dragleave, dragover, drop};
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{DataTransfer, File};
use toy::load::{LARGEST, Loaded, load};
use wasm_bindgen_futures::JsFuture;

/// What there is to say about files; copies are handles to the same.
#[derive(Clone, Copy)]
pub struct Files {
    /// Counts files loaded.
    pub loaded: RwSignal<u32>,
    /// What the reader should know about the last one, a sentence each.
    notes: RwSignal<Vec<String>>,
    /// Whether the last one could be shown.
    shown: RwSignal<bool>,
    /// Whether a file hovers over the page.
    hovers: RwSignal<bool>,
    state: State,
}

impl Files {
    /// Takes files dropped anywhere on the page from now on.
    pub fn listen(state: State) -> Self {
        let files = Self {
            loaded: RwSignal::new(0),
            notes: RwSignal::new(vec![]),
            shown: RwSignal::new(false),
            hovers: RwSignal::new(false),
            state,
        };
        let over = window_event_listener(dragover, move |event| {
            if event.data_transfer().is_some_and(|data| has_files(&data)) {
                // Otherwise the browser would leave the page for the file.
                event.prevent_default();
                files.hovers.set(true);
            }
        });
        let leave = window_event_listener(dragleave, move |event| {
            // Only when it leaves the window, not from one element to the next.
            if event.related_target().is_none() {
                files.hovers.set(false);
            }
        });
        let dropped = window_event_listener(drop, move |event| {
            files.hovers.set(false);
            let Some(data) = event.data_transfer().filter(has_files) else { return };
            event.prevent_default();
            files.read(data.files().and_then(|list| list.get(0)));
        });
        on_cleanup(move || {
            over.remove();
            leave.remove();
            dropped.remove();
        });
        files
    }

    /// Reads a file and shows it.
    fn read(self, file: Option<File>) {
        let Some(file) = file else { return };
        let name = file.name();
        // Before it takes memory.
        if file.size() > LARGEST as f64 {
            return self.refuse(&name, &format!("it is larger than {} MB", LARGEST >> 20));
        }
        spawn_local(async move {
            match JsFuture::from(file.array_buffer()).await {
                Ok(buffer) => self.show(name, &Uint8Array::new(&buffer).to_vec()),
                Err(_) => self.refuse(&name, "the browser could not read it"),
            }
        });
    }

    fn refuse(self, name: &str, why: &str) {
        self.shown.set(false);
        self.notes.set(vec![format!("{} cannot be shown: {why}.", short(name))]);
    }

    fn show(self, name: String, file: &[u8]) {
        let state = self.state;
        let thresholds = state.thresholds.get_untracked();
        let loaded = state.sweep.with_untracked(|base| {
            if files::Archive::is(file) {
                files::load::load(file, base, &thresholds).map_err(|why| why.to_string())
            } else {
                load(file, base, &thresholds).map_err(|why| why.to_string())
            }
        });
        match loaded {
            Err(why) => self.refuse(&name, &why),
            Ok(Loaded { sweep, picture, thresholds, notes }) => {
                if let Some(thresholds) = thresholds {
                    state.thresholds.set(thresholds);
                }
                state.cursor.set(None);
                state.pinned.set(None);
                let name = short(&name);
                let said =
                    format!("The left diagram shows {name}; change a parameter to train again.");
                let notes = notes.into_iter().map(|note| sentence(&note));
                self.notes.set([said].into_iter().chain(notes).collect());
                self.shown.set(true);
                // The run first: what it shows already need not be trained.
                state.run.adopt(sweep.clone(), picture, name);
                state.load(sweep);
                self.loaded.update(|count| *count += 1);
            }
        }
    }
}

fn has_files(data: &DataTransfer) -> bool {
    data.types().iter().any(|kind| kind == "Files")
}

/// As much of a file's name as is worth repeating.
fn short(name: &str) -> String {
    name.chars().take(80).collect()
}

/// The button that asks for a file.
#[component]
pub fn Loader() -> impl IntoView {
    let files = expect_context::<Files>();
    let input = NodeRef::<Input>::new();
    let ask = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <h2>"Load"</h2>
        <button type="button" on:click=ask>"Load a file…"</button>
        <input
            type="file"
            node_ref=input
            class="take-file"
            tabindex="-1"
            aria-hidden="true"
            accept=".json,.csv,.tsv,.txt,.safetensors,.npz,application/json,text/csv,text/plain"
            data-testid="load-file"
            on:change:target=move |event| {
                let input = event.target();
                files.read(input.files().and_then(|list| list.get(0)));
                // So that the same file can be chosen again.
                input.set_value("");
            }
        />
        <p class="take-note">
            "A run or table saved here, or a table with repro-superposition's columns, as any program writes them; or weights W and b of PyTorch, JAX or NumPy (.safetensors, .npz). It can also be dropped onto the page."
        </p>
    }
}

/// What there is to say about the last file, and where to drop the next.
#[component]
pub fn FileNotes() -> impl IntoView {
    let files = expect_context::<Files>();
    let notes = move || {
        let notes = files.notes.get();
        (!notes.is_empty()).then(|| {
            let lines = notes.into_iter().map(|note| view! { <li>{note}</li> });
            view! {
                <aside
                    class="notices"
                    class:refused=move || !files.shown.get()
                    role="status"
                    aria-label="notes about the file"
                >
                    <ul>{lines.collect_view()}</ul>
                    <button type="button" on:click=move |_| files.notes.set(vec![])>"Dismiss"</button>
                </aside>
            }
        })
    };
    view! {
        {notes}
        <Show when=move || files.hovers.get()>
            <div class="drop-here" aria-hidden="true">"Drop the file to show it"</div>
        </Show>
    }
}
