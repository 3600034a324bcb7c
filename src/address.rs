//! The browser's address.

use crate::front::Front;
use crate::memory;
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

/// Makes an entry in the browser's history: its button leads back from the one link to the other.
pub fn turn(from: &str, to: &str) {
    if let Ok(history) = window().history()
        && from != to
    {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(from));
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(to));
    }
}

/// Keeps the browser's address at this link while the page is in front, and remembers it as that of
/// a view.
pub fn keep(view: &'static str, link: Memo<String>) {
    let front = Front::here();
    front.has_link(link);
    let pending = StoredValue::new(None::<TimeoutHandle>);
    let write = move || {
        if let Some(history) = window().history().ok().filter(|_| front.seen.get_untracked()) {
            // A page opened from a file has an address that must not change; it works without.
            let link = link.get_untracked();
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&link));
        }
    };
    let remember =
        move |link: &str| memory::remember(view, link.split_once('?').map_or("", |(_, q)| q));
    let last = StoredValue::new(link.get_untracked());
    last.with_value(|link| remember(link));
    // What is changed before this first runs is a change, too.
    Effect::new(move || {
        let link = link.get();
        if last.with_value(|last| *last == link) {
            return;
        }
        remember(&link);
        last.set_value(link);
        if let Some(handle) = pending.get_value() {
            handle.clear();
        }
        pending.set_value(set_timeout_with_handle(write, REST).ok());
    });
}
