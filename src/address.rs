//! The page's address: everything that is set, readable, and nothing that is at its default.

use crate::diagram::{Layer, limits};
use crate::export::Embed;
use crate::state::State;
use crate::theory::Theory;
use leptos::prelude::*;
use std::time::Duration;
use toy::phase::Thresholds;
use toy::{Sweep, link};
use wasm_bindgen::JsValue;
use wire::Choice;

/// The address follows when the page has rested this long: browsers refuse too many changes.
const REST: Duration = Duration::from_millis(300);

/// What is set besides the sweep.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// What the colours mean.
    pub layer: Layer,
    /// What the right diagram shows.
    pub theory: Theory,
    /// Which engine is asked for.
    pub choice: Choice,
    /// How much of the page is shown.
    pub embed: Embed,
    /// The pixel kept in the inspector: row, column.
    pub pinned: Option<(u32, u32)>,
    /// Where phases end and begin.
    pub thresholds: Thresholds,
}

impl View {
    /// The same on the whole page.
    pub fn whole(self) -> Self {
        Self { embed: Embed::No, ..self }
    }
}

/// A link's text as sweep, view and what there is to say about it.
pub fn open(query: &str) -> (Sweep, View, Vec<String>) {
    let link::Opened { sweep, others, mut notices } = link::read(query);
    let mut view = View::default();
    for (key, value) in others {
        let understood = match key.as_str() {
            "layer" => Layer::parse(&value).map(|layer| view.layer = layer),
            "theory" => Theory::parse(&value).map(|theory| view.theory = theory),
            "engine" => Choice::parse(&value).map(|choice| view.choice = choice),
            "embed" => Embed::parse(&value).map(|embed| view.embed = embed),
            "pixel" => pixel(&value, &sweep).map(|pixel| view.pinned = Some(pixel)),
            "norm-threshold" => limits::parse(&value).map(|t| view.thresholds.norm = t),
            "interference-threshold" => {
                limits::parse(&value).map(|t| view.thresholds.interference = t)
            }
            _ => {
                notices.push(format!("{} is not known and was ignored", short(&key)));
                continue;
            }
        };
        if understood.is_none() {
            notices.push(format!("{key} {} is not known and was ignored", short(&value)));
        }
    }
    (sweep, view, notices.into_iter().map(|notice| notice + ".").collect())
}

/// As much of a stranger's text as is worth repeating.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// `row,column`, inside the diagram.
fn pixel(text: &str, sweep: &Sweep) -> Option<(u32, u32)> {
    let (row, column) = text.split_once(',')?;
    let (row, column) = (row.parse().ok()?, column.parse().ok()?);
    (row < sweep.rows && column < sweep.columns).then_some((row, column))
}

/// The query that [`open`] reads back.
pub fn query(sweep: &Sweep, view: &View) -> String {
    let mut pairs = link::pairs(sweep);
    let default = View::default();
    let mut say = |key: &str, value: String| pairs.push((key.to_owned(), value));
    if view.layer != default.layer {
        say("layer", view.layer.word().to_owned());
    }
    if view.theory != default.theory {
        say("theory", view.theory.word().to_owned());
    }
    if view.choice != default.choice {
        say("engine", view.choice.word().to_owned());
    }
    if view.embed != default.embed {
        say("embed", view.embed.word().to_owned());
    }
    if let Some((row, column)) = view.pinned {
        say("pixel", format!("{row},{column}"));
    }
    let Thresholds { norm, interference, .. } = view.thresholds;
    if norm != default.thresholds.norm {
        say("norm-threshold", norm.to_string());
    }
    if interference != default.thresholds.interference {
        say("interference-threshold", interference.to_string());
    }
    if pairs.len() == 1 {
        // The version alone says nothing.
        return String::new();
    }
    link::write(&pairs)
}

/// The address of the whole page that shows what this one shows.
pub fn share(state: State) -> String {
    state.sweep.with_untracked(|sweep| absolute(sweep, &state.view_untracked().whole()))
}

/// The address that shows this.
pub fn absolute(sweep: &Sweep, view: &View) -> String {
    let location = window().location();
    let origin = location.origin().unwrap_or_default();
    let path = location.pathname().unwrap_or_default();
    let query = query(sweep, view);
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{origin}{path}{mark}{query}")
}

/// Keeps the browser's address up to date.
pub fn follow(state: State) {
    let pending = StoredValue::new(None::<TimeoutHandle>);
    let write = move || {
        if let Ok(history) = window().history() {
            // A page opened from a file has an address that must not change; it works without.
            let link = state.sweep.with_untracked(|s| absolute(s, &state.view_untracked()));
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&link));
        }
    };
    let set = Memo::new(move |_| (state.sweep.get(), state.view()));
    Effect::watch(
        // Read, not only tracked: a memo that nobody reads follows nothing.
        move || set.get(),
        move |_, _, _| {
            if let Some(handle) = pending.get_value() {
                handle.clear();
            }
            pending.set_value(set_timeout_with_handle(write, REST).ok());
        },
        false,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_survives_the_link() {
        let sweep = Sweep { features: 3, hidden: 2, ..Sweep::default() };
        let view = View {
            theory: Theory::Optimum,
            choice: Choice::Cpu,
            pinned: Some((3, 63)),
            thresholds: Thresholds { norm: 0.25, ..Thresholds::DEFAULT },
            ..View::default()
        };
        let text = query(&sweep, &view);
        let pairs = "theory=optimum&engine=cpu&pixel=3,63&norm-threshold=0.25";
        assert_eq!(text, format!("v=1&features=3&hidden=2&{pairs}"));
        assert_eq!(open(&text), (sweep, view, vec![]));
        assert_eq!(query(&Sweep::default(), &View::default()), "");
    }

    #[test]
    fn whatever_is_not_understood_is_said() {
        let (sweep, view, notices) = open("?engine=abacus&pixel=64,0&layer=&colour=1&lr=-1");
        assert_eq!((sweep, view), (Sweep::default(), View::default()));
        assert_eq!(notices.len(), 5, "{notices:?}");
        assert!(notices.iter().all(|n| n.ends_with('.')));
    }
}
