//! Weights and results that readers bring: shown in the place of what was trained.

use super::run::Page;
use crate::bring::{Brought, Files, UNTIL};
use crate::part::Why;
use files::Archive;
use files::load::{LoadedStudy, study};
use leptos::prelude::GetUntracked;
use toy::load::FoundStudy;

/// Takes such files dropped anywhere on the page from now on.
pub fn listen(page: Page) -> Files {
    Files::listen(
        |_| ["The figure shows ", UNTIL],
        move |Brought { name, bytes, .. }| async move {
            let LoadedStudy { study, preset, snapshots, notes } = read(page, &bytes)?;
            // The run first: what it shows already need not be trained.
            page.run.adopt(study.clone(), snapshots, name, page.choice.get_untracked());
            page.load((preset.name, study));
            Ok(notes)
        },
    )
}

/// Reads a file of weights, or a document that was saved here or by the command.
fn read(page: Page, bytes: &[u8]) -> Result<LoadedStudy, Why> {
    if Archive::is(bytes) {
        return study(bytes, &page.spec.get_untracked()).map_err(|why| Why(why.to_string()));
    }
    let found = toy::load::study(bytes).map_err(|why| Why(why.to_string()))?;
    let FoundStudy { study, preset, snapshots, notes } = found;
    Ok(LoadedStudy { study, preset, snapshots, notes })
}
