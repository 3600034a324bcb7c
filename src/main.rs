//! The page: an instrument for phase diagrams of superposition.
//!
//! One way only: the address gives a [`state::State`]; controls, keys and article change it; the
//! run, the theory and the address follow it; diagrams and inspector show what they found.

mod address;
mod app;
mod article;
mod bar;
mod bring;
mod clipboard;
mod comparison;
mod controls;
mod decode;
mod diagram;
mod experiment;
mod experiments;
mod export;
mod form;
mod format;
mod front;
mod gauge;
mod header;
mod import;
mod inspector;
mod kept;
mod kernel;
mod keys;
mod memory;
mod network;
mod notices;
mod origin;
mod other;
mod pages;
mod panel;
mod part;
mod pixel;
mod reading;
mod rescue;
mod run;
mod shipped;
mod source;
mod source_menu;
mod state;
mod status;
mod study;
mod theme;
mod theory;
mod training;
mod translation;
mod undo;
mod view;

fn main() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        if training::in_window() {
            rescue::show();
        }
    }));
    // Workers run this same program: loaded, and compiled, once for all.
    if !training::in_window() {
        return worker::serve();
    }
    export::keep_a_copy();
    wasm_bindgen_futures::spawn_local(open());
}

/// Shows what the address leads to.
async fn open() {
    match pages::open().await {
        Ok(()) => end_loading(),
        // `www/start.js` says it in the place of the page, with a button that loads it again.
        Err(part::Why(why)) => {
            let said = web_sys::CustomEventInit::new();
            said.set_detail(&format::sentence(&why).into());
            let event = web_sys::CustomEvent::new_with_event_init_dict("superphase-missing", &said);
            if let Ok(event) = event {
                // It fails only for events that are being sent.
                let _ = leptos::prelude::window().dispatch_event(&event);
            }
        }
    }
}

/// Takes away what the page says while it loads.
fn end_loading() {
    if let Some(place) = leptos::prelude::document().get_element_by_id("loading") {
        place.remove();
    }
}
