//! Results written to files and read back.

use proptest::prelude::*;
use toy::load::load;
use toy::phase::{Phase, Thresholds};
use toy::picture::{PHASES, Picture, Reference};
use toy::{Sweep, axis::Span, csv, json};

fn document(sweep: &Sweep, picture: &Picture, thresholds: &Thresholds) -> String {
    json::write(&json::Run {
        sweep,
        picture,
        diagram: "trained",
        engine: "a \"test\"\n",
        program: "0",
        step: 7,
        link: "https://example.org/?v=1",
        thresholds,
        reference: None,
    })
}

/// A picture of any numbers whatever, NaN and all.
fn picture(columns: u32, rows: u32) -> impl Strategy<Value = Picture> {
    let pixels = (columns * rows) as usize;
    let plane =
        || proptest::collection::vec(prop_oneof![4 => 0f32..10.0, 1 => Just(f32::NAN)], pixels);
    let phases = proptest::collection::vec(0..PHASES as u8, pixels);
    let counts = proptest::collection::vec(1u16..1024, pixels * PHASES);
    (plane(), plane(), plane(), plane(), phases, counts).prop_map(
        move |(norm, superposition, polysemanticity, loss, phase, counts)| Picture {
            columns,
            rows: (0..rows).collect(),
            norm,
            superposition,
            polysemanticity,
            loss,
            phase,
            counts,
        },
    )
}

fn cases() -> impl Strategy<Value = (Sweep, Picture)> {
    let shape = (1u32..6, 1u32..6, 1e-3f64..1.0, 1e-3f64..1.0, 1e-3f64..1e3, any::<u32>());
    shape.prop_flat_map(|(columns, rows, from, to, r, seed)| {
        let density = Span::new(from, if rows == 1 { from } else { to });
        let importance = Span::new(r, if columns == 1 { r } else { 2e-3 });
        let sweep =
            Sweep { columns, rows, density, importance, seed, lr: from, ..Sweep::default() };
        picture(columns, rows).prop_map(move |picture| (sweep.clone(), picture))
    })
}

fn same(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
}

fn same_measures(a: &Picture, b: &Picture) -> bool {
    (a.columns, &a.rows) == (b.columns, &b.rows)
        && same(&a.norm, &b.norm)
        && same(&a.superposition, &b.superposition)
        && same(&a.polysemanticity, &b.polysemanticity)
        && same(&a.loss, &b.loss)
        && a.phase == b.phase
}

proptest! {
    #[test]
    fn json_gives_back_run_and_results((sweep, picture) in cases()) {
        let thresholds = Thresholds { norm: 0.25, ..Thresholds::DEFAULT };
        let text = document(&sweep, &picture, &thresholds);
        let loaded = load(text.as_bytes(), &Sweep::default(), &Thresholds::DEFAULT).unwrap();
        prop_assert_eq!(&loaded.sweep, &sweep);
        prop_assert!(same_measures(&loaded.picture, &picture));
        prop_assert_eq!(&loaded.picture.counts, &picture.counts);
        prop_assert_eq!((loaded.thresholds, loaded.notes), (Some(thresholds), vec![]));
    }

    #[test]
    fn csv_gives_back_the_picture_and_its_axes((sweep, picture) in cases()) {
        let text = csv::grid(&sweep, &picture, None);
        let loaded = load(text.as_bytes(), &Sweep::default(), &Thresholds::DEFAULT).unwrap();
        prop_assert!(same_measures(&loaded.picture, &picture));
        let Sweep { columns, rows, density, importance, .. } = loaded.sweep;
        prop_assert_eq!((columns, rows), (sweep.columns, sweep.rows));
        let near = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-9;
        prop_assert!(near(density.from, sweep.density.from) && near(density.to, sweep.density.to));
        prop_assert!(near(importance.from, sweep.importance.from) && near(importance.to, sweep.importance.to));
    }

    #[test]
    fn no_file_panics(text in "(log_sparsity_index,log_weight_index,log_sparsity,log_weight,last_polysemanticity,last_norm\n)?[0-9,.\\-\nNa{}\"\\[\\]:]{0,80}") {
        let _ = load(text.as_bytes(), &Sweep::default(), &Thresholds::DEFAULT);
    }
}

