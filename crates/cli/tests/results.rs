//! The results that come with the page (`make results`): each is what its recipe gives.

mod common;

use common::{scratch, superphase};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use toy::load;
use toy::phase::Thresholds;
use toy::spec::{command, link};
use toy::{Study, Sweep};

/// Digits that the files keep.
const KEPT: f64 = 1e-3;

struct Recipe {
    file: PathBuf,
    link: String,
    sha256: String,
}

fn recipes() -> Vec<Recipe> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/results");
    let text = std::fs::read_to_string(folder.join("recipes.tsv")).expect("recipes");
    let recipe = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [file, link, _, _, sha256] = cells[..] else { panic!("{line}") };
        Recipe { file: folder.join(file), link: link.into(), sha256: sha256.into() }
    };
    text.lines().skip(1).map(recipe).collect()
}

/// The table of one share of a run.
fn share(words: &str, part: &str, name: &str) -> csv::Reader<std::fs::File> {
    let path = scratch(name);
    let (index, of) = part.split_once('/').expect("a part");
    let stem = name.trim_end_matches(".csv");
    let made = scratch(&format!("{stem}.shard-{index:0>5}-of-{of:0>5}.csv"));
    // A share that is there is not trained again.
    let _ = std::fs::remove_file(&made);
    let line = words.trim_start_matches("superphase ");
    let out = superphase(&format!("{line} --engine cpu --shard {part} --out {}", path.display()));
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_path(&made);
    reader.unwrap_or_else(|why| panic!("{}: {why}", made.display()))
}

#[test]
fn files_are_small_and_have_the_digests_of_their_recipes() {
    let recipes = recipes();
    assert!(recipes.len() >= 4);
    for Recipe { file, sha256, .. } in recipes {
        let bytes = std::fs::read(&file).expect("a result");
        assert!(bytes.len() <= 300_000, "{}: {} bytes", file.display(), bytes.len());
        let digest: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(digest, sha256, "{}", file.display());
    }
}

/// One row of each diagram, trained again. Other CPUs round otherwise, and some of the models that
/// stand on an edge then fall to the other side.
#[test]
fn diagrams_are_what_their_links_give() {
    for Recipe { file, link, .. } in recipes() {
        if link::names_preset::<Study>(&link) {
            continue;
        }
        let sweep = link::read::<Sweep>(&link).spec;
        let bytes = std::fs::read(&file).expect("a result");
        let found = load::load(&bytes, &Sweep::default(), &Thresholds::DEFAULT).expect("a run");
        assert_eq!((&found.sweep, &found.notes[..]), (&sweep, &[][..]));
        assert!((0..found.picture.pixels()).all(|pixel| found.picture.knows(pixel)));
        let repeats: u32 = found.picture.counts.iter().map(|&count| u32::from(count)).sum();
        assert_eq!(u64::from(repeats), sweep.models());
        // In the middle: all phases meet there.
        let part = format!("{}/{}", sweep.rows / 2, sweep.rows);
        let name = format!("{}.csv", file.file_stem().expect("a name").to_string_lossy());
        let mut same = 0;
        for pixel in share(&command::line("sweep", &sweep, None), &part, &name).records() {
            let pixel = pixel.expect("a pixel");
            let cell = |i: usize| pixel[i].parse::<f64>().expect("a number");
            let at = cell(0) as usize * sweep.columns as usize + cell(1) as usize;
            let near = |ours: f32, again: f64| {
                (f64::from(ours) - again).abs() <= KEPT * again.abs().max(1e-2)
            };
            let picture = &found.picture;
            same += u32::from(near(picture.norm[at], cell(5)) && near(picture.loss[at], cell(7)));
        }
        assert!(same * 10 >= sweep.columns * 9, "{name}: {same} of {} pixels", sweep.columns);
    }
}

/// The sparsest model of each study, trained again.
#[test]
fn studies_are_what_their_links_give() {
    for Recipe { file, link, .. } in recipes() {
        if !link::names_preset::<Study>(&link) {
            continue;
        }
        let opened = link::read::<Study>(&link);
        let study = opened.spec;
        let found = load::study(&std::fs::read(&file).expect("a result")).expect("a study");
        assert_eq!((&found.study, &found.notes[..]), (&study, &[][..]));
        assert_eq!(found.snapshots.len() as u64, study.models());
        let last = &found.snapshots[found.snapshots.len() - 1].measures;
        let attack = if last.vulnerability.is_some() { " --attack" } else { "" };
        let words = command::line("study", &study, opened.preset) + attack;
        let part = format!("{0}/{0}", study.models());
        let name = format!("{}.csv", file.file_stem().expect("a name").to_string_lossy());
        let mut again = share(&words, &part, &name);
        let header = again.headers().expect("a header").clone();
        let row = again.records().next().expect("a model").expect("a row");
        let cell = |column: &str| {
            let at = header.iter().position(|name| name == column).expect("a column");
            row[at].parse::<f64>().unwrap_or(f64::NAN)
        };
        let near = |ours: f32, column: &str, part: f64| {
            let (ours, again) = (f64::from(ours), cell(column));
            assert!((ours / again - 1.0).abs() < part, "{name}, {column}: {ours} {again}");
        };
        near(last.loss, "loss", 0.02);
        near(last.dimensions_per_feature, "dimensions_per_feature", 0.02);
        if let Some(vulnerability) = last.vulnerability {
            // The difference of two losses.
            near(vulnerability.relative(), "vulnerability", 0.1);
        }
    }
}
