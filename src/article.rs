//! The article below the instrument, whose sentences set its state.

use crate::kernel::KernelReader;
use crate::panel::Shown;
use crate::source::Side;
use crate::state::State;
use leptos::html::Section;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, MouseEvent};

/// The text. A link that begins with `?` leads to the state that its sentence talks about.
const TEXT: &str = include_str!("article.html");

/// The article, and the diagrams once more beside it, so that they stay in sight while reading.
#[component]
pub fn Article() -> impl IntoView {
    let state = expect_context::<State>();
    let section = NodeRef::<Section>::new();
    let seen = RwSignal::new(false);
    Effect::new(move || {
        if let Some(section) = section.get() {
            watch(&section, seen);
        }
    });
    let click = move |event: MouseEvent| {
        let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        let anchor = target.and_then(|t| t.closest("a[href^='?']").ok().flatten());
        // With a key held, the reader wants the link in a tab of its own.
        let elsewhere = event.ctrl_key() || event.meta_key() || event.shift_key();
        if let Some(link) = anchor.and_then(|a| a.get_attribute("href")).filter(|_| !elsewhere) {
            event.prevent_default();
            state.show(&link);
            bring_into_view();
        }
    };
    view! {
        <section class="reading" node_ref=section aria-label="article">
            <div>
                <article inner_html=TEXT on:click=click></article>
                <KernelReader />
            </div>
            <aside class="beside" aria-label="the diagrams once more">
                <Show when=move || seen.get()>
                    <Shown side=Side::Left name="reading-empirical" />
                    <Shown side=Side::Right name="reading-theory" />
                </Show>
            </aside>
        </section>
    }
}

/// Whether the article is on the screen: diagrams that nobody sees need not be drawn.
fn watch(section: &Element, seen: RwSignal<bool>) {
    let report = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
        let last = entries.at(-1).dyn_into::<IntersectionObserverEntry>();
        if let Ok(entry) = last {
            seen.set(entry.is_intersecting());
        }
    });
    if let Ok(observer) = IntersectionObserver::new(report.as_ref().unchecked_ref()) {
        observer.observe(section);
        // Both live as long as the page.
        report.forget();
    }
}

/// Scrolls to the diagrams where none stand beside the article.
fn bring_into_view() {
    let narrow = window().match_media("(max-width: 1099px)").ok().flatten();
    if narrow.is_some_and(|query| query.matches())
        && let Some(diagrams) = document().get_element_by_id("diagrams")
    {
        diagrams.scroll_into_view();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_leads_somewhere() {
        let links: Vec<_> =
            TEXT.split("href=\"?").skip(1).filter_map(|t| t.split('"').next()).collect();
        assert!(links.len() > 10);
        for link in links {
            let (sweep, view, notices) = crate::view::open(&link.replace("&amp;", "&"));
            assert!(notices.is_empty(), "{link}: {notices:?}");
            let still = sweep == toy::Sweep::default() && view == Default::default();
            assert!(!still || link.starts_with("theory=ansatz"), "{link} does nothing");
        }
    }
}
