//! Files made of what an experiment has found.

use super::run::{Page, Part};
use crate::export::ink::{Drawn, framed};
use crate::export::save::{blob, bytes, deliver};
use crate::format::plural;
use files::weights::{self, About};
use files::{Archive, FileError, Format, arrays};
use leptos::prelude::*;
use toy::study::document::{self, Results};
use toy::study::{Snapshot, table};
use toy::{Spec, Study};

/// A table of a study's models.
type Table = fn(&Study, &[Snapshot]) -> String;

/// Arrays of a study's models.
type Arrays = fn(&Study, &[Snapshot], About) -> Result<Archive, FileError>;

/// What a file is made of.
#[derive(Clone, Copy)]
pub enum Content {
    /// What is drawn.
    Figure,
    /// What a table has.
    Table(Table),
    /// Everything.
    Document,
    /// Arrays, in the format that the file's ending says.
    Arrays(Arrays),
}

/// Everything that can be saved: its name on the button, in the file's name, its ending and what it
/// is made of.
pub const FILES: [(&str, &str, &str, Content); 10] = [
    ("SVG", "", "svg", Content::Figure),
    ("PNG", "", "png", Content::Figure),
    ("CSV, models", "models", "csv", Content::Table(table::models)),
    ("CSV, features", "features", "csv", Content::Table(table::features)),
    ("CSV, losses", "losses", "csv", Content::Table(table::curves)),
    ("CSV, weights", "weights", "csv", Content::Table(table::parameters)),
    ("JSON", "", "json", Content::Document),
    ("safetensors", "", "safetensors", Content::Arrays(weights::study)),
    ("NPZ, weights", "weights-npz", "npz", Content::Arrays(weights::study)),
    (
        "NPZ, measures",
        "measures-npz",
        "npz",
        Content::Arrays(|s, all, a| Ok(arrays::measures(s, all, a))),
    ),
];

/// Saves one of [`FILES`]; `told` hears a sentence about how it went.
pub fn take(page: Page, which: usize, figure: Option<Drawn>, told: RwSignal<String>) {
    let Some(&(_, what, ending, content)) = FILES.get(which) else { return };
    let Some(figure) = figure else { return told.set("There is nothing to save yet.".into()) };
    let figure = framed(&figure, &about(page), &page.link.get_untracked());
    let run = page.run;
    let name = run.with(|found| found.parts.first().map(|part| name(page, &part.study)));
    let what = what.trim_end_matches("-npz");
    let what = if what.is_empty() { String::new() } else { format!("-{what}") };
    let name = format!("{}{what}.{ending}", name.unwrap_or_default());
    let file = match content {
        Content::Figure => blob(&figure.text, "image/svg+xml"),
        Content::Table(table) => blob(&run.with(|found| csv(&found.parts, table)), "text/csv"),
        Content::Document => blob(&json(page), "application/json"),
        Content::Arrays(arrays) => match archive(page, arrays, &name) {
            Ok(file) => bytes(&file),
            Err(why) => return told.set(format!("{name} cannot be saved: {why}.")),
        },
    };
    deliver(name, file, figure, told);
}

/// Arrays of all studies; of several, each name says first which model it is about.
fn archive(page: Page, arrays: Arrays, name: &str) -> Result<Vec<u8>, FileError> {
    let (engine, link) = (engine(page), page.link.get_untracked());
    let step = page.run.with(|found| found.step);
    let link = link.find('?').map_or("", |at| &link[at..]);
    let about = About { link, program: env!("CARGO_PKG_VERSION"), engine: &engine, step };
    page.run.with(|found| {
        let mut whole = Archive::default();
        for part in &found.parts {
            let mut archive = arrays(&part.study, &part.snapshots, about)?;
            if found.parts.len() > 1 {
                let word = model(&part.study);
                archive.tensors.iter_mut().for_each(|t| t.name = format!("{word}/{}", t.name));
            }
            whole.tensors.append(&mut archive.tensors);
            whole.metadata = archive.metadata;
        }
        whole.write(Format::of(name)?)
    })
}

/// What trained the models, or the file that they are from.
fn engine(page: Page) -> String {
    match page.run.with(|found| found.origin.clone()) {
        Some(origin) => origin.words(),
        None => {
            page.run.engine.with_untracked(|e| e.as_ref().map_or(String::new(), |e| e.name.clone()))
        }
    }
}

/// What was trained, in a line.
fn about(page: Page) -> String {
    let study = page.spec.get_untracked();
    let Study { features, hidden, steps, repeats, seed, .. } = study;
    let of = |count: u32, noun: &str| plural(count.into(), noun);
    let density = study.text("density").replace("..", " to ");
    let label = Study::preset(page.preset.get_untracked()).map_or("", |preset| preset.label);
    format!(
        "{label}: {} in {}, density {density}, {}, {}, seed {seed}",
        of(features, "feature"),
        of(hidden, "dimension"),
        of(steps, "step"),
        of(repeats, "repeat"),
    )
}

/// `superphase-geometry-n5-m2-10x1-10000steps-seed0`.
fn name(page: Page, study: &Study) -> String {
    let Study { features, hidden, instances, repeats, steps, seed, .. } = study;
    let view = page.name.0;
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
    let (engine, link) = (engine(page), page.link.get_untracked());
    let step = page.run.with(|found| found.step);
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
