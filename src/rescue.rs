//! If the page itself fails: what it says then, and what can still be saved. All of it is outside
//! of what may have failed.

use crate::front::Front;
use leptos::web_sys::{Blob, BlobPropertyBag, Document, Element, Url, window};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use wasm_bindgen::JsValue;

/// Writes what was trained, given the page's link; nothing if there is nothing, or it is not whole.
type Writer = Box<dyn Fn(&str) -> Option<String>>;

thread_local! {
    /// By the number of the page.
    static WRITERS: RefCell<BTreeMap<usize, Writer>> = RefCell::default();
    /// The number of the page in front.
    static FRONT: Cell<usize> = const { Cell::new(0) };
    static SHOWN: Cell<bool> = const { Cell::new(false) };
}

/// Notes which page is in front, whose link is the address.
pub fn is_in_front(number: usize) {
    FRONT.set(number);
}

/// Lets what a run has trained be saved if the program fails: the first run's of each page, which is
/// the page's own. The writer may find everything borrowed by whatever failed.
pub fn saves(writer: impl Fn(&str) -> Option<String> + 'static) {
    let number = Front::here().number;
    WRITERS.with_borrow_mut(|all| _ = all.entry(number).or_insert_with(|| Box::new(writer)));
}

/// Shows what to do, once: called while the page panics, so that nothing here may.
pub fn show() {
    if !SHOWN.replace(true) {
        // Without a document there is nobody to tell.
        let _ = message();
    }
}

/// What was trained on each page, as documents that can be loaded again.
fn saved(link: &str) -> Vec<String> {
    WRITERS.with(|all| {
        let Ok(all) = all.try_borrow() else { return vec![] };
        let own = |number: usize| if number == FRONT.get() { link } else { "" };
        all.iter().filter_map(|(&number, write)| write(own(number))).collect()
    })
}

fn message() -> Result<(), JsValue> {
    let window = window().ok_or(JsValue::NULL)?;
    let document = window.document().ok_or(JsValue::NULL)?;
    let link = window.location().href()?;
    let all = element(&document, "aside", "")?;
    all.set_attribute("class", "notices rescue")?;
    all.set_attribute("role", "alert")?;
    let text = "This page has made a mistake and stopped. What was set is in its link.";
    all.append_child(&*element(&document, "p", text)?)?;
    let again = element(&document, "a", "Open the link again")?;
    again.set_attribute("href", &link)?;
    all.append_child(&again)?;
    for text in saved(&link) {
        let options = BlobPropertyBag::new();
        options.set_type("application/json");
        let parts = js_sys::Array::of1(&text.into());
        let file = Blob::new_with_str_sequence_and_options(&parts, &options)?;
        let save = element(&document, "a", "Save what was trained")?;
        save.set_attribute("href", &Url::create_object_url_with_blob(&file)?)?;
        save.set_attribute("download", "superphase-rescued.json")?;
        all.append_child(&save)?;
    }
    let body = document.body().ok_or(JsValue::NULL)?;
    body.prepend_with_node_1(&all)
}

fn element(document: &Document, tag: &str, text: &str) -> Result<Element, JsValue> {
    let element = document.create_element(tag)?;
    element.set_text_content(Some(text));
    Ok(element)
}
