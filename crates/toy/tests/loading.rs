//! Files as other programs write them: each kind is read, or refused with the reason.

use toy::load::{LARGEST, LoadError, Loaded, load};
use toy::phase::{Phase, Thresholds};
use toy::picture::PHASES;
use toy::{Sweep, axis::Span};

const HEADER: &str =
    "log_sparsity_index,log_weight_index,log_sparsity,log_weight,last_polysemanticity,last_norm\n";

fn open(file: &[u8]) -> Result<Loaded, LoadError> {
    load(file, &Sweep::default(), &Thresholds::DEFAULT)
}

fn fixture(name: &str) -> Result<Loaded, LoadError> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/");
    open(&std::fs::read(format!("{path}{name}")).unwrap())
}

fn refused(file: &[u8]) -> String {
    open(file).expect_err("refused").to_string()
}

/// One diagram of three rows and two columns, written by many hands.
#[test]
fn every_programs_table_is_the_same_diagram() {
    let plain = fixture("plain.csv").unwrap();
    let sweep = &plain.sweep;
    assert_eq!((sweep.rows, sweep.columns), (3, 2));
    assert_eq!((sweep.density, sweep.importance), (Span::new(1.0, 0.01), Span::new(0.5, 2.0)));
    use Phase::{Antipodal, Dedicated, NotRepresented};
    let phases = [NotRepresented, Dedicated, Dedicated, Antipodal, Antipodal, Antipodal];
    assert_eq!(plain.picture.phase, phases.map(Phase::code));
    for name in [
        "semicolons-decimal-commas.csv",
        "decimal-commas-quoted.csv",
        "sep-line.csv",
        "tabs.tsv",
        "bars.txt",
        "blank-rows.csv",
        "savetxt.txt",
        "title-above.csv",
        "old-mac.csv",
        "utf16-le.csv",
        "utf16-be.csv",
        "utf16-unmarked.csv",
        "utf16-be-unmarked.csv",
        "write-table.txt",
        "data-frame-index.csv",
        "other-columns.csv",
        "capitals.csv",
        "header-again.csv",
        "trailing-comma.csv",
        "unicode-minus.csv",
        "whole-without-last-line-end.csv",
    ] {
        let loaded = fixture(name).unwrap_or_else(|why| panic!("{name}: {why}"));
        // Equal, but for the NaN of what the table does not have.
        assert_eq!(format!("{loaded:?}"), format!("{plain:?}"), "{name}");
    }
    let mut counted = fixture("from-one.csv").unwrap();
    assert!(counted.notes.remove(0).contains("counted from 1"));
    assert_eq!(format!("{counted:?}"), format!("{plain:?}"));
}

#[test]
fn what_is_missing_is_unknown_and_what_is_no_number_diverged() {
    let Loaded { picture, sweep, .. } = fixture("missing.csv").unwrap();
    assert_eq!((sweep.rows, sweep.columns), (3, 2));
    let known: Vec<bool> = (0..6).map(|pixel| picture.knows(pixel)).collect();
    assert_eq!(known, [true, false, true, true, false, false]);
    let models = |pixel: usize| picture.counts[pixel * PHASES..(pixel + 1) * PHASES].to_vec();
    assert_eq!(models(1), [0; PHASES]);
    assert_eq!(models(4), [0; PHASES]);
    assert_eq!(models(5), [0, 0, 0, 0, 0, 0, 1, 0], "diverged is known to be");
    assert!(picture.norm[4].is_nan() && picture.loss[4].is_nan());
}

#[test]
fn of_a_file_that_was_cut_the_whole_lines_are_shown() {
    for (name, missing) in [("cut.csv", 1), ("cut-in-number.csv", 2)] {
        let Loaded { picture, notes, .. } = fixture(name).unwrap();
        assert_eq!(picture.pixels(), 6, "{name}");
        let known = (0..6).filter(|&pixel| picture.knows(pixel)).count();
        assert_eq!(known, 6 - missing, "{name}");
        let note = format!("middle of a line; {missing} of the 6 rows of the table are missing");
        assert!(notes[0].contains(&note), "{name}: {notes:?}");
    }
    let gap = format!("{HEADER}0,0,0,-1,0,0\n0,1,0,0,0,0\n1,1,-1,0,0,1\n");
    let Loaded { notes, .. } = open(gap.as_bytes()).unwrap();
    assert!(notes[0].starts_with("1 of the 4 rows"), "{notes:?}");
    // In the middle a line that is none is a fault, not an end.
    let damaged = format!("{HEADER}0,0,0,-1,0,0\n0,1,0\n1,1,-1,0,0,1\n");
    assert!(refused(damaged.as_bytes()).contains("line 3"));
}

#[test]
fn linear_axes_are_refused_with_the_reason() {
    let why = fixture("linear-zero.csv").unwrap_err().to_string();
    assert!(why.contains("line 6") && why.contains("-Inf") && why.contains("above 0"), "{why}");
    let why = fixture("linear-steps.csv").unwrap_err().to_string();
    assert!(why.contains("axes are logarithmic"), "{why}");
}

