//! The web worker: trains, measures and computes theory, so that the page's thread only draws.
//!
//! It works through its inbox between slices of work: a request never waits longer than a slice.

mod job;
mod post;
mod session;
mod study;
mod theory;
mod turns;

use wasm_bindgen_futures::spawn_local;

fn main() {
    console_error_panic_hook::set_once();
    spawn_local(session::Session::new().run());
}
