//! The pages of the instrument, in one document: going from one to another loads nothing anew. One
//! is in front; the others are kept outside of the document as they were left.

use crate::app::App;
use crate::front::{Found, Front};
use crate::part::Why;
use crate::state::DIAGRAM;
use crate::theme::Dark;
use crate::{address, experiment, experiments, rescue};
use leptos::ev;
use leptos::mount::mount_to;
use leptos::prelude::*;
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    Element, HtmlAnchorElement, HtmlElement, MouseEvent, ScrollBehavior, ScrollToOptions,
};

/// Pages left last whose workers stay even though all is done.
const AWAKE: usize = 2;

/// A page that was opened.
struct Page {
    /// Its word in links.
    word: &'static str,
    /// What it stands in.
    root: HtmlElement,
    front: Front,
    /// How far it was scrolled when it was left, in CSS pixels.
    scrolled: f64,
}

/// How the reader has come to a page.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// With the document.
    Opened,
    /// By a link.
    Link,
    /// By the browser's Back or Forward.
    Back,
}

#[derive(Default)]
struct Pages {
    /// In the order in which they were left last, the one in front at the end.
    open: Vec<Page>,
    /// Who owns what all pages have in common.
    owner: Owner,
    /// Counts the ways taken: one that has to wait for a part of the program may be overtaken.
    turns: u32,
}

thread_local! {
    static PAGES: RefCell<Pages> = RefCell::default();
}

/// Shows what the address says, and goes where links and the browser's buttons lead from now on.
///
/// # Errors
/// When a part of the program is missing.
pub async fn open() -> Result<(), Why> {
    let owner = PAGES.with_borrow(|pages| pages.owner.clone());
    owner.with(|| provide_context(Dark::follow()));
    go(search(), Way::Opened).await?;
    window_event_listener(ev::click, |event| {
        if let Some(link) = followed(&event) {
            event.prevent_default();
            take(link.search(), Way::Link);
        }
    });
    window_event_listener(ev::popstate, |_| take(search(), Way::Back));
    Ok(())
}

fn search() -> String {
    window().location().search().unwrap_or_default()
}

/// The link to another page that an event follows, in this tab.
fn followed(event: &MouseEvent) -> Option<HtmlAnchorElement> {
    let elsewhere = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
    if event.default_prevented() || elsewhere || event.button() != 0 {
        return None;
    }
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest(".views a").ok().flatten()?.dyn_into().ok()
}

/// Goes to a page; if a part of the program is missing, by loading the document, which says so.
fn take(query: String, way: Way) {
    spawn_local(async move {
        if go(query.clone(), way).await.is_err() {
            let _ = match way {
                Way::Link => window().location().assign(&address::at(bare(&query))),
                _ => window().location().reload(),
            };
        }
    });
}

/// Shows what a link says, on a page that is there already or on a new one.
async fn go(query: String, way: Way) -> Result<(), Why> {
    let turn = PAGES.with_borrow_mut(|pages| {
        pages.turns += 1;
        pages.turns
    });
    let led = experiment::link::may_lead(&query);
    let found = if led { experiments::find(query.clone()).await? } else { None };
    let found = found.unwrap_or_else(|| {
        let query = query.clone();
        Found { word: DIAGRAM, make: Box::new(|| view! { <App query /> }.into_any()) }
    });
    if PAGES.with_borrow(|pages| pages.turns == turn) {
        show(found, &query, way);
    }
    Ok(())
}

/// Puts a page in front.
fn show(found: Found, query: &str, way: Way) {
    let word = found.word;
    let front = PAGES.with_borrow(|pages| pages.open.last().map(|page| (page.word, page.front)));
    if way == Way::Link {
        // The entry that is left leads back to the page as it is left.
        let left = front.and_then(|(_, front)| front.link());
        let left = left.unwrap_or_else(|| address::at(bare(&search())));
        address::turn(&left, &address::at(bare(query)));
    }
    if front.is_some_and(|(before, _)| before != word) {
        leave();
    }
    let place = PAGES.with_borrow(|pages| pages.open.iter().position(|page| page.word == word));
    let scrolled = match place {
        Some(place) => again(place, query),
        None => {
            make(found);
            0.0
        }
    };
    match way {
        Way::Opened => {}
        Way::Link => {
            point();
            scroll(0.0);
        }
        Way::Back => scroll(scrolled),
    }
    rest();
}

/// Takes the page in front out of the document.
fn leave() {
    let left = PAGES.with_borrow_mut(|pages| {
        let page = pages.open.last_mut()?;
        page.scrolled = window().scroll_y().unwrap_or(0.0);
        Some((page.front, page.root.clone()))
    });
    if let Some((front, root)) = left {
        front.seen.set(false);
        root.remove();
    }
}

/// Makes a page and puts it into the document.
fn make(found: Found) {
    let (number, owner) = PAGES.with_borrow(|pages| (pages.open.len(), pages.owner.clone()));
    let (Some(body), Ok(root)) = (document().body(), document().create_element("div")) else {
        return;
    };
    let root: HtmlElement = root.unchecked_into();
    root.set_class_name("page");
    // A new element can stand in any.
    let _ = body.append_child(&root);
    let own = root.clone();
    owner.with(|| {
        let front = Front::new(number);
        rescue::is_in_front(number);
        let page = Page { word: found.word, root, front, scrolled: 0.0 };
        PAGES.with_borrow_mut(|pages| pages.open.push(page));
        let make = move || {
            provide_context(front);
            (found.make)()
        };
        // What was made stays for as long as the document.
        mount_to(own, make).forget();
    });
}

/// Puts a page that was left into the document, and asks it for what the link says, if that is
/// something else than it shows; returns how far it was scrolled.
fn again(place: usize, query: &str) -> f64 {
    let (front, root, scrolled) = PAGES.with_borrow_mut(|pages| {
        let page = pages.open.remove(place);
        let it = (page.front, page.root.clone(), page.scrolled);
        pages.open.push(page);
        it
    });
    rescue::is_in_front(front.number);
    if !root.is_connected()
        && let Some(body) = document().body()
    {
        let _ = body.append_child(&root);
        front.awake.set(true);
        front.seen.set(true);
    }
    if front.link().is_some_and(|link| link != address::at(bare(query))) {
        front.asked.set(Some(query.to_owned()));
    }
    scrolled
}

/// Lets workers go of pages that were left long ago, where nothing is lost with them.
fn rest() {
    let open: Vec<Front> =
        PAGES.with_borrow(|pages| pages.open.iter().map(|page| page.front).collect());
    let old = open.len().saturating_sub(1 + AWAKE);
    for front in &open[..old] {
        if front.awake.get_untracked() && front.rests() {
            front.awake.set(false);
        }
    }
}

/// Moves the focus to where the reader is among the pages, for whoever goes on by keys: the link
/// that was followed has left the document.
fn point() {
    for place in [".views [aria-current]", ".views-menu"] {
        let Ok(Some(place)) = document().query_selector(place) else { continue };
        // Only one of the two is drawn, and what is not cannot have the focus.
        let _ = place.unchecked_into::<HtmlElement>().focus();
    }
}

fn scroll(top: f64) {
    let to = ScrollToOptions::new();
    to.set_top(top);
    to.set_behavior(ScrollBehavior::Instant);
    window().scroll_to_with_scroll_to_options(&to);
}

/// A query without its mark.
fn bare(query: &str) -> &str {
    query.trim_start_matches('?')
}
