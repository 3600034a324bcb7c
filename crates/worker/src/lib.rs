//! The web worker: trains, measures and computes theory, so that the page's thread only draws.
//!
//! It works through its inbox between slices of work: a request never waits longer than a slice.

mod job;
mod post;
mod session;
mod study;
mod theory;
mod turns;

/// Takes requests from now on, in the worker that this is called in.
pub fn serve() {
    wasm_bindgen_futures::spawn_local(session::Session::new().run());
}
