//! Keys that work anywhere on the page, and the list of all of them.

use crate::front::Front;
use crate::theme::Dark;
use leptos::ev;
use leptos::html::Dialog;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Keys and what they do, for the list.
pub type Keys = &'static [(&'static str, &'static str)];

/// Keys of every page.
const KEYS: Keys = &[
    ("Space", "pause, resume, train"),
    (".", "take one step"),
    ("r", "reset to step 0"),
    ("z", "undo the last change"),
    ("d", "dark or light"),
    ("?", "this list"),
];

/// A page that keys work on.
pub trait Keyed {
    /// Pauses, resumes or trains.
    fn toggle(&self);

    /// Takes one step and waits.
    fn step(&self);

    /// Goes back to step 0.
    fn reset(&self);

    /// Takes the last change back.
    fn undo(&self);

    /// Does what a key of its own is for; whether it is one.
    fn own(&self, _key: &str) -> bool {
        false
    }
}

/// Opens the list of keys.
#[derive(Clone, Copy)]
pub struct Help(NodeRef<Dialog>);

impl Help {
    /// A list that is not on the page yet.
    pub fn new() -> Self {
        Self(NodeRef::new())
    }

    /// Shows it.
    pub fn show(self) {
        if let Some(dialog) = self.0.get_untracked() {
            // Fails only when it is open already.
            let _ = dialog.show_modal();
        }
    }
}

/// Opens the list of keys.
#[component]
pub fn HelpButton() -> impl IntoView {
    let help = expect_context::<Help>();
    view! {
        <button type="button" class="quiet" aria-label="keys and help" on:click=move |_| help.show()>
            "?"
        </button>
    }
}

/// The list of keys.
#[component]
pub fn HelpDialog(
    /// The page's own.
    own: Keys,
) -> impl IntoView {
    let Help(dialog) = expect_context();
    let rows = KEYS.iter().chain(own).map(|&(key, what)| {
        view! {
            <tr>
                <th scope="row"><kbd>{key}</kbd></th>
                <td>{what}</td>
            </tr>
        }
    });
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <dialog node_ref=dialog class="help" aria-labelledby="help-title">
            <h2 id="help-title">"Keys"</h2>
            <table>{rows.collect_view()}</table>
            <p>
                "Every control can be typed into, dragged, and stepped with the up and down arrows. The address of the page holds everything that is set."
            </p>
            <form method="dialog">
                <button type="button" on:click=close>"Close"</button>
            </form>
        </dialog>
    }
}

/// Listens to the keys from now on, while the page is in front.
pub fn listen(page: Box<dyn Keyed>, front: Front, dark: Dark, help: Help) {
    let handle = window_event_listener(ev::keydown, move |event| {
        let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
        let behind = !front.seen.get_untracked();
        if behind || modified || event.default_prevented() || elsewhere(&event) {
            return;
        }
        match event.key().as_str() {
            " " => page.toggle(),
            "." => page.step(),
            "r" => page.reset(),
            "z" => page.undo(),
            "d" => dark.toggle(),
            "?" => help.show(),
            key if page.own(key) => {}
            _ => return,
        }
        event.prevent_default();
    });
    // It listens as long as the document is open.
    std::mem::forget(handle);
}

/// Whether the key means something to what has the focus: a control, a button, a link, a dialog.
fn elsewhere(event: &ev::KeyboardEvent) -> bool {
    let target = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
    let Some(target) = target else { return false };
    let within = |selector: &str| target.closest(selector).is_ok_and(|found| found.is_some());
    // A dialog that was closed has the focus until the next frame.
    let types = "input:not([type=range]):not([type=checkbox]), select, textarea, dialog[open]";
    let presses = "button, a, summary, input[type=checkbox]";
    within(types) || (event.key() == " " && within(presses))
}
