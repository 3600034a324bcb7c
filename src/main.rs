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
mod diagram;
mod experiment;
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
    leptos::mount::mount_to_body(app::App);
    export::keep_a_copy();
    // What the page says while it loads.
    if let Some(loading) = leptos::prelude::document().get_element_by_id("loading") {
        loading.remove();
    }
}
