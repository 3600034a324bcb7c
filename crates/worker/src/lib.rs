//! The web worker: trains, measures and computes theory, so that the page's thread only draws.
//!
//! It works through its inbox between slices of work: a request never waits longer than a slice.

mod job;
mod models;
mod post;
mod session;
mod study;
mod theory;
mod turns;

use std::time::Duration;

/// Pictures, snapshots and progress are sent no more often than this.
const INTERVAL: Duration = Duration::from_millis(100);
/// Measuring takes at most about one part in this many of the time.
const MEASURING: u32 = 33;

/// Takes requests from now on, in the worker that this is called in.
pub fn serve() {
    wasm_bindgen_futures::spawn_local(session::Session::new().run());
}
