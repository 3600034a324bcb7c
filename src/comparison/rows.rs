//! The rows that are kept, by the browser, and the button that keeps a run's.

use leptos::prelude::*;
use toy::comparison::{self, Row};

/// Where the browser keeps the rows.
const KEY: &str = "superphase-comparison";
/// Most rows that are kept, the newest.
const MOST: usize = 2000;

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// The rows that were kept; none where they cannot be read.
pub fn rows() -> Vec<Row> {
    let text = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
    text.map(|text| comparison::read(&text)).unwrap_or_default()
}

pub fn write(rows: &[Row]) -> bool {
    storage().is_some_and(|s| s.set_item(KEY, &comparison::write(rows)).is_ok())
}

/// Adds rows to those that are kept; whether the browser keeps them.
pub fn add(new: Vec<Row>) -> bool {
    let mut all = rows();
    all.extend(new);
    let from = all.len().saturating_sub(MOST);
    write(&all[from..])
}

/// The button that keeps the models of a run as they are now.
#[component]
pub fn Keep(
    /// Their rows.
    rows: Callback<(), Vec<Row>>,
    /// What is said where there are none.
    #[prop(default = "No model's weights are known here, so there is nothing to keep.")]
    none: &'static str,
) -> impl IntoView {
    let told = RwSignal::new("");
    let keep = move |_| {
        let new = rows.run(());
        told.set(match () {
            () if new.is_empty() => none,
            () if add(new) => "Kept: see the comparison.",
            () => "The browser keeps nothing for this page.",
        });
    };
    view! {
        <div class="bar" role="group" aria-label="comparison">
            <button type="button" data-testid="compare" on:click=keep>"Keep to compare"</button>
            <span role="status">{told}</span>
        </div>
    }
}
