//! The form of a diagram: a line for every parameter of a sweep.

use crate::controls::{Controls, Item, Line};
use crate::state::{State, matters};
use leptos::prelude::*;
use toy::Sweep;
use toy::param::{GRID, Group, Kind, PARAMS, Param};

/// All controls of the sweep.
#[component]
pub fn Form() -> impl IntoView {
    let state = expect_context::<State>();
    let grid = Line { group: Group::Diagram, rare: false, item: grid(state) };
    let lines = std::iter::once(grid).chain(PARAMS.iter().map(|param| line(state, param)));
    view! {
        <Controls
            lines=lines.collect()
            outside=state.outside
            can_undo=Signal::derive(move || state.can_undo())
            undo=Callback::new(move |()| state.undo())
        />
    }
}

fn line(state: State, param: &'static Param) -> Line {
    let Param { name, label, group, rare, help, kind, get, .. } = *param;
    // The grid's control stands for both sides; by themselves they are rarely wanted.
    let side = matches!(name, "columns" | "rows");
    // A dimension more than the features have use for would only be refused.
    let most = (name == "hidden").then_some(|sweep: &Sweep| sweep.features - 1);
    let item = Item {
        name,
        label,
        help,
        kind,
        get: value(state, get),
        set: Callback::new(move |text: String| state.set(name, &text)),
        matters: Memo::new(move |_| state.sweep.with(|sweep| matters(param, sweep))).into(),
        most: Memo::new(move |_| most.map(|most| state.sweep.with(most))).into(),
    };
    Line { group, rare: rare || side, item }
}

/// Columns and rows in one, for the usual square diagram.
fn grid(state: State) -> Item {
    let get = |sweep: &Sweep| {
        let (columns, rows) = (sweep.columns, sweep.rows);
        if columns == rows { columns.to_string() } else { format!("{columns} × {rows}") }
    };
    Item {
        name: GRID,
        label: "grid",
        help: "Points on each axis of the diagram; columns and rows can differ, see more.",
        kind: Kind::Integer { min: 1, max: 1024 },
        get: value(state, get),
        set: Callback::new(move |text: String| state.set(GRID, &text)),
        matters: Signal::stored(true),
        most: Signal::stored(None),
    }
}

/// A parameter's value as text.
fn value(state: State, get: fn(&Sweep) -> String) -> Signal<String> {
    Memo::new(move |_| state.sweep.with(get)).into()
}
