//! Files the reader brings: shown in the place of what was trained.

use crate::bring::{Choose, listen, read, short};
use crate::format::sentence;
use crate::state::State;
use leptos::prelude::*;
use leptos::web_sys::File;
use toy::load::{Loaded, load};

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
        listen(files.hovers, move |file| files.read(file));
        files
    }

    /// Reads a file and shows it.
    fn read(self, file: File) {
        read(file, move |name, bytes| match bytes {
            Ok(bytes) => self.show(name, &bytes),
            Err(why) => self.refuse(&name, &why),
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

/// The button that asks for a file.
#[component]
pub fn Loader() -> impl IntoView {
    let files = expect_context::<Files>();
    view! {
        <h2>"Load"</h2>
        <Choose
            label="Load a file…"
            accept=".json,.csv,.tsv,.txt,.safetensors,.npz,application/json,text/csv,text/plain"
            take=Callback::new(move |file| files.read(file))
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
                <div
                    class="notices"
                    class:refused=move || !files.shown.get()
                    role="status"
                    aria-label="notes about the file"
                >
                    <ul>{lines.collect_view()}</ul>
                    <button type="button" on:click=move |_| files.notes.set(vec![])>"Dismiss"</button>
                </div>
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
