//! The form: one control for every parameter in the science's table, grouped as a person thinks.

mod field;
mod number;
mod scale;

use crate::state::State;
use field::{Field, Item};
use leptos::prelude::*;
use toy::param::{GRID, Group, Kind, PARAMS};

/// Groups in the order of the form, with their headings.
const GROUPS: [(Group, &str); 5] = [
    (Group::Model, "model"),
    (Group::Diagram, "diagram"),
    (Group::Data, "inputs"),
    (Group::Optimiser, "optimiser"),
    (Group::Repeats, "repeats"),
];

/// Columns and rows in one, for the usual square diagram.
const BOTH: Item = Item {
    name: GRID,
    label: "grid",
    help: "Points on each axis of the diagram; columns and rows can differ, see more.",
    kind: Kind::Integer { min: 1, max: 1024 },
    get: |sweep| {
        let (columns, rows) = (sweep.columns, sweep.rows);
        if columns == rows { columns.to_string() } else { format!("{columns} × {rows}") }
    },
};

/// The sentence that explains the control under pointer or focus.
#[derive(Clone, Copy)]
struct Hint(RwSignal<Option<&'static str>>);

/// All controls.
#[component]
pub fn Controls() -> impl IntoView {
    let hint = Hint(RwSignal::new(None));
    provide_context(hint);
    let state = expect_context::<State>();
    let groups = GROUPS.map(|(group, heading)| view! { <Fields group heading /> });
    view! {
        <form class="fields" on:submit=|event| event.prevent_default()>
            {groups}
            <p class="undo">
                <button type="button" disabled=move || !state.can_undo() on:click=move |_| state.undo()>
                    "undo last change"
                </button>
            </p>
        </form>
        <p class="hint" aria-hidden="true">
            {move || hint.0.get().unwrap_or("Point at a control, or touch it, to read what it does.")}
        </p>
    }
}

/// One group: its usual controls, and the rare ones behind "more".
#[component]
fn Fields(group: Group, heading: &'static str) -> impl IntoView {
    let items = |rare: bool| {
        let grid = (group == Group::Diagram && !rare).then_some(BOTH);
        // The grid's control stands for both sides; by themselves they are rarely wanted.
        let sides = |name: &str| matches!(name, "columns" | "rows");
        let own = PARAMS.iter().filter(move |p| p.group == group);
        let own = own.filter(move |p| (p.rare || sides(p.name)) == rare).map(Item::of);
        grid.into_iter().chain(own).map(|item| view! { <Field item /> }).collect_view()
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
