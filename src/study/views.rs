//! The way from one experiment to another: plain links, each of which opens the page anew.

use leptos::prelude::*;
use toy::study::preset::View;

/// Links to the phase diagram and to every experiment.
#[component]
pub fn Views(
    /// Where the reader is; `None` is the phase diagram.
    current: Option<View>,
) -> impl IntoView {
    let all = View::ALL.map(|(view, word, label)| (Some(view), format!("?view={word}"), label));
    let first = (None, "?".to_owned(), "Phase diagram");
    let links = std::iter::once(first).chain(all).map(|(view, link, label)| {
        let here = (view == current).then_some("page");
        view! { <a href=link aria-current=here>{label}</a> }
    });
    view! { <nav class="views" aria-label="experiments">{links.collect_view()}</nav> }
}
