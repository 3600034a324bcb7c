//! Keeps the page usable without a network: asks the browser to keep a copy of its files.

use leptos::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Registers `sw.js`, where the browser allows it: on https and localhost. Not under `trunk serve`,
/// whose files change all the time; it is known by the script it puts into the page.
pub fn keep_a_copy() {
    let window = window();
    let scripts = document().query_selector("script[src*='.well-known/trunk']").ok().flatten();
    let injected = document().document_element().map(|root| root.inner_html());
    let served =
        scripts.is_some() || injected.is_some_and(|html| html.contains(".well-known/trunk"));
    let workers = js_sys::Reflect::get(&window.navigator(), &"serviceWorker".into());
    if served || !window.is_secure_context() || !workers.is_ok_and(|w| w.is_object()) {
        return;
    }
    // Relative to the page; without a copy it works as well, only not offline.
    let registered = window.navigator().service_worker().register("sw.js");
    spawn_local(async move {
        let _ = JsFuture::from(registered).await;
    });
}
