//! The study command's tables and refusals.

mod common;

use common::{read, scratch, superphase, table};
use toy::{Spec, Study};

#[test]
fn every_preset_is_trained_and_written() {
    for preset in Study::PRESETS {
        // Small enough for a test, whatever the preset: only the shape of the output matters.
        let study = (preset.spec)();
        let words = format!("study --preset {} --steps 2 --batch 4 --engine cpu", preset.name);
        let models = table(&words, "--out", "study.csv");
        assert_eq!(models.len() as u64, study.models(), "{}", preset.name);
        assert!(models.iter().all(|m| m.number("loss").is_finite()), "{}", preset.name);
    }
}

#[test]
fn every_file_has_its_rows() {
    let words = "study --preset absolute-3 --steps 300 --engine cpu --attack";
    let files = ["by-feature", "losses", "parameters", "json"];
    let path = |name: &str| scratch(&format!("study-{name}"));
    let flags = files.map(|name| format!("--{name} {}", path(name).display()));
    let models = table(&format!("{words} {}", flags.join(" ")), "--out", "study-out.csv");
    assert_eq!(models.len(), 1);
    // An attack never helps: the one that raises the loss most raises it, or nothing does.
    assert!(models[0].number("attacked_loss") > models[0].number("loss"));
    assert!(models[0].number("vulnerability") > 0.0);
    assert_eq!(read("study-by-feature").len(), 3);
    assert_eq!(read("study-parameters").len(), 2 * 3 * 6 + 3);
    let curve = read("study-losses");
    assert_eq!(curve.len(), 256);
    assert!(curve[255].number("loss") < curve[0].number("loss"));
    assert_eq!(curve[255].number("step_end"), 300.0);
    let json = std::fs::read_to_string(path("json")).expect("written");
    assert!(
        json.contains("\"superphase-study\"") && json.contains("?v=1&study=absolute-3&steps=300")
    );
}

#[test]
fn impossible_studies_are_refused_with_what_is_allowed() {
    for (words, sentence) in [
        ("study --features 1025", "features is 1025; it must be a whole number from 1 to 1024"),
        ("study --features 513", "more than 512 need features that occur by a power-law"),
        ("study --hidden 129", "from 1 to 128"),
        ("study --preset correlated-pairs --features 7", "must divide the number of features"),
        ("study --preset anticorrelated-pairs --density 0.8", "it must be at most 0.5"),
        ("study --repeats 4096 --instances 2", "at most 4096 models"),
        ("study --preset none", "there is no preset called none; there are five-in-two"),
    ] {
        let output = superphase(words);
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{words}");
        assert!(complaint.contains(sentence), "{words}: {complaint}");
    }
}
