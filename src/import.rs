//! Files of diagrams that readers bring: shown in the place of what was trained.

use crate::bring::{Brought, Choose, Files, UNTIL};
use crate::decode::read;
use crate::origin::Origin;
use crate::part::Why;
use crate::source::{Side, Source};
use crate::state::State;
use leptos::prelude::*;
use toy::load::Loaded;

/// Takes files dropped anywhere on the page from now on.
pub fn listen(state: State) -> Files {
    let words = |onto: Option<&str>| match is_right(onto) {
        true => ["The right diagram shows ", "."],
        false => ["The left diagram shows ", UNTIL],
    };
    Files::listen(words, move |file| show(state, file))
}

fn is_right(onto: Option<&str>) -> bool {
    onto == Some(Side::Right.word())
}

/// Shows a file on the side it was dropped on, or else on the left; returns what the reader should
/// know.
async fn show(state: State, file: Brought) -> Result<Vec<String>, Why> {
    let Brought { name, bytes, onto } = file;
    let (base, thresholds) = (state.sweep.get_untracked(), state.thresholds.get_untracked());
    let Loaded { sweep, picture, thresholds, notes } = read(bytes, base, thresholds).await?;
    if let Some(thresholds) = thresholds {
        state.thresholds.set(thresholds);
    }
    if is_right(onto.as_deref()) {
        state.keep(sweep, picture, Some(Origin::File(name)));
        return Ok(notes);
    }
    state.sources[Side::Left.index()].set(Source::Trained);
    state.cursor.set(None);
    state.pinned.set(None);
    // The run first: what it shows already need not be trained.
    state.run.adopt(sweep.clone(), picture, name);
    state.load(sweep);
    Ok(notes)
}

/// The button that asks for a file.
#[component]
pub fn Loader() -> impl IntoView {
    let files = expect_context::<Files>();
    view! {
        <h2>"Load"</h2>
        <Choose
            label="Load a file…"
            accept=".json,.csv,.tsv,.txt,.safetensors,.npz,application/json,text/csv,text/plain"
            files
        />
        <p class="take-note">
            "A run or table saved here, or a table with repro-superposition's columns, as any program writes them; or weights W and b of PyTorch, JAX or NumPy (.safetensors, .npz). It can also be dropped onto the page: onto the diagram that is to show it."
        </p>
    }
}
