//! The form of a diagram: a line for every parameter of a sweep.

use crate::controls::{Controls, Item, Line, Quick};
use crate::state::State;
use leptos::prelude::*;
use toy::Sweep;
use toy::spec::{Joint, Param, Spec};

/// All controls of the sweep.
#[component]
pub fn Form() -> impl IntoView {
    let state = expect_context::<State>();
    let joints = Sweep::JOINTS.iter().map(|joint| Line {
        group: joint.group,
        rare: false,
        item: together(state, joint),
    });
    let lines = joints.chain(Sweep::PARAMS.iter().map(|param| line(state, param)));
    view! {
        <Controls
            lines=lines.collect()
            outside=state.outside
            can_undo=Signal::derive(move || state.can_undo())
            undo=Callback::new(move |()| state.undo())
        />
    }
}

/// The parameters of first rank, to stand in sight.
#[component]
pub fn First() -> impl IntoView {
    let state = expect_context::<State>();
    let names = [("features", "features n"), ("hidden", "dimensions m"), ("repeats", "repeats")];
    let items = names
        .into_iter()
        .filter_map(|(name, label)| Some((label, line(state, Sweep::find(name)?).item)));
    view! { <Quick items=items.collect() outside=state.outside /> }
}

fn line(state: State, param: &'static Param<Sweep>) -> Line {
    let Param { name, label, group, rare, help, kind, matters, get, .. } = *param;
    // The control of several parameters stands for them; by themselves they are rarely wanted.
    let part = Sweep::JOINTS.iter().any(|joint| joint.parts.contains(&name));
    // A dimension more than the features have use for would only be refused.
    let most = (name == "hidden").then_some(|sweep: &Sweep| sweep.features - 1);
    let item = Item {
        name,
        label,
        help,
        kind,
        get: value(state, get),
        set: Callback::new(move |text: String| state.set(name, &text)),
        matters: Memo::new(move |_| state.sweep.with(matters)).into(),
        most: Memo::new(move |_| most.map(|most| state.sweep.with(most))).into(),
    };
    Line { group, rare: rare || part, item }
}

/// Several parameters in one, for when they are alike as they usually are.
fn together(state: State, joint: &'static Joint) -> Item {
    let Joint { name, label, help, kind, parts, .. } = *joint;
    let get = move |sweep: &Sweep| {
        let each = || parts.iter().map(|part| sweep.text(part)).collect::<Vec<_>>();
        joint.get(sweep).unwrap_or_else(|| each().join(" × "))
    };
    Item {
        name,
        label,
        help,
        kind,
        get: value(state, get),
        set: Callback::new(move |text: String| state.set(name, &text)),
        matters: Signal::stored(true),
        most: Signal::stored(None),
    }
}

/// A parameter's value as text.
fn value(state: State, get: impl Fn(&Sweep) -> String + Send + Sync + 'static) -> Signal<String> {
    Memo::new(move |_| state.sweep.with(&get)).into()
}
