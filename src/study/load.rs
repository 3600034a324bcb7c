//! Weights that readers bring: shown in the place of what was trained.

use super::run::Page;
use crate::bring::{Choose, FileNotes, Files, UNTIL};
use files::load::{LoadedStudy, study};
use leptos::prelude::*;

/// Takes files of weights dropped anywhere on the page from now on.
pub fn listen(page: Page) -> Files {
    Files::listen(["The figure shows ", UNTIL], move |(name, bytes)| {
        let base = page.spec.get_untracked();
        let loaded = study(&bytes, &base).map_err(|why| why.to_string())?;
        let LoadedStudy { study, preset, snapshots, notes } = loaded;
        // The run first: what it shows already need not be trained.
        page.run.adopt(study.clone(), snapshots, name, page.choice.get_untracked());
        page.load((preset.name, study));
        Ok(notes)
    })
}

/// The button that asks for such a file, and what there is to say about the last one.
#[component]
pub fn Weights(
    /// The files.
    files: Files,
) -> impl IntoView {
    view! {
        <div class="bar saves">
            <Choose label="Load weights…" accept=".safetensors,.npz" files />
            <span>"or drop a file here: W and b of PyTorch, JAX or NumPy, or saved here"</span>
        </div>
        <FileNotes files />
    }
}