#[test]
fn runs_that_other_programs_have_rewritten() {
    for name in ["python-nan.json", "floats.json", "strings.json"] {
        let Loaded { sweep, picture, thresholds, notes } =
            fixture(name).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(
            (sweep.features, sweep.hidden, sweep.seed, sweep.bias),
            (3, 2, 9, true),
            "{name}"
        );
        assert_eq!((sweep.columns, sweep.rows, sweep.repeats), (2, 2, 4), "{name}");
        use Phase::{Antipodal, Dedicated, Diverged};
        assert_eq!(picture.phase, [Dedicated, Diverged, Diverged, Antipodal].map(Phase::code));
        assert_eq!(picture.counts.iter().map(|&c| u32::from(c)).sum::<u32>(), 16, "{name}");
        assert_eq!((picture.norm[0], picture.norm[3]), (0.5, 1.0), "{name}");
        assert!(!picture.norm[1].is_finite() && !picture.norm[2].is_finite(), "{name}");
        assert_eq!(thresholds, Some(Thresholds { norm: 0.2, ..Thresholds::DEFAULT }), "{name}");
        assert_eq!(notes, [""; 0], "{name}");
    }
    let cut = fixture("cut.json").unwrap_err().to_string();
    assert!(cut.contains("not JSON") && cut.contains("cut"), "{cut}");
    let Loaded { notes, .. } = fixture("scripts.json").unwrap();
    assert!(notes.len() == 1 && notes[0].contains("<img src=x onerror=alert(1)>"), "{notes:?}");
}

/// A run without phases or counts has those that its numbers decide.
#[test]
fn phases_that_a_run_does_not_give_are_decided() {
    let text = r#"{"format": "superphase-run", "version": 1, "rows": [0], "norm": [0.01, 1, NaN, null],
        "polysemanticity": [0, 1, 0, 0], "parameters": {"columns": 4, "rows": 1}}"#;
    let Loaded { picture, .. } = open(text.as_bytes()).unwrap();
    use Phase::{Antipodal, Diverged, NotRepresented};
    let phases = [NotRepresented, Antipodal, Diverged, Diverged];
    assert_eq!(picture.phase, phases.map(Phase::code));
    assert_eq!(picture.counts.iter().map(|&c| u32::from(c)).sum::<u32>(), 3, "the last is unknown");
}

#[test]
fn other_files_are_refused_with_what_they_are() {
    for (file, word) in [
        (&b"PK\x03\x04\x14\0\x06\0"[..], "workbook"),
        (b"\x1f\x8b\x08\0", "compressed"),
        (b"\x93NUMPY\x01\0", "NumPy"),
        (b"a,b\0\0\0\0c", "binary"),
        (b"<!doctype html><title>404</title>", "web page"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"[1, 2]", "not a run"),
        (b"{\"format\": [\"superphase-run\"]}", "not a run"),
        (b"{\"format\": \"superphase-study\"}", "experiment"),
        (b"{\"norm\": [], \"norm\": []}", "duplicate"),
        (b"{\"format\": \"superphase-run\", \"parameters\": {\"seed\": 1e99}}", "seed"),
        (b"{\"norm\": [1e999]}", "number out of range"),
    ] {
        let why = refused(file);
        assert!(why.contains(word), "{}: {why}", String::from_utf8_lossy(file));
        assert!(why.len() < 300, "{why}");
    }
}

/// Sentences about a file do not repeat megabytes of it.
#[test]
fn what_a_file_says_is_repeated_in_short() {
    let long = "9x".repeat(1 << 20);
    for file in [
        format!("{HEADER}{long},0,0,0,0,0\n"),
        format!("{HEADER}0,0,0,0,{long},0\n"),
        format!("{{\"format\": \"superphase-run\", \"parameters\": {{\"seed\": \"{long}\"}}}}"),
        format!(
            "{{\"format\": \"superphase-run\", \"parameters\": {{\"{long}\": 1}}, \"rows\": []}}"
        ),
        format!("{{\"format\": \"{long}\"}}"),
        long.clone(),
    ] {
        assert!(refused(file.as_bytes()).len() < 400);
    }
    let members: String = (0..900).map(|i| format!("\"p{i}\": 1,")).collect();
    let text = format!(
        "{{\"format\": \"superphase-run\", \"version\": 1, \"rows\": [0], \"parameters\": {{{members} \"rows\": 1}}}}"
    );
    let Loaded { notes, .. } = open(text.as_bytes()).unwrap();
    assert!(notes.len() == 1 && notes[0].contains("899 more"), "{notes:?}");
}

/// Large files of nothing end soon, whatever they are made of.
#[test]
fn large_files_are_refused_or_read() {
    let many = 5 << 19;
    let rows = |row: &str| format!("{HEADER}{}", row.repeat(many / row.len()));
    assert!(refused(rows("0,0,0,-1,0,0\n").as_bytes()).contains("twice"));
    assert!(refused(rows("0,0,0,-1,0,0\n0,1,0,1,0,0\n").as_bytes()).contains("twice"));
    assert!(refused(rows("99999999,1,0,-1,0,0\n").as_bytes()).contains("1024"));
    assert!(refused(rows(",,,,,\n").as_bytes()).contains("no pixels"));
    assert!(refused(rows(",").as_bytes()).contains("no pixels"));
    assert!(
        refused(format!("{HEADER}\"{}", "0,0\n".repeat(many / 4)).as_bytes()).contains("line 2")
    );
    assert!(
        refused("log_sparsity_index,".repeat(many / 19).as_bytes()).contains("log_weight_index")
    );
    assert!(refused("\n".repeat(many).as_bytes()).contains("empty"));
    assert!(refused("x\n".repeat(many / 2).as_bytes()).contains("no column"));
    assert!(refused("[".repeat(many).as_bytes()).contains("not a run"));
    assert!(refused("{\"a\":".repeat(many / 5).as_bytes()).contains("cut"));
    let list = "0,".repeat(many / 2);
    assert!(refused(format!("{{\"norm\": [{list}0]}}").as_bytes()).contains("more than 1048576"));
    assert!(refused(format!("{{\"a\": [{list}0]}}").as_bytes()).contains("not a run"));
    assert!(refused(&vec![b' '; LARGEST + 1]).contains("larger than 128 MB"));
}
