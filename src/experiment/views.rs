//! The way from one experiment to another: plain links, each of which opens the page anew.

use crate::memory;
use leptos::prelude::*;
use toy::study::preset::View;
use wire::Choice;

/// An experiment's word in links, and its label.
pub type Name = (&'static str, &'static str);

/// Experiments that are no studies.
pub const TRANSFORMER: Name = ("transformer", "Transformer");
/// The same.
pub const TRANSLATION: Name = ("translation", "Translation");
/// The same; it trains nothing itself.
pub const COMPARISON: Name = ("comparison", "Comparison");

/// Links to the phase diagram and to every experiment, as the reader left them; the engine that is
/// asked for stays the same.
#[component]
pub fn Views(
    /// The word of where the reader is; none is the phase diagram.
    #[prop(optional)]
    here: &'static str,
    /// The engine asked for.
    #[prop(into)]
    choice: Signal<Choice>,
) -> impl IntoView {
    let own = View::ALL.map(|(_, word, label)| (word, label));
    let others = [TRANSFORMER, TRANSLATION, COMPARISON];
    let all = std::iter::once(("", "Phase diagram")).chain(own).chain(others);
    let links = all.map(|(word, label)| {
        let here = (word == here).then_some("page");
        let pair = if word.is_empty() { String::new() } else { format!("view={word}") };
        let link = move || {
            let engine = Some(choice.get()).filter(|choice| *choice != Choice::default());
            let left = memory::recall(word, engine.map(Choice::word));
            if let Some(left) = left.filter(|_| here.is_none()) {
                return format!("?{left}");
            }
            let engine = engine.map(|choice| format!("engine={}", choice.word()));
            let pairs = [Some(pair.clone()).filter(|pair| !pair.is_empty()), engine];
            format!("?{}", pairs.into_iter().flatten().collect::<Vec<_>>().join("&"))
        };
        view! { <a href=link aria-current=here>{label}</a> }
    });
    view! { <nav class="views" aria-label="experiments">{links.collect_view()}</nav> }
}
