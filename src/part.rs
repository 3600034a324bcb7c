//! Parts of the program that are loaded when they are first needed: experiments, and what reads and
//! writes files. `scripts/split` cuts the program where functions say `wasm_split`.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_split_helpers::SplitLoaderError;

/// What is said where a part is not there.
pub const MISSING: &str = "a part of the page could not be loaded: the network or the host does not give it, or the page has been published anew since; load the page again";

/// Why something cannot be done: a clause.
#[derive(Debug)]
pub struct Why(pub String);

impl From<SplitLoaderError> for Why {
    fn from(_: SplitLoaderError) -> Self {
        Self(MISSING.into())
    }
}

/// Does what a part of the program does, once it is there; `told` hears why not.
pub fn ask(part: impl Future<Output = Result<(), Why>> + 'static, told: RwSignal<String>) {
    spawn_local(async move {
        if let Err(Why(why)) = part.await {
            told.set(crate::format::sentence(&why));
        }
    });
}
