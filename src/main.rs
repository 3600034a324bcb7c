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
    let query = leptos::prelude::window().location().search().unwrap_or_default();
    if experiment::link::may_lead(&query) {
        wasm_bindgen_futures::spawn_local(open(query));
    } else {
        show_diagram();
    }
}

/// Shows the phase diagram.
fn show_diagram() {
    leptos::mount::mount_to_body(app::App);
    end_loading();
}

/// Shows the experiment that a link leads to, or the diagram if it leads to none.
async fn open(query: String) {
    match experiments::mount(query).await {
        Ok(true) => end_loading(),
        Ok(false) => show_diagram(),
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
