//! Weights that readers bring: shown in the place of what was trained.

use super::run::Page;
use crate::bring::{Choose, listen, read, short};
use crate::format::sentence;
use files::load::{LoadedStudy, study};
use leptos::prelude::*;
use leptos::web_sys::File;

/// The button that asks for a file of weights; files may be dropped anywhere on the page, too.
#[component]
pub fn Weights(
    /// Where they are shown.
    page: Page,
) -> impl IntoView {
    let hovers = RwSignal::new(false);
    listen(hovers, move |file| take(page, file));
    let accept = ".safetensors,.npz";
    view! {
        <Choose label="Load weights…" accept take=Callback::new(move |file| take(page, file)) />
        <Show when=move || hovers.get()>
            <div class="drop-here" aria-hidden="true">"Drop the file to show it"</div>
        </Show>
    }
}

/// Reads a file and shows its models.
fn take(page: Page, file: File) {
    read(file, move |name, bytes| {
        let name = short(&name);
        let base = page.spec.get_untracked();
        match bytes.and_then(|bytes| study(&bytes, &base).map_err(|why| why.to_string())) {
            Err(why) => page.notices.set(vec![format!("{name} cannot be shown: {why}.")]),
            Ok(LoadedStudy { study, preset, snapshots, notes }) => {
                let said = format!("The figure shows {name}; change a parameter to train again.");
                let notes = notes.into_iter().map(|note| sentence(&note));
                let choice = page.choice.get_untracked();
                // The run first: what it shows already need not be trained.
                page.run.adopt(study.clone(), snapshots, name, choice);
                page.say(preset, study, [said].into_iter().chain(notes).collect());
            }
        }
    });
}
