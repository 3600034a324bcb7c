//! Any bytes as a document, or as the rest of one that begins well: what is shown can be written and
//! read back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use toy::json::{Run, write};
use toy::load::{Loaded, load};
use toy::phase::Thresholds;
use toy::{Spec, Sweep};

const BEGINNING: &[u8] = br#"{"format": "superphase-run", "version": 1, "parameters": {"columns": 2, "rows": 2, "#;

fn text(loaded: &Loaded) -> String {
    write(&Run {
        sweep: &loaded.sweep,
        picture: &loaded.picture,
        diagram: "trained",
        engine: "",
        program: "",
        step: 0,
        link: "",
        thresholds: loaded.thresholds.as_ref().unwrap_or(&Thresholds::DEFAULT),
        reference: None,
    })
}

const STUDY: &[u8] = br#"{"format": "superphase-study", "version": 1, "parameters": {"instances": 1, "repeats": 1}, "models": [{"instance": 0, "repeat": 0, "#;

fuzz_target!(|file: &[u8]| {
    let begun = match file.split_first() {
        Some((b'+', rest)) => [BEGINNING, rest].concat(),
        Some((b'-', rest)) => [STUDY, rest].concat(),
        _ => file.to_vec(),
    };
    if let Ok(found) = toy::load::study(&begun) {
        assert!(found.study.validate().is_ok() && !found.snapshots.is_empty());
    }
    let Ok(loaded) = load(&begun, &Sweep::default(), &Thresholds::DEFAULT) else { return };
    assert!(loaded.sweep.validate().is_ok());
    if loaded.picture.pixels() > 256 {
        return;
    }
    let written = text(&loaded);
    let again = load(written.as_bytes(), &Sweep::default(), &Thresholds::DEFAULT);
    let again = again.unwrap_or_else(|why| panic!("{why}: {written}"));
    assert_eq!(text(&again), written);
});
