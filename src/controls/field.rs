//! One parameter as a control of the right kind.

use super::Hint;
use super::number::Number;
use super::scale::Scale;
use crate::state::State;
use leptos::prelude::*;
use toy::Sweep;
use toy::init::Init;
use toy::param::{Kind, Param, find};

/// What the form needs to know of a parameter.
#[derive(Clone, Copy)]
pub struct Item {
    /// Name in links.
    pub name: &'static str,
    /// Name for people.
    pub label: &'static str,
    /// What it is, in a sentence.
    pub help: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// Its value as text.
    pub get: fn(&Sweep) -> String,
}

impl Item {
    /// A parameter of the table.
    pub fn of(param: &Param) -> Self {
        let Param { name, label, help, kind, get, .. } = *param;
        Self { name, label, help, kind, get }
    }
}

/// The control of a parameter.
#[component]
pub fn Field(item: Item) -> impl IntoView {
    let state = expect_context::<State>();
    let Hint(hint) = expect_context::<Hint>();
    let Item { name, help, .. } = item;
    let matters = move || {
        state.sweep.with(|sweep| find(name).is_none_or(|p| crate::state::matters(p, sweep)))
    };
    let control = match item.kind {
        Kind::Integer { .. } | Kind::Real { .. } => single(state, item).into_any(),
        Kind::Span { .. } => span(state, item).into_any(),
        Kind::Choice(words) => choice(state, item, words).into_any(),
        Kind::Flag => flag(state, item).into_any(),
        Kind::Init => init(state, item).into_any(),
    };
    view! {
        <div
            class="field"
            class:idle=move || !matters()
            data-name=name
            on:pointerenter=move |_| hint.set(Some(help))
            on:pointerleave=move |_| hint.set(None)
            on:focusin=move |_| hint.set(Some(help))
            on:focusout=move |_| hint.set(None)
        >
            {control}
            <p class="visually-hidden" id=help_id(name)>
                {help}
            </p>
        </div>
    }
}

fn help_id(name: &str) -> String {
    format!("{name}-help")
}

/// A parameter's value as text.
fn value(state: State, get: fn(&Sweep) -> String) -> Signal<String> {
    Memo::new(move |_| state.sweep.with(get)).into()
}

fn single(state: State, item: Item) -> impl IntoView {
    let Item { name, label, kind, get, .. } = item;
    let scale = Memo::new(move |_| {
        state.sweep.with(|sweep| Scale::of(name, kind, sweep)).unwrap_or(Scale::log(1.0, 10.0))
    });
    let get = value(state, get);
    let set = Callback::new(move |text: String| state.set(name, &text));
    view! { <Number id=name.to_owned() label describe=help_id(name) scale=scale.into() get set /> }
}

/// Two numbers: where an axis begins and where it ends.
fn span(state: State, item: Item) -> impl IntoView {
    let Item { name, label, kind, get, .. } = item;
    let scale = Scale::of(name, kind, &Sweep::default()).unwrap_or(Scale::log(1.0, 10.0));
    let ends = move |text: &str| {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        [from.to_owned(), to.to_owned()]
    };
    let end = move |which: usize, word: &str| {
        let whole = value(state, get);
        let own = Signal::derive(move || ends(&whole.get())[which].clone());
        let set = Callback::new(move |text: String| {
            let mut both = ends(&whole.get_untracked());
            both[which] = text;
            state.set(name, &both.join(".."))
        });
        let (id, label) = (format!("{name}-{word}"), format!("{label}, {word}"));
        let scale = Signal::stored(scale);
        view! { <Number id label describe=help_id(name) scale get=own set /> }
    };
    view! { {end(0, "from")} {end(1, "to")} }
}

fn choice(
    state: State,
    item: Item,
    words: &'static [(&'static str, &'static str)],
) -> impl IntoView {
    let Item { name, label, get, .. } = item;
    let get = value(state, get);
    let error = RwSignal::new(None::<String>);
    Effect::watch(move || get.get(), move |_, _, _| error.set(None), false);
    let options = words
        .iter()
        .map(|&(word, label)| {
            view! { <option value=word prop:selected=move || get.get() == word>{label}</option> }
        })
        .collect_view();
    view! {
        <div class="choice">
            <label for=name>{label}</label>
            <select
                id=name
                aria-describedby=help_id(name)
                on:change:target=move |event| {
                    let refusal = state.set(name, &event.target().value()).err();
                    if refusal.is_some() {
                        event.target().set_value(&get.get_untracked());
                    }
                    error.set(refusal);
                }
            >
                {options}
            </select>
            <p class="error" role="alert">
                {move || error.get().map(|text| crate::format::sentence(&text))}
            </p>
        </div>
    }
}

fn flag(state: State, item: Item) -> impl IntoView {
    let Item { name, label, get, .. } = item;
    let get = value(state, get);
    view! {
        <div class="flag">
            <label for=name>{label}</label>
            <input
                id=name
                type="checkbox"
                aria-describedby=help_id(name)
                prop:checked=move || get.get() == "on"
                on:change:target=move |event| {
                    // Neither word is ever refused.
                    let _ = state.set(name, if event.target().checked() { "on" } else { "off" });
                }
            />
        </div>
    }
}

/// Ways to give the initial spread, with the value each begins with.
const SPREADS: [(&str, &str, &str); 3] = [
    ("xavier", "xavier", "xavier"),
    ("packed", "xavier, packed", "packed:4096"),
    ("std", "a number", "0.1"),
];

fn init(state: State, item: Item) -> impl IntoView {
    let Item { name, label, .. } = item;
    let way = Memo::new(move |_| match state.sweep.with(|sweep| sweep.init) {
        Init::Xavier => "xavier",
        Init::Packed(_) => "packed",
        Init::Std(_) => "std",
    });
    let options = SPREADS
        .map(|(word, label, _)| {
            view! { <option value=word prop:selected=move || way.get() == word>{label}</option> }
        })
        .collect_view();
    let number = move || {
        let (label, scale, prefix) = match way.get() {
            "packed" => ("packed instances", Scale::log(10.0, 1e6), "packed:"),
            "std" => ("standard deviation", Scale::log(1e-3, 100.0), ""),
            _ => return None,
        };
        let get = Signal::derive(move || match state.sweep.with(|sweep| sweep.init) {
            Init::Packed(instances) => instances.to_string(),
            Init::Std(std) => std.to_string(),
            Init::Xavier => String::new(),
        });
        let set = Callback::new(move |text: String| state.set(name, &format!("{prefix}{text}")));
        let (id, scale) = (format!("{name}-number"), Signal::stored(scale));
        Some(view! { <Number id label describe=help_id(name) scale get set /> })
    };
    view! {
        <div class="choice">
            <label for=name>{label}</label>
            <select
                id=name
                aria-describedby=help_id(name)
                on:change:target=move |event| {
                    let word = event.target().value();
                    let begin = SPREADS.iter().find(|(w, ..)| *w == word).map(|(.., begin)| *begin);
                    // What each way begins with is allowed.
                    let _ = state.set(name, begin.unwrap_or("xavier"));
                }
            >
                {options}
            </select>
        </div>
        {number}
    }
}
