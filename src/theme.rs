//! Dark and light: as the system has it, unless the reader says otherwise.

use leptos::prelude::*;

/// Where the reader's wish is kept. The page's head reads it too, before anything is drawn.
const KEY: &str = "superphase-theme";

/// Whether the page is dark now.
#[derive(Clone, Copy)]
pub struct Dark(pub RwSignal<bool>);

impl Dark {
    /// The theme as the page was opened, following the system while the reader has no wish.
    pub fn follow() -> Self {
        let query = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
        let system = query.as_ref().is_some_and(|query| query.matches());
        let dark = Self(RwSignal::new(wish().map_or(system, |wish| wish == "dark")));
        if let Some(query) = query {
            let asked = query.clone();
            let listener = wasm_bindgen::closure::Closure::<dyn Fn()>::new(move || {
                if wish().is_none() {
                    dark.0.set(asked.matches());
                }
            });
            use wasm_bindgen::JsCast;
            let function = listener.as_ref().unchecked_ref();
            // Without the listener the page keeps the theme it was opened with.
            let _ = query.add_event_listener_with_callback("change", function);
            listener.forget();
        }
        dark
    }

    /// Changes to the other theme, and remembers the wish.
    pub fn toggle(self) {
        let dark = !self.0.get_untracked();
        let word = if dark { "dark" } else { "light" };
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", word);
        }
        // A browser that keeps nothing for the page only forgets the wish.
        if let Ok(Some(storage)) = window().local_storage() {
            let _ = storage.set_item(KEY, word);
        }
        self.0.set(dark);
    }
}

/// What the reader said, if anything.
fn wish() -> Option<String> {
    document().document_element()?.get_attribute("data-theme").filter(|word| !word.is_empty())
}
