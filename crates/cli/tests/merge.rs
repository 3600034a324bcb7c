//! Parts of runs, merged: the bytes of the undivided run, or a refusal that leaves everything as it
//! was.

mod common;

use common::{scratch, superphase};
use std::fs;
use std::path::PathBuf;

const SWEEP: &str = "sweep --columns 3 --rows 7 --repeats 2 --steps 20 --engine cpu";
const STUDY: &str =
    "study --preset five-in-two --instances 3 --repeats 2 --steps 20 --batch 8 --engine cpu";

/// A folder of the tests' own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = scratch(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Runs the command, which must succeed.
fn done(words: &str) {
    let output = superphase(words);
    assert!(output.status.success(), "{words}: {}", String::from_utf8_lossy(&output.stderr));
}

/// What the command says when it fails.
fn refused(words: &str) -> String {
    let output = superphase(words);
    assert!(!output.status.success(), "{words}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The parts of a file in a folder, as words, in another order than theirs.
fn parts(folder: &std::path::Path, stem: &str, shards: &[u32], of: u32, ending: &str) -> String {
    let name = |shard| folder.join(format!("{stem}.shard-{shard:05}-of-{of:05}.{ending}"));
    let names = shards.iter().rev().map(|&shard| name(shard).display().to_string());
    names.collect::<Vec<_>>().join(" ")
}

#[test]
fn merged_parts_are_the_undivided_run_byte_for_byte() {
    let folder = folder("merge-whole");
    let at = |name: &str| folder.join(name).display().to_string();
    let sweep = [("out", "csv"), ("models", "csv")];
    let study = [
        ("out", "csv"),
        ("by-feature", "csv"),
        ("losses", "csv"),
        ("parameters", "csv"),
        ("json", "json"),
    ];
    for (kind, words, files) in [("sweep", SWEEP, &sweep[..]), ("study", STUDY, &study[..])] {
        let flags = |start: &str| -> String {
            let flag = |(flag, ending): &(&str, &str)| {
                format!(" --{flag} {}", at(&format!("{start}{kind}-{flag}.{ending}")))
            };
            files.iter().map(flag).collect()
        };
        done(&format!("{words}{}", flags("whole-")));
        for shard in 1..=4 {
            done(&format!("{words} --shard {shard}/4{}", flags("")));
        }
        for (flag, ending) in files {
            let parts = parts(&folder, &format!("{kind}-{flag}"), &[1, 2, 3, 4], 4, ending);
            let merged = at(&format!("merged-{kind}-{flag}.{ending}"));
            done(&format!("merge {parts} --out {merged}"));
            let read = |path: &str| fs::read_to_string(path).expect("written");
            let whole = at(&format!("whole-{kind}-{flag}.{ending}"));
            assert_eq!(read(&merged), read(&whole), "{kind} --{flag}");
        }
    }
}

#[test]
fn what_does_not_belong_together_is_refused_and_nothing_is_overwritten() {
    let folder = folder("merge-refused");
    let at = |name: &str| folder.join(name).display().to_string();
    for shard in 1..=8 {
        let words = SWEEP.replace("--rows 7", "--rows 9");
        done(&format!("{words} --shard {shard}/8 --out {}", at("a.csv")));
    }
    done(
        &format!("{SWEEP} --seed 1 --rows 9 --shard 2/8 --out {}", at("b.csv"))
            .replace("--rows 7 ", ""),
    );
    let all = [1, 2, 3, 4, 5, 6, 7, 8];
    let own = |shards: &[u32]| parts(&folder, "a", shards, 8, "csv");
    let other = parts(&folder, "b", &[2], 8, "csv");
    let (whole, cut) = (at("whole.csv"), at("a.shard-00004-of-00008.csv"));
    fs::write(&whole, "of before").expect("written");
    fs::copy(at("a.shard-00003-of-00008.csv"), at("copy.csv")).expect("copied");
    fs::copy(at("a.shard-00003-of-00008.csv"), at("c.shard-00004-of-00008.csv")).expect("copied");
    for (parts, sentence) in [
        (own(&[1, 3, 4, 8]), "4 of 8 parts are missing; what is left to do: sbatch --array=2,5-7"),
        (format!("{} {other}", own(&[1, 3, 4, 5, 6, 7, 8])), "does not belong to"),
        (format!("{} {}", own(&all), at("copy.csv")), "are both of shard 3"),
        (
            format!("{} {}", own(&[1, 2]), at("c.shard-00004-of-00008.csv")),
            "but is that of shard 3/8",
        ),
        (whole.clone(), "is one of the parts"),
        (format!("{} /nowhere.csv", own(&all)), "/nowhere.csv cannot be read"),
    ] {
        let why = refused(&format!("merge {parts} --out {whole}"));
        assert!(why.contains(sentence), "{why}");
        assert_eq!(fs::read_to_string(&whole).expect("there"), "of before");
    }
    let bytes = fs::read(&cut).expect("there");
    let half = [&bytes[..bytes.len() / 2], &bytes[bytes.len() / 2 + 1..]].concat();
    for damaged in [&bytes[..bytes.len() - 30], &bytes[..bytes.len() / 2], &half] {
        fs::write(&cut, damaged).expect("written");
        let why = refused(&format!("merge {} --out {whole}", own(&all)));
        assert!(why.contains("is cut off or damaged; run its shard again: --array=4"), "{why}");
    }
    fs::write(&cut, b"").expect("written");
    let why = refused(&format!("merge {} --out {whole}", own(&all)));
    assert!(why.contains("is no part of a run"), "{why}");
    let newer = String::from_utf8_lossy(&bytes).replace("\"version\":1", "\"version\":2");
    fs::write(&cut, newer).expect("written");
    let why = refused(&format!("merge {} --out {whole}", own(&all)));
    assert!(why.contains("or one of another version"), "{why}");
    assert_eq!(fs::read_to_string(&whole).expect("there"), "of before");
    fs::write(&cut, &bytes).expect("written");
    done(&format!("merge {} --out {whole}", own(&all)));
    let left = fs::read_dir(&folder).expect("a folder").flatten();
    assert!(left.into_iter().all(|entry| !entry.file_name().to_string_lossy().starts_with('.')));
}