#[test]
fn repro_superpositions_table_is_read() {
    let text = "log_sparsity_index,log_weight_index,log_sparsity,log_weight,last_polysemanticity,last_norm\r\n\
        0,0,0.0,-1.0,0.001,0.02\r\n0,1,0.0,1.0,0.01,0.99\r\n1,1,-2.0,1.0,0.9,1.0\r\n1,0,-2.0,-1.0,nan,nan\r\n";
    let base = Sweep { features: 3, hidden: 2, ..Sweep::default() };
    let loaded = load(text.as_bytes(), &base, &Thresholds::DEFAULT).unwrap();
    let sweep = loaded.sweep;
    assert_eq!((sweep.columns, sweep.rows, sweep.features), (2, 2, 3));
    assert_eq!((sweep.density, sweep.importance), (Span::new(1.0, 0.01), Span::new(0.1, 10.0)));
    let phases = [Phase::NotRepresented, Phase::Dedicated, Phase::Diverged, Phase::Antipodal];
    assert_eq!(loaded.picture.phase, phases.map(Phase::code));
    assert!((loaded.picture.superposition[3] - 0.81).abs() < 1e-6);
    assert!(loaded.picture.loss.iter().all(|loss| loss.is_nan()));
    // Not a number is what a diverged model has; empty would be unknown.
    assert_eq!(loaded.picture.counts[2 * PHASES..3 * PHASES], [0, 0, 0, 0, 0, 0, 1, 0]);
    assert!(loaded.notes.iter().any(|note| note.contains("superposition")), "{:?}", loaded.notes);
}

#[test]
fn bad_files_are_refused_with_a_sentence() {
    let header = csv::GRID_COLUMNS[..6].join(",");
    let table = |rows: &str| format!("{header}\n{rows}");
    for (text, word) in [
        (String::new(), "empty"),
        ("{\"a\": 1}".into(), "not a run"),
        ("{\"format\": \"superphase-run\", \"version\": 1}".into(), "parameters"),
        ("{".into(), "not JSON"),
        ("a,b\n1,2".into(), "log_sparsity_index"),
        (header.clone(), "no pixels"),
        (table("0,0,0,-1,0"), "line 2"),
        (table("0,0,0,-1,0,x"), "line 2"),
        (table("0,0,0,-1,0,0\n0,0,0,-1,0,0"), "twice"),
        (table("0,0,0,-1,0,0\n0,1,0,0,0,0\n0,2,0,5,0,0"), "evenly"),
        (table("0,0,3,-1,0,0"), "density"),
        (table("9999999,0,0,-1,0,0"), "1024"),
    ] {
        let error =
            load(text.as_bytes(), &Sweep::default(), &Thresholds::DEFAULT).unwrap_err().to_string();
        assert!(error.contains(word), "{text}: {error}");
    }
    let sweep = Sweep { columns: 2, rows: 2, ..Sweep::default() };
    let text = document(&sweep, &Picture::ansatz(&sweep), &Thresholds::DEFAULT);
    let short = text.replace("\"rows\": [0,1]", "\"rows\": [0]");
    assert!(
        load(short.as_bytes(), &sweep, &Thresholds::DEFAULT)
            .unwrap_err()
            .to_string()
            .contains("norm")
    );
    let wrong = text.replace("\"features\": 2", "\"features\": 1");
    assert!(
        load(wrong.as_bytes(), &sweep, &Thresholds::DEFAULT)
            .unwrap_err()
            .to_string()
            .contains("2 to 8")
    );
}

/// Both formats say how much of the picture agrees with what it is compared with.
#[test]
fn agreement_goes_into_the_files() {
    let sweep = Sweep { columns: 8, rows: 5, ..Sweep::default() };
    let theory = Picture::ansatz(&sweep);
    let mut picture = theory.clone();
    let other = |phase: u8| if phase == 0 { 1 } else { 0 };
    picture.phase.iter_mut().take(10).for_each(|phase| *phase = other(*phase));
    let reference = Some(Reference { name: "the \"theory\"", picture: &theory });
    let table = csv::grid(&sweep, &picture, reference);
    let mut lines = table.lines();
    assert!(
        lines.next().is_some_and(|head| head.ends_with(",phase,compared_phase,agreement_percent"))
    );
    assert_eq!(lines.clone().count(), 40);
    assert!(lines.clone().all(|line| line.ends_with(",75")), "{table}");
    let differ = lines.filter(|line| {
        let cells: Vec<_> = line.split(',').collect();
        cells[8] != cells[9]
    });
    assert_eq!(differ.count(), 10);
    assert!(
        load(table.as_bytes(), &sweep, &Thresholds::DEFAULT)
            .is_ok_and(|l| l.picture.phase == picture.phase)
    );

    let thresholds = &Thresholds::DEFAULT;
    let run = json::Run {
        sweep: &sweep,
        picture: &picture,
        diagram: "trained",
        engine: "",
        program: "0",
        step: 0,
        link: "",
        thresholds,
        reference,
    };
    let text = json::write(&run);
    assert!(text.contains(
        "\"agreement\": {\"with\": \"the \\\"theory\\\"\", \"fraction\": 0.75, \"pixels\": [false,"
    ));
    assert!(load(text.as_bytes(), &sweep, thresholds).is_ok_and(|l| l.notes.is_empty()));
    // Nothing to compare with, nothing said.
    let blank = Picture::of(&sweep);
    let none = Some(Reference { name: "nothing", picture: &blank });
    assert!(!json::write(&json::Run { reference: none, ..run }).contains("agreement"));
}
