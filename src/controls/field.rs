//! One parameter as a control of the right kind.

use super::context::Hint;
use super::number::{Number, Verdict};
use super::scale::Scale;
use leptos::prelude::*;
use toy::spec::Kind;

/// A parameter in a form: what it is, and how it is read and set there.
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
    pub get: Signal<String>,
    /// Takes a text, or refuses it with a sentence.
    pub set: Callback<String, Verdict>,
    /// Whether it has any effect as things are.
    pub matters: Signal<bool>,
    /// The most that a whole number may be as things are, if that is less than its kind allows.
    pub most: Signal<Option<u32>>,
}

/// The control of a parameter.
#[component]
pub fn Field(item: Item) -> impl IntoView {
    let Hint(hint) = expect_context::<Hint>();
    let Item { name, help, matters, .. } = item;
    let control = match item.kind {
        Kind::Integer { .. } | Kind::Real { .. } => single(item).into_any(),
        Kind::Span { .. } => span(item).into_any(),
        Kind::Choice(words) => choice(item, words).into_any(),
        Kind::Flag => flag(item).into_any(),
        Kind::Init => init(item).into_any(),
    };
    view! {
        <div
            class="field"
            class:idle=move || !matters.get()
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

/// The id of the sentence that explains a parameter.
pub fn help_id(name: &str) -> String {
    format!("{name}-help")
}

fn single(item: Item) -> impl IntoView {
    let Item { name, label, kind, get, set, most, .. } = item;
    let scale =
        Memo::new(move |_| Scale::of(name, kind, most.get()).unwrap_or(Scale::log(1.0, 10.0)));
    view! { <Number id=name.to_owned() label describe=help_id(name) scale=scale.into() get set /> }
}

/// Two numbers: where an axis begins and where it ends.
fn span(item: Item) -> impl IntoView {
    let Item { name, label, kind, get: whole, set: take, .. } = item;
    let scale = Scale::of(name, kind, None).unwrap_or(Scale::log(1.0, 10.0));
    let ends = move |text: &str| {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        [from.to_owned(), to.to_owned()]
    };
    let end = move |which: usize, word: &str| {
        let own = Signal::derive(move || ends(&whole.get())[which].clone());
        let set = Callback::new(move |text: String| {
            let mut both = ends(&whole.get_untracked());
            both[which] = text;
            take.run(both.join(".."))
        });
        let (id, label) = (format!("{name}-{word}"), format!("{label}, {word}"));
        let scale = Signal::stored(scale);
        view! { <Number id label describe=help_id(name) scale get=own set /> }
    };
    view! { {end(0, "from")} {end(1, "to")} }
}

fn choice(item: Item, words: &'static [(&'static str, &'static str)]) -> impl IntoView {
    let Item { name, label, get, set, .. } = item;
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
                    let refusal = set.run(event.target().value()).err();
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

fn flag(item: Item) -> impl IntoView {
    let Item { name, label, get, set, .. } = item;
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
                    let _ = set.run(if event.target().checked() { "on" } else { "off" }.into());
                }
            />
        </div>
    }
}

/// Ways to give the initial spread, with the value each begins with.
const SPREADS: [(&str, &str, &str); 4] = [
    ("xavier", "xavier", "xavier"),
    ("packed", "xavier, packed", "packed:4096"),
    ("row", "1/√m", "row"),
    ("std", "a number", "0.1"),
];

/// What stands before the number in the text of packed instances.
const PACKED: &str = "packed:";

fn init(item: Item) -> impl IntoView {
    let Item { name, label, get, set, .. } = item;
    let way = Memo::new(move |_| match get.get() {
        text if text == "xavier" => "xavier",
        text if text == "row" => "row",
        text if text.starts_with(PACKED) => "packed",
        _ => "std",
    });
    let options = SPREADS
        .map(|(word, label, _)| {
            view! { <option value=word prop:selected=move || way.get() == word>{label}</option> }
        })
        .collect_view();
    let number = move || {
        let (label, scale, prefix) = match way.get() {
            "packed" => ("packed instances", Scale::log(10.0, 1e6), PACKED),
            "std" => ("standard deviation", Scale::log(1e-3, 100.0), ""),
            _ => return None,
        };
        let own = Signal::derive(move || get.get().trim_start_matches(prefix).to_owned());
        let set = Callback::new(move |text: String| set.run(format!("{prefix}{text}")));
        let (id, scale) = (format!("{name}-number"), Signal::stored(scale));
        Some(view! { <Number id label describe=help_id(name) scale get=own set /> })
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
                    let _ = set.run(begin.unwrap_or("xavier").into());
                }
            >
                {options}
            </select>
        </div>
        {number}
    }
}
