//! The web worker: trains, measures and computes theory, so that the page's thread only draws.
//!
//! It works through its inbox between slices of work: a request never waits longer than a slice.
//! What it does is a [`Session`], which needs no browser; [`serve`] runs one in a web worker.

mod all;
mod base;
mod jobs;
mod models;
mod outbox;
#[cfg(target_arch = "wasm32")]
mod post;
mod saving;
mod session;
mod study;
mod sweep;
mod task;
mod theory;
mod turns;

pub use all::AllJobs;
pub use jobs::Jobs;
pub use outbox::Outbox;
pub use session::Session;

/// Takes requests from now on, in the worker that this is called in.
#[cfg(target_arch = "wasm32")]
pub fn serve() {
    wasm_bindgen_futures::spawn_local(post::serve());
}

/// Nothing: there is no worker but in a browser.
#[cfg(not(target_arch = "wasm32"))]
pub fn serve() {}
