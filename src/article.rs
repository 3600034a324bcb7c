//! The article below the instrument, whose sentences set its state.

use crate::bar::{HERE, asking, stage_words};
use crate::kernel::KernelReader;
use crate::panel::Shown;
use crate::reading::Reading;
use crate::source::Side;
use crate::source_menu::OtherNote;
use crate::state::State;
use leptos::html::Section;
use leptos::prelude::*;
use trainer::Stage;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, MouseEvent};

/// The text. A link that begins with `?` leads to the state that its sentence talks about.
const TEXT: &str = include_str!("article.html");

/// The article, and the diagrams once more beside it, so that they stay in sight while reading.
#[component]
pub fn Article() -> impl IntoView {
    let reading = Reading::follow(expect_context::<State>());
    let (section, text) = (NodeRef::<Section>::new(), NodeRef::<leptos::html::Article>::new());
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
            reading.show(&link);
        }
    };
    // The sentence that is shown is marked.
    Effect::new(move || {
        let (active, Some(text)) = (reading.active(), text.get()) else { return };
        let Ok(links) = text.query_selector_all("a[href^='?']") else { return };
        for link in (0..links.length()).filter_map(|i| links.item(i)?.dyn_into::<Element>().ok()) {
            let _ = match active.is_some() && link.get_attribute("href") == active {
                true => link.set_attribute("aria-current", "true"),
                false => link.remove_attribute("aria-current"),
            };
        }
    });
    view! {
        <section class="reading" node_ref=section aria-label="article">
            <div>
                <article inner_html=TEXT node_ref=text on:click=click></article>
                <KernelReader />
            </div>
            <aside class="beside" aria-label="the diagrams once more" data-testid="reading">
                <Show when=move || seen.get()>
                    <Answer reading />
                    <div class="half">
                        <Shown side=Side::Left name="reading-empirical" />
                        <OtherNote side=Side::Left />
                    </div>
                    <div class="half">
                        <Shown side=Side::Right name="reading-theory" />
                        <OtherNote side=Side::Right />
                    </div>
                </Show>
            </aside>
        </section>
    }
}

/// What the run does that a sentence asked for, and the way back from there.
#[component]
fn Answer(reading: Reading) -> impl IntoView {
    let state = expect_context::<State>();
    let run = state.run;
    let words = move || {
        let stage = run.stage.get();
        let asks = asking(run.training, state.shows_shipped());
        let percent = (100.0 * run.progress.get().part).floor();
        match asks {
            Some(question) => question,
            None if stage == Stage::Training => format!("training {percent} %"),
            None => run.engine.with(|engine| stage_words(&stage, engine.as_ref())).to_owned(),
        }
    };
    let waits = Memo::new(move |_| {
        matches!(run.stage.get(), Stage::Asking(_) | Stage::Offered(_) | Stage::Paused)
    });
    view! {
        <div class="answer">
            <span class="answer-words" role="status" data-testid="answer">{words}</span>
            <Show when=move || waits.get()>
                <button type="button" on:click=move |_| run.train()>
                    {move || if state.shows_shipped() { HERE } else { "Train" }}
                </button>
            </Show>
            <Show when=move || reading.strayed()>
                <button type="button" data-testid="own-settings" on:click=move |_| reading.back()>
                    "Back to my settings"
                </button>
            </Show>
        </div>
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
