//! The way from one experiment to another: links, and on phones a menu of them.

use crate::front::Front;
use crate::memory;
use leptos::html::Nav;
use leptos::prelude::*;
use leptos::web_sys::{HtmlElement, HtmlSelectElement};
use toy::study::preset::View;
use wasm_bindgen::JsCast;
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
    let seen = Front::here().seen;
    let own = View::ALL.map(|(_, word, label)| (word, label));
    let others = [TRANSFORMER, TRANSLATION, COMPARISON];
    let names: Vec<Name> =
        std::iter::once(("", "Phase diagram")).chain(own).chain(others).collect();
    let links = names.clone().into_iter().map(|(word, label)| {
        let here = (word == here).then_some("page");
        let pair = if word.is_empty() { String::new() } else { format!("view={word}") };
        let link = move || {
            // Other pages change while this one is not in front.
            seen.track();
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
    let nav = NodeRef::<Nav>::new();
    // The same links, where there is no room for all of them beside each other.
    let at = names.iter().position(|(word, _)| *word == here).unwrap_or(0);
    let go = move |menu: HtmlSelectElement| {
        let place = menu.selected_index().max(0);
        // A browser that comes back to this page shows it as it was left.
        menu.set_selected_index(at as i32);
        let links = nav.get_untracked().map(|nav| nav.children());
        if let Some(link) = links.and_then(|links| links.item(place as u32)) {
            link.unchecked_into::<HtmlElement>().click();
        }
    };
    let options = names.iter().enumerate().map(|(place, (_, label))| {
        view! { <option value=place.to_string() selected=place == at>{*label}</option> }
    });
    view! {
        <select
            class="views-menu"
            aria-label="experiment"
            on:change:target=move |event| go(event.target())
        >
            {options.collect_view()}
        </select>
        <nav class="views" aria-label="experiments" node_ref=nav>{links.collect_view()}</nav>
    }
}
