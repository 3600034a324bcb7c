//! Bottlenecks in shards, cut off, logged and as arrays: as other studies are.

mod common;

use common::{read, scratch, superphase};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const RUN: &str = "study --preset translation --widest 4 --steps 4 --batch 4 --held-out 8 --seed 3";
const FILES: [&str; 4] = ["out", "by-feature", "losses", "sentences"];

/// A folder of the tests' own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = scratch(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// The flags of all tables, whose files begin so.
fn files(folder: &Path, start: &str) -> String {
    let flag =
        |name: &str| format!("--{name} {}", folder.join(format!("{start}-{name}")).display());
    FILES.map(flag).join(" ")
}

fn done(words: &str) -> String {
    let output = superphase(words);
    let said = complaint(&output);
    assert!(output.status.success(), "{words}: {said}");
    said
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn merged_shards_are_the_undivided_run_byte_for_byte() {
    let folder = folder("translation-merge");
    done(&format!("{RUN} {}", files(&folder, "whole")));
    for shard in ["2/2", "1/2"] {
        done(&format!("{RUN} {} --shard {shard}", files(&folder, "x")));
    }
    for name in FILES {
        let part = |shard| folder.join(format!("x-{name}.shard-0000{shard}-of-00002"));
        let out = folder.join(format!("merged-{name}"));
        let parts = [2, 1].map(|shard| part(shard).display().to_string()).join(" ");
        done(&format!("merge {parts} --out {}", out.display()));
        let whole = fs::read(folder.join(format!("whole-{name}"))).expect("written");
        assert!(fs::read(out).expect("merged") == whole, "{name}");
    }
    let again = done(&format!("{RUN} {} --shard 1/2", files(&folder, "x")));
    assert!(again.contains("is there already"), "{again}");
    let refused = superphase(&format!("{RUN} --out x --by-unit y --shard 1/2"));
    assert!(complaint(&refused).contains("--by-unit is written of whole runs"));
    let pairs = scratch("translation-parts.tsv");
    let lines: String = (0..90).map(|i| format!("a b{i}\tx y{i}\n")).collect();
    fs::write(&pairs, lines).expect("written");
    let refused = superphase(&format!("{RUN} --out x --pairs {} --shard 1/2", pairs.display()));
    assert!(complaint(&refused).contains("name it by --base"), "{}", complaint(&refused));
}

/// Stopped after its first checkpoint, it ends with the bytes of an undisturbed run.
#[test]
fn a_run_that_was_cut_off_goes_on() {
    let folder = folder("translation-resume");
    let words = RUN.replace("--steps 4", "--steps 400").replace("--widest 4", "--widest 1");
    done(&format!("{words} {}", files(&folder, "whole")));
    let cut = format!("{words} {} --checkpoint-every 0.001", files(&folder, "cut"));
    let checkpoint = folder.join("cut-out.checkpoint");
    let mut child = Command::new(env!("CARGO_BIN_EXE_superphase"))
        .args(cut.split(' '))
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the command was built");
    while !checkpoint.exists() && child.try_wait().expect("a child").is_none() {
        std::thread::yield_now();
    }
    let _ = child.kill();
    let _ = child.wait();
    assert!(checkpoint.exists(), "it was over before it was saved");
    // Of another run nothing is gone on with.
    let other = superphase(&format!("{} --resume", cut.replace("--seed 3", "--seed 4")));
    assert!(complaint(&other).contains("checkpoint of another run"), "{}", complaint(&other));
    done(&format!("{cut} --resume"));
    assert!(!checkpoint.exists());
    for name in FILES {
        let file = |start: &str| fs::read(folder.join(format!("{start}-{name}"))).expect("written");
        assert!(file("cut") == file("whole"), "{name}");
    }
}

#[test]
fn weights_units_and_a_log_are_written() {
    let folder = folder("translation-arrays");
    let at = |name: &str| folder.join(name).display().to_string();
    let units = scratch("translation-by-unit");
    let more = format!(
        "--out {} --weights {} --log {} --by-unit {}",
        at("out"),
        at("w.safetensors"),
        at("log"),
        units.display()
    );
    done(&format!("{RUN} --repeats 2 {more}"));
    let bytes = fs::read(folder.join("w.safetensors")).expect("written");
    let archive = files::Archive::read(&bytes).expect("safetensors");
    let shape = |name: &str| archive.tensor(name).map(|tensor| tensor.shape.clone());
    assert_eq!(shape("k4.bottleneck.narrow.weight"), Some(vec![2, 4, 64]));
    assert_eq!(shape("k2.bottleneck.wide.bias"), Some(vec![2, 64]));
    assert_eq!(archive.metadata["format"], "superphase-translation");
    assert!(archive.metadata["link"].contains("seed=3") && archive.metadata["base"].len() == 16);

    // Two bottlenecks each of 1, 2 and 4 units with two ends.
    let rows = read("translation-by-unit");
    assert_eq!(rows.len(), 2 * 2 * (1 + 2 + 4));
    for row in &rows {
        assert!(["+", "-"].contains(&row.text("sign")));
        assert!(row.number("entropy") >= 0.0 && row.number("initial_entropy") < 6.0);
        assert!(row.number("share_1") > 0.0 && !row.text("word_1").is_empty());
    }

    let log = fs::read_to_string(folder.join("log/scalars.csv")).expect("a log");
    for tag in ["LR", "Loss/train", "Loss/k-4-repeat-1", "Loss/validation", "BLEU/validation"] {
        assert!(log.contains(&format!(",{tag},")), "{tag}: {log}");
    }
    let last = log.lines().filter(|line| line.starts_with("4,BLEU/validation-k-")).count();
    assert_eq!(last, 6, "{log}");
}
