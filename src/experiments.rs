//! The pages of experiments: loaded when one is opened, as a part of the program of its own.

use crate::comparison::{self, ComparisonPage};
use crate::experiment::COMPARISON;
use crate::front::Found;
use crate::gauge::{self, GaugePage};
use crate::network::{self, NetworkPage};
use crate::part::Why;
use crate::study::{self, StudyPage};
use crate::translation::{self, TranslationPage};
use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

/// The page that a link leads to, if it is to an experiment at all.
///
/// # Errors
/// When this part cannot be loaded.
#[wasm_split(experiments, fallible)]
pub fn find(query: String) -> Result<Option<Found>, Why> {
    Ok(page(query))
}

fn page(query: String) -> Option<Found> {
    fn found<V: IntoView + 'static>(
        word: &'static str,
        page: impl FnOnce() -> V + 'static,
    ) -> Found {
        Found { word, make: Box::new(|| page().into_any()) }
    }
    if comparison::compares(&query) {
        return Some(found(COMPARISON.0, || view! { <ComparisonPage query /> }));
    }
    if gauge::opens(&query) {
        return Some(found(gauge::WORD, || view! { <GaugePage /> }));
    }
    if let Some(opened) = network::open(&query) {
        return Some(found(opened.name.0, || view! { <NetworkPage opened /> }));
    }
    if let Some(opened) = translation::open(&query) {
        return Some(found(opened.name.0, || view! { <TranslationPage opened /> }));
    }
    let opened = study::open(&query)?;
    Some(found(opened.1.name.0, || view! { <StudyPage opened /> }))
}
