//! A number that can be typed, dragged and stepped, with what is wrong about it next to it.

use super::context::Outside;
use super::scale::Scale;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

/// What became of a text typed into a control.
pub type Verdict = Result<(), String>;

/// A number's control. `get` is its value as text; `set` takes text and refuses it with a sentence.
#[component]
pub fn Number(
    /// Unique on the page.
    id: String,
    /// Name for people.
    #[prop(into)]
    label: String,
    /// Id of the sentence that explains it.
    describe: String,
    /// How it is dragged and stepped.
    scale: Signal<Scale>,
    /// Its value.
    get: Signal<String>,
    /// Takes a new one.
    set: Callback<String, Verdict>,
    /// Whether it stands without a slider.
    #[prop(optional)]
    bare: bool,
) -> impl IntoView {
    let Outside(outside) = expect_context();
    let draft = RwSignal::new(None::<String>);
    let error = RwSignal::new(None::<String>);
    let forget = move || {
        draft.set(None);
        error.set(None);
    };
    let try_text = move |text: String| {
        error.set(set.run(text.clone()).err());
        draft.set(Some(text));
    };
    let take = move |text: String| {
        try_text(text);
        if error.with_untracked(Option::is_none) {
            draft.set(None);
        }
    };
    // A value set elsewhere replaces what was typed here; also one that put an error right.
    Effect::watch(move || outside.track(), move |(), _, _| forget(), false);
    Effect::watch(
        move || get.get(),
        move |_, _, _| {
            if error.with_untracked(Option::is_some) {
                forget();
            }
        },
        false,
    );
    let step = move |up: bool| {
        if let Some(text) = scale.get_untracked().step(&get.get_untracked(), up) {
            take(text);
        }
    };
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "ArrowUp" | "ArrowDown" => {
            event.prevent_default();
            step(event.key() == "ArrowUp");
        }
        "Escape" => forget(),
        _ => {}
    };
    let on_blur = move |_| {
        if error.with_untracked(Option::is_none) {
            draft.set(None);
        }
    };
    let shown = move || draft.get().unwrap_or_else(|| get.get());
    // All of its digits are to be seen.
    let wide = move || format!("clamp(4.2em, {}ch, 9em)", shown().chars().count() + 1);
    let wrong = move || error.with(Option::is_some);
    let error_id = format!("{id}-error");
    let described = {
        let error_id = error_id.clone();
        move || if wrong() { format!("{error_id} {describe}") } else { describe.clone() }
    };
    let slider = {
        let label = label.clone();
        move || {
            let scale = scale.get();
            let (min, max, step) = scale.track();
            let label = label.clone();
            (scale.slides() && !bare).then(|| {
                view! {
                    <input
                        type="range"
                        aria-label=format!("{label}, slider")
                        min=min
                        max=max
                        step=step
                        prop:value=move || scale.position(&get.get())
                        aria-valuetext=move || get.get()
                        on:input:target=move |event| {
                            if let Ok(position) = event.target().value().parse() {
                                take(scale.at(position));
                            }
                        }
                    />
                }
            })
        }
    };
    view! {
        <div class="number" class:wrong=wrong>
            <label for=id.clone()>{label.clone()}</label>
            <span class="stepper">
                <button
                    type="button"
                    tabindex="-1"
                    aria-label=format!("less: {label}")
                    on:click=move |_| step(false)
                >
                    "−"
                </button>
                <input
                    id=id
                    type="text"
                    inputmode="decimal"
                    autocomplete="off"
                    spellcheck="false"
                    aria-invalid=move || wrong().then_some("true")
                    aria-describedby=described
                    prop:value=shown
                    style:width=wide
                    on:input:target=move |event| try_text(event.target().value())
                    on:keydown=on_key
                    on:blur=on_blur
                />
                <button
                    type="button"
                    tabindex="-1"
                    aria-label=format!("more: {label}")
                    on:click=move |_| step(true)
                >
                    "+"
                </button>
            </span>
            {slider}
            <p class="error" id=error_id role="alert">
                {move || error.get().map(|text| crate::format::sentence(&text))}
            </p>
        </div>
    }
}
