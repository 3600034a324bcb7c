//! The form: one control for every parameter in the science's tables, grouped as a person thinks.

mod context;
mod field;
mod number;
mod scale;

pub use field::Item;

use context::{Hint, Outside};
use field::{Field, help_id};
use leptos::prelude::*;
use number::Number;
use scale::Scale;
use toy::spec::Group;

/// Groups in the order of the form, with their headings.
const GROUPS: [(Group, &str); 5] = [
    (Group::Model, "model"),
    (Group::Diagram, "diagram"),
    (Group::Data, "inputs"),
    (Group::Optimiser, "optimiser"),
    (Group::Repeats, "repeats"),
];

/// Where a parameter stands in the form.
#[derive(Clone, Copy)]
pub struct Line {
    /// Its group.
    pub group: Group,
    /// Whether it is behind "more".
    pub rare: bool,
    /// The parameter.
    pub item: Item,
}

/// All controls.
#[component]
pub fn Controls(
    /// The parameters, in the order in which each group shows them.
    lines: Vec<Line>,
    /// Counts changes made elsewhere.
    outside: RwSignal<u32>,
    /// Whether there is anything to undo.
    can_undo: Signal<bool>,
    /// Takes the last change back.
    undo: Callback<()>,
) -> impl IntoView {
    let hint = Hint(RwSignal::new(None));
    provide_context(hint);
    provide_context(Outside(outside));
    let groups = GROUPS.map(|(group, heading)| {
        let lines: Vec<_> = lines.iter().filter(|line| line.group == group).copied().collect();
        // Some specs have no parameter of a group.
        (!lines.is_empty()).then(|| view! { <Fields heading lines /> })
    });
    view! {
        <form class="fields" on:submit=|event| event.prevent_default()>
            {groups}
            <p class="undo">
                <button type="button" disabled=move || !can_undo.get() on:click=move |_| undo.run(())>
                    "undo last change"
                </button>
            </p>
        </form>
        <p class="hint" aria-hidden="true">
            {move || hint.0.get().unwrap_or("Point at a control, or touch it, to read what it does.")}
        </p>
    }
}

/// A few controls by themselves, in a row, without sliders.
#[component]
pub fn Quick(
    /// The parameters, with what to call them here.
    items: Vec<(&'static str, Item)>,
    /// Counts changes made elsewhere.
    outside: RwSignal<u32>,
) -> impl IntoView {
    provide_context(Outside(outside));
    let fields = items.into_iter().map(|(label, item)| {
        let Item { name, kind, get, set, most, .. } = item;
        let scale =
            Memo::new(move |_| Scale::of(name, kind, most.get()).unwrap_or(Scale::log(1.0, 10.0)));
        let (id, describe) = (format!("quick-{name}"), help_id(name));
        view! { <Number id label describe scale=scale.into() get set bare=true /> }
    });
    view! { <div class="quick" role="group" aria-label="model">{fields.collect_view()}</div> }
}

/// One group: its usual controls, and the rare ones behind "more".
#[component]
fn Fields(heading: &'static str, lines: Vec<Line>) -> impl IntoView {
    let items = |rare: bool| {
        let own = lines.iter().filter(move |line| line.rare == rare);
        own.map(|line| view! { <Field item=line.item /> }).collect_view()
    };
    let rare = items(true);
    let more = (!rare.is_empty()).then(|| {
        view! {
            <details>
                <summary>"more"<span class="visually-hidden">{format!(" about {heading}")}</span></summary>
                {rare}
            </details>
        }
    });
    view! {
        <fieldset>
            <legend>{heading}</legend>
            {items(false)}
            {more}
        </fieldset>
    }
}
