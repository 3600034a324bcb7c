//! The pages of experiments: loaded when one is opened, as a part of the program of its own.

use crate::comparison::{self, ComparisonPage};
use crate::gauge::{self, GaugePage};
use crate::network::{self, NetworkPage};
use crate::part::Why;
use crate::study::{self, StudyPage};
use crate::translation::{self, TranslationPage};
use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

/// Shows the page that a link leads to; whether it is to an experiment at all.
///
/// # Errors
/// When this part cannot be loaded.
#[wasm_split(experiments, fallible)]
pub fn mount(query: String) -> Result<bool, Why> {
    let Some(page) = page(query) else { return Ok(false) };
    leptos::mount::mount_to_body(page);
    Ok(true)
}

fn page(query: String) -> Option<Box<dyn FnOnce() -> AnyView>> {
    if comparison::compares(&query) {
        return Some(Box::new(|| view! { <ComparisonPage query /> }.into_any()));
    }
    if gauge::opens(&query) {
        return Some(Box::new(|| view! { <GaugePage /> }.into_any()));
    }
    if let Some(opened) = network::open(&query) {
        return Some(Box::new(|| view! { <NetworkPage opened /> }.into_any()));
    }
    if let Some(opened) = translation::open(&query) {
        return Some(Box::new(|| view! { <TranslationPage opened /> }.into_any()));
    }
    if let Some(opened) = study::open(&query) {
        return Some(Box::new(|| view! { <StudyPage opened /> }.into_any()));
    }
    None
}
