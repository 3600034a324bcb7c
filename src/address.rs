//! The browser's address.

use crate::view::{View, query};
use leptos::prelude::*;
use std::time::Duration;
use toy::Sweep;
use wasm_bindgen::JsValue;

/// The address follows when the page has rested this long: browsers refuse too many changes.
const REST: Duration = Duration::from_millis(300);

/// The address that shows this.
pub fn absolute(sweep: &Sweep, view: &View) -> String {
    at(&query(sweep, view))
}

/// The page's address with this query.
pub fn at(query: &str) -> String {
    let location = window().location();
    let origin = location.origin().unwrap_or_default();
    let path = location.pathname().unwrap_or_default();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{origin}{path}{mark}{query}")
}

/// Keeps the browser's address at this link.
pub fn keep(link: Memo<String>) {
    let pending = StoredValue::new(None::<TimeoutHandle>);
    let write = move || {
        if let Ok(history) = window().history() {
            // A page opened from a file has an address that must not change; it works without.
            let link = link.get_untracked();
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&link));
        }
    };
    Effect::watch(
        // Read, not only tracked: a memo that nobody reads follows nothing.
        move || link.get(),
        move |_, _, _| {
            if let Some(handle) = pending.get_value() {
                handle.clear();
            }
            pending.set_value(set_timeout_with_handle(write, REST).ok());
        },
        false,
    );
}
