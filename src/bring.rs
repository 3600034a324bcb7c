//! Files that readers bring: dropped on the page, or chosen.

use crate::format::sentence;
use crate::front::Front;
use crate::part::Why;
use js_sys::Uint8Array;
use leptos::ev::{dragleave, dragover, drop};
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{DataTransfer, Element, Event, File};
use std::pin::Pin;
use toy::load::LARGEST;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// What is said after the name of a file that stands where something was trained.
pub const UNTIL: &str = "; change a parameter to train again.";

/// A file that a reader brings.
pub struct Brought {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// The part of the page that it was dropped onto, as its `data-drop` says.
    pub onto: Option<String>,
}

/// What the reader should know of a file that is shown, or why it cannot be shown, in clauses.
type Shown = Result<Vec<String>, Why>;

/// Shows a file.
type Show = Callback<Brought, Pin<Box<dyn Future<Output = Shown>>>>;

/// What is said before and after the name of a file that is shown, by what it was dropped onto.
type Words = fn(Option<&str>) -> [&'static str; 2];

/// What there is to say about files; copies are handles to the same.
#[derive(Clone, Copy)]
pub struct Files {
    /// Counts files shown.
    pub loaded: RwSignal<u32>,
    /// What the reader should know about the last one, a sentence each.
    notes: RwSignal<Vec<String>>,
    /// Whether the last one could be shown.
    shown: RwSignal<bool>,
    /// Whether a file hovers over the page.
    hovers: RwSignal<bool>,
    /// The part of the page that a file hovers over.
    over: RwSignal<Option<String>>,
    words: Words,
    show: Show,
}

impl Files {
    /// Takes files dropped anywhere on the page from now on; `words` are said before and after the
    /// name of one that could be shown.
    pub fn listen<F: Future<Output = Shown> + 'static>(
        words: Words,
        show: impl Fn(Brought) -> F + Send + Sync + 'static,
    ) -> Self {
        let files = Self {
            loaded: RwSignal::new(0),
            notes: RwSignal::new(vec![]),
            shown: RwSignal::new(false),
            hovers: RwSignal::new(false),
            over: RwSignal::new(None),
            words,
            show: Callback::new(move |file| {
                Box::pin(show(file)) as Pin<Box<dyn Future<Output = Shown>>>
            }),
        };
        let seen = Front::here().seen;
        let over = window_event_listener(dragover, move |event| {
            if seen.get_untracked() && event.data_transfer().is_some_and(|data| has_files(&data)) {
                // Otherwise the browser would leave the page for the file.
                event.prevent_default();
                files.hover(true, part(&event));
            }
        });
        let leave = window_event_listener(dragleave, move |event| {
            // Only when it leaves the window, not from one element to the next.
            if event.related_target().is_none() {
                files.hover(false, None);
            }
        });
        let dropped = window_event_listener(drop, move |event| {
            if !seen.get_untracked() {
                return;
            }
            files.hover(false, None);
            let Some(data) = event.data_transfer().filter(has_files) else { return };
            event.prevent_default();
            if let Some(file) = data.files().and_then(|list| list.get(0)) {
                files.read(file, part(&event));
            }
        });
        on_cleanup(move || {
            over.remove();
            leave.remove();
            dropped.remove();
        });
        files
    }

    /// Whether a file hovers over a part of the page.
    pub fn is_over(self, part: &str) -> bool {
        self.over.with(|over| over.as_deref() == Some(part))
    }

    /// Notes where a file hovers; this comes many times a second.
    fn hover(self, hovers: bool, over: Option<String>) {
        if self.hovers.get_untracked() != hovers {
            self.hovers.set(hovers);
        }
        if self.over.with_untracked(|before| *before != over) {
            self.over.set(over);
        }
    }

    /// Reads a file and shows it.
    fn read(self, file: File, onto: Option<String>) {
        let name = short(&file.name());
        // Before it takes memory.
        if file.size() > LARGEST as f64 {
            return self.refuse(&name, &format!("it is larger than {} MB", LARGEST >> 20));
        }
        spawn_local(async move {
            match JsFuture::from(file.array_buffer()).await {
                Ok(buffer) => {
                    let bytes = Uint8Array::new(&buffer).to_vec();
                    self.show(Brought { name, bytes, onto }).await;
                }
                Err(_) => self.refuse(&name, "the browser could not read it"),
            }
        });
    }

    fn refuse(self, name: &str, why: &str) {
        self.shown.set(false);
        self.notes.set(vec![format!("{name} cannot be shown: {why}.")]);
    }

    async fn show(self, file: Brought) {
        let (name, [before, after]) = (file.name.clone(), (self.words)(file.onto.as_deref()));
        match self.show.run(file).await {
            Err(Why(why)) => self.refuse(&name, &why),
            Ok(notes) => {
                let said = format!("{before}{name}{after}");
                let notes = notes.into_iter().map(|note| sentence(&note));
                self.notes.set([said].into_iter().chain(notes).collect());
                self.shown.set(true);
                self.loaded.update(|count| *count += 1);
            }
        }
    }
}

/// The part of the page that an event is over.
fn part(event: &Event) -> Option<String> {
    let at: Element = event.target()?.dyn_into().ok()?;
    at.closest("[data-drop]").ok()??.get_attribute("data-drop")
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
pub fn Choose(
    /// What is on it.
    label: &'static str,
    /// Endings and types of the files that will do.
    accept: &'static str,
    /// Who takes the file.
    files: Files,
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
                    files.read(file, None);
                }
                // So that the same file can be chosen again.
                input.set_value("");
            }
        />
    }
}

/// The button that asks for a file, what else will do, and what there is to say about the last one.
#[component]
pub fn Bring(
    /// What is on the button.
    label: &'static str,
    /// Endings and types of the files that will do.
    accept: &'static str,
    /// What else will do.
    note: &'static str,
    /// Who takes the file.
    files: Files,
) -> impl IntoView {
    view! {
        <div class="bar saves">
            <Choose label accept files />
            <span>{note}</span>
        </div>
        <FileNotes files />
    }
}

/// What there is to say about the last file, and where to drop the next.
#[component]
pub fn FileNotes(
    /// The files.
    files: Files,
) -> impl IntoView {
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
            <div class="drop-here" aria-hidden="true">
                "Drop the file to show it"
                {move || files.over.get().map(|part| format!(" on the {part}"))}
            </div>
        </Show>
    }
}
