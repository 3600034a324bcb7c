//! What belongs to one distribution, or to one experiment, is known where ARCHITECTURE.md's recipes
//! say so, and nowhere else.

use std::fs;
use std::path::{Path, PathBuf};

/// Every Rust file below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// The files of production code that hold any of these texts, tests at their ends left out.
fn that_know(texts: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = vec![];
    sources(&root.join("src"), &mut files);
    for part in fs::read_dir(root.join("crates")).expect("crates") {
        sources(&part.expect("a crate").path().join("src"), &mut files);
    }
    let knows = |file: &PathBuf| {
        let source = fs::read_to_string(file).expect("UTF-8");
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        texts.iter().any(|text| code.contains(text))
    };
    let name = |file: &PathBuf| {
        let path = file.strip_prefix(&root).expect("below the root");
        path.to_string_lossy().replace('\\', "/")
    };
    let mut names: Vec<String> = files.iter().filter(|file| knows(file)).map(name).collect();
    names.sort();
    names
}

#[test]
fn a_distribution_is_known_to_its_file_and_to_presets() {
    assert_eq!(
        that_know(&["Sets::PowerLaw", "skew"]),
        ["crates/toy/src/study/distribution.rs", "crates/toy/src/study/preset.rs"]
    );
}

#[test]
fn an_experiment_is_known_to_its_presets_its_texts_and_the_list_of_figures() {
    assert_eq!(
        that_know(&["View::Scaling", "mod scaling;"]),
        ["crates/toy/src/study/preset.rs", "src/study/figures/mod.rs", "src/study/words.rs"]
    );
}
