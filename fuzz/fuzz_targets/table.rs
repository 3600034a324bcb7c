//! Any bytes as a table, below a header or with one of their own: what is shown can be written and
//! read back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use toy::{Spec, Sweep};
use toy::csv::{GRID_COLUMNS, grid};
use toy::load::load;
use toy::phase::Thresholds;

fuzz_target!(|file: &[u8]| {
    // The first byte chooses, so that the search need not find six long names first.
    let headed = file.split_first().map(|(first, rows)| match first {
        b'c' => [toy::comparison::COLUMNS.join(",").as_bytes(), b"\n", rows].concat(),
        b'6' => [GRID_COLUMNS[..6].join(",").as_bytes(), b"\n", rows].concat(),
        b'9' => [GRID_COLUMNS.join(";").as_bytes(), b"\n", rows].concat(),
        _ => file.to_vec(),
    });
    let file = headed.unwrap_or_default();
    if let Ok(rows) = toy::comparison::from_csv(&file) {
        let text = toy::comparison::csv(&rows);
        let again = toy::comparison::from_csv(text.as_bytes()).unwrap_or_else(|why| panic!("{why}: {text}"));
        assert_eq!(toy::comparison::csv(&again), text);
    }
    let Ok(loaded) = load(&file, &Sweep::default(), &Thresholds::DEFAULT) else { return };
    assert!(loaded.sweep.validate().is_ok());
    // Large diagrams of few rows would only be written slowly.
    if loaded.picture.pixels() > 256 {
        return;
    }
    let text = grid(&loaded.sweep, &loaded.picture, None);
    let again = load(text.as_bytes(), &Sweep::default(), &Thresholds::DEFAULT);
    let again = again.unwrap_or_else(|why| panic!("{why}: {text}"));
    assert_eq!(grid(&again.sweep, &again.picture, None), text);
});
