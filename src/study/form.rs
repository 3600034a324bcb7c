//! The form of an experiment: a line for every parameter of a study.

use super::state::Page;
use crate::controls::{Controls, Item, Line};
use leptos::prelude::*;
use toy::Study;
use toy::spec::{Param, Spec};

/// All controls of the study.
#[component]
pub fn Form(
    /// The page.
    page: Page,
) -> impl IntoView {
    view! {
        <Controls
            lines=Study::PARAMS.iter().map(|param| line(page, param)).collect()
            outside=page.outside
            can_undo=Signal::derive(move || page.can_undo())
            undo=Callback::new(move |()| page.undo())
        />
    }
}

fn line(page: Page, param: &'static Param<Study>) -> Line {
    let Param { name, label, group, rare, help, kind, matters, get, .. } = *param;
    let item = Item {
        name,
        label,
        help,
        kind,
        get: Memo::new(move |_| page.study.with(get)).into(),
        set: Callback::new(move |text: String| page.set(name, &text)),
        matters: Memo::new(move |_| page.study.with(matters)).into(),
        most: Signal::stored(None),
    };
    Line { group, rare, item }
}
