//! Keys that work anywhere on the page, and the list of all of them.

use crate::diagram::Layer;
use crate::state::State;
use crate::theme::Dark;
use leptos::ev;
use leptos::html::Dialog;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Every key, for the list.
const KEYS: [(&str, &str); 10] = [
    ("Space", "pause, resume, train"),
    (".", "take one step"),
    ("r", "reset to step 0"),
    ("z", "undo the last change"),
    ("l", "next layer"),
    ("d", "dark or light"),
    ("← ↑ ↓ →", "move the cursor, in a diagram"),
    ("Enter", "pin the pixel under the cursor, in a diagram"),
    ("Esc", "unpin; take back what was typed, in a control"),
    ("?", "this list"),
];

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

/// The list of keys and where the science comes from.
#[component]
pub fn HelpDialog() -> impl IntoView {
    let Help(dialog) = expect_context();
    let rows = KEYS.map(|(key, what)| {
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
            <table>{rows}</table>
            <p>
                "Every control can be typed into, dragged, and stepped with the up and down arrows. The address of the page holds everything that is set."
            </p>
            <form method="dialog">
                <button type="button" on:click=close>"Close"</button>
            </form>
        </dialog>
    }
}

/// Listens to the keys from now on.
pub fn listen(state: State, dark: Dark, help: Help) {
    let handle = window_event_listener(ev::keydown, move |event| {
        let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
        if modified || event.default_prevented() || elsewhere(&event) {
            return;
        }
        match event.key().as_str() {
            " " => state.run.toggle(),
            "." => state.run.step(),
            "r" => state.run.reset(),
            "z" => state.undo(),
            "d" => dark.toggle(),
            "?" => help.show(),
            "l" => state.layer.update(|layer| {
                let place = Layer::ALL.iter().position(|l| l == layer).unwrap_or_default();
                *layer = Layer::ALL[(place + 1) % Layer::ALL.len()];
            }),
            "Escape" => state.pinned.set(None),
            _ => return,
        }
        event.prevent_default();
    });
    // The page listens as long as it is open.
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
