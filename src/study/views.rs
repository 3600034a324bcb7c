//! The way from one experiment to another: plain links, each of which opens the page anew.

use leptos::prelude::*;
use toy::study::preset::View;
use wire::Choice;

/// Links to the phase diagram and to every experiment; the engine that is asked for stays the same.
#[component]
pub fn Views(
    /// Where the reader is; `None` is the phase diagram.
    current: Option<View>,
    /// The engine asked for.
    #[prop(into)]
    choice: Signal<Choice>,
) -> impl IntoView {
    let all = View::ALL.map(|(view, word, label)| (Some(view), format!("view={word}"), label));
    let first = (None, String::new(), "Phase diagram");
    let links = std::iter::once(first).chain(all).map(|(view, pair, label)| {
        let here = (view == current).then_some("page");
        let link = move || {
            let engine = Some(choice.get()).filter(|choice| *choice != Choice::default());
            let engine = engine.map(|choice| format!("engine={}", choice.word()));
            let pairs = [Some(pair.clone()).filter(|pair| !pair.is_empty()), engine];
            format!("?{}", pairs.into_iter().flatten().collect::<Vec<_>>().join("&"))
        };
        view! { <a href=link aria-current=here>{label}</a> }
    });
    view! { <nav class="views" aria-label="experiments">{links.collect_view()}</nav> }
}
