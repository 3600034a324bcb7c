//! The thresholds between phases: stated where the phases are, and changed there.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlInputElement;
use toy::phase::Thresholds;
use toy::spec::number::real;

/// One of the thresholds that can be changed: its word in links and ids, and how to get and set it.
type Limit = (&'static str, fn(&mut Thresholds) -> &mut f64);

/// Below it the extra feature is not represented.
const NORM: Limit = ("norm-threshold", |t| &mut t.norm);
/// Below it its dimension is its own.
const INTERFERENCE: Limit = ("interference-threshold", |t| &mut t.interference);

/// A threshold that someone typed.
pub fn parse(text: &str) -> Option<f64> {
    let text = real(text, true).ok()?;
    text.parse().ok().filter(|value| (0.0..=1.0).contains(value))
}

/// What the phases are decided by, as a sentence with numbers to change.
#[component]
pub fn Limits(
    /// Word for ids.
    name: &'static str,
    /// The thresholds.
    thresholds: RwSignal<Thresholds>,
) -> impl IntoView {
    let changed = move || thresholds.get() != Thresholds::DEFAULT;
    view! {
        <p class="limits" data-testid=format!("limits-{name}")>
            <span>"Not represented: " {number(name, "norm", NORM, thresholds)} "."</span>
            " "
            <span>
                "Dedicated: " {number(name, "interference", INTERFERENCE, thresholds)} "."
            </span>
            " "
            <Show when=changed>
                <button type="button" on:click=move |_| thresholds.set(Thresholds::DEFAULT)>
                    "Reset"
                </button>
            </Show>
        </p>
    }
}

/// `norm below [0.1]`.
fn number(
    name: &'static str,
    measure: &'static str,
    (word, part): Limit,
    thresholds: RwSignal<Thresholds>,
) -> impl IntoView {
    let value = move || thresholds.with(|now| *part(&mut now.clone())).to_string();
    let hint = match measure {
        "norm" => "Length of the extra feature's weights, 0 to 1.",
        _ => "Root of the superposition, 0 to 1.",
    };
    let take = move |event: leptos::ev::Event| {
        let field = event.target().and_then(|t| t.dyn_into::<HtmlInputElement>().ok());
        let Some(field) = field else { return };
        match parse(&field.value()) {
            Some(typed) => thresholds.update(|now| *part(now) = typed),
            None => field.set_value(&untrack(value)),
        }
    };
    view! {
        <label title=hint>
            {measure} " below "
            <input type="text" inputmode="decimal" autocomplete="off"
                data-testid=format!("{word}-{name}")
                prop:value=value
                on:change=take />
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_between_zero_and_one() {
        assert_eq!([parse(" 0.25"), parse("0,25"), parse("25 %")], [Some(0.25); 3]);
        assert_eq!([parse("-0.1"), parse("NaN"), parse("1.5"), parse("")], [None; 4]);
        let mut thresholds = Thresholds::DEFAULT;
        *NORM.1(&mut thresholds) = 0.5;
        *INTERFERENCE.1(&mut thresholds) = 0.75;
        assert_eq!((thresholds.norm, thresholds.interference), (0.5, 0.75));
    }
}
