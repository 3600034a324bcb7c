//! Files made of what an experiment has found.

use super::run::Part;
use super::state::Page;
use crate::export::ink::Drawn;
use crate::export::save::{blob, png, save};
use leptos::prelude::*;
use leptos::task::spawn_local;
use toy::study::document::{self, Results};
use toy::study::{Snapshot, table};
use toy::{Spec, Study};

/// A table of a study's models.
type Table = fn(&Study, &[Snapshot]) -> String;

/// Everything that can be saved: its name on the button, in the file's name, its ending and, for
/// tables, what writes it.
pub const FILES: [(&str, &str, &str, Option<Table>); 7] = [
    ("SVG", "", "svg", None),
    ("PNG", "", "png", None),
    ("CSV, models", "models", "csv", Some(table::models)),
    ("CSV, features", "features", "csv", Some(table::features)),
    ("CSV, losses", "losses", "csv", Some(table::curves)),
    ("CSV, weights", "weights", "csv", Some(table::parameters)),
    ("JSON", "", "json", None),
];

/// Image pixels of a PNG for each unit of the figure.
const SCALE: u32 = 2;

/// Saves one of [`FILES`]; `told` hears a sentence about how it went.
pub fn take(page: Page, which: usize, figure: Option<Drawn>, told: RwSignal<String>) {
    let Some(&(_, what, ending, table)) = FILES.get(which) else { return };
    let Some(figure) = figure else { return told.set("There is nothing to save yet.".into()) };
    let run = page.run;
    let name = run.with(|found| found.parts.first().map(|part| name(page, &part.study)));
    let what = if what.is_empty() { String::new() } else { format!("-{what}") };
    let name = format!("{}{what}.{ending}", name.unwrap_or_default());
    let (text, mime) = match (table, ending) {
        (Some(table), _) => (run.with(|found| csv(&found.parts, table)), "text/csv"),
        (None, "json") => (json(page), "application/json"),
        _ => (figure.text.clone(), "image/svg+xml"),
    };
    spawn_local(async move {
        let file = match ending {
            "png" => png(&figure, SCALE).await,
            _ => blob(&text, mime),
        };
        told.set(match file.and_then(|file| save(&name, &file)) {
            Ok(()) => format!("Saved {name}."),
            Err(_) => "The browser could not make the file.".into(),
        });
    });
}

/// `superphase-geometry-n5-m2-10x1-10000steps-seed0`.
fn name(page: Page, study: &Study) -> String {
    let Study { features, hidden, instances, repeats, steps, seed, .. } = study;
    let view = page.view.word();
    format!("superphase-{view}-n{features}-m{hidden}-{instances}x{repeats}-{steps}steps-seed{seed}")
}

/// A table of all studies; of several, each row says first which model it is about.
fn csv(parts: &[Part], table: Table) -> String {
    if let [part] = parts {
        return table(&part.study, &part.snapshots);
    }
    let mut text = String::new();
    for (place, part) in parts.iter().enumerate() {
        let word = model(&part.study);
        for (row, line) in table(&part.study, &part.snapshots).lines().enumerate() {
            if row > 0 || place == 0 {
                text += &format!("{},{line}\n", if row == 0 { "model" } else { &word });
            }
        }
    }
    text
}

fn model(study: &Study) -> String {
    study.text("model")
}

/// The document of a study, or a list of several.
fn json(page: Page) -> String {
    let engine = page.run.engine.with_untracked(|e| e.as_ref().map(|e| e.name.clone()));
    let (engine, link) = (engine.unwrap_or_default(), page.link.get_untracked());
    let step = page.run.progress.get_untracked().step;
    let document = |part: &Part| {
        document::write(&Results {
            study: &part.study,
            snapshots: &part.snapshots,
            engine: &engine,
            program: env!("CARGO_PKG_VERSION"),
            step,
            link: &link,
        })
    };
    let all: Vec<String> = page.run.with(|found| found.parts.iter().map(document).collect());
    if all.len() == 1 { all.concat() } else { format!("[{}]\n", all.join(",")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use toy::study::Variant;

    #[test]
    fn tables_of_several_studies_say_which() {
        let part = |variant| Part {
            study: Study { variant, ..Study::default() },
            snapshots: vec![Snapshot { curve: vec![1.0, 0.5], ..Snapshot::default() }],
        };
        let one = csv(&[part(Variant::Relu)], table::curves);
        assert!(one.starts_with("instance,"));
        let two = csv(&[part(Variant::Relu), part(Variant::Linear)], table::curves);
        assert_eq!(two.lines().count(), 5);
        assert!(two.starts_with("model,instance,") && two.contains("\nlinear,0,"));
    }
}
