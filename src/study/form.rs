//! The form: a line for every parameter of the science's table that has an effect.

use super::state::Page;
use leptos::prelude::*;
use toy::param::Kind;
use toy::study::param::{PARAMS, Param, matters};

/// Words of a flag.
const FLAG: &[(&str, &str)] = &[("on", "on"), ("off", "off")];

/// All parameters, the rare ones behind "more".
#[component]
pub fn Form(
    /// The page.
    page: Page,
) -> impl IntoView {
    let lines = |rare: bool| {
        let own = PARAMS.iter().filter(move |param| param.rare == rare);
        own.map(|param| line(page, param)).collect_view()
    };
    view! {
        <form class="study-fields" on:submit=|event| event.prevent_default()>
            {lines(false)}
            <details>
                <summary>"more parameters"</summary>
                {lines(true)}
            </details>
            <p class="error" role="alert">{move || page.refused.get().map(|(_, why)| why)}</p>
        </form>
    }
}

fn line(page: Page, param: &'static Param) -> impl IntoView {
    let Param { name, label, help, kind, get, .. } = *param;
    let value = Memo::new(move |_| page.study.with(get));
    let words = match kind {
        Kind::Choice(words) => Some(words),
        Kind::Flag => Some(FLAG),
        _ => None,
    };
    let control = match words {
        Some(words) => choice(page, name, words, value).into_any(),
        None => number(page, name, kind, value).into_any(),
    };
    view! {
        <div class="study-field" data-name=name title=help hidden=move || !page.study.with(|s| matters(name, s))>
            <label for=name>{label}</label>
            {control}
        </div>
    }
}

fn choice(
    page: Page,
    name: &'static str,
    words: &'static [(&'static str, &'static str)],
    value: Memo<String>,
) -> impl IntoView {
    let options = words
        .iter()
        .map(|&(word, label)| {
            view! { <option value=word prop:selected=move || value.get() == word>{label}</option> }
        })
        .collect_view();
    view! {
        <select
            id=name
            on:change:target=move |event| {
                page.set(name, &event.target().value());
                // What was refused is not what is trained.
                event.target().set_value(&value.get_untracked());
            }
        >
            {options}
        </select>
    }
}

/// A number to type, and to step where the browser offers that; a span or a spread is text.
fn number(page: Page, name: &'static str, kind: Kind, value: Memo<String>) -> impl IntoView {
    let plain = matches!(kind, Kind::Integer { .. } | Kind::Real { .. });
    let step = if matches!(kind, Kind::Integer { .. }) { "1" } else { "any" };
    let wrong = move || page.refused.with(|r| r.as_ref().is_some_and(|(which, _)| *which == name));
    view! {
        <input
            id=name
            type=if plain { "number" } else { "text" }
            step=step
            autocomplete="off"
            aria-invalid=move || wrong().then_some("true")
            prop:value=move || value.get()
            on:change:target=move |event| page.set(name, &event.target().value())
        />
    }
}
