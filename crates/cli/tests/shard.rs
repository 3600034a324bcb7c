//! Shares of runs: the parts of all shards hold the lines of the undivided run, whoever says which
//! shard is meant; what is done is not done again, and what was cut off goes on.
#![cfg(unix)]

mod common;

use common::scratch;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn folder(name: &str) -> PathBuf {
    let folder = scratch(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for tests");
    folder
}

fn run(words: &str, folder: &Path, environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_superphase"));
    command.args(words.split(' ')).current_dir(folder).envs(environment.iter().copied());
    command.output().expect("the command was built")
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Lines of a part between its first and its last, without the table's header.
fn lines(folder: &Path, name: &str) -> Vec<String> {
    let text = fs::read_to_string(folder.join(name)).unwrap_or_else(|why| panic!("{name}: {why}"));
    let lines: Vec<_> = text.lines().map(str::to_owned).collect();
    assert!(lines[0].starts_with("# {\"format\":\"superphase-part\""), "{}", lines[0]);
    assert!(lines[lines.len() - 1].starts_with("# end {"));
    lines[2..lines.len() - 1].to_vec()
}

/// Rows or models in turns, so many lines each, are the whole.
fn in_turns(folder: &Path, stem: &str, of: usize, each: usize) -> Vec<String> {
    let name = |shard| format!("{stem}.shard-{:05}-of-{of:05}.csv", shard + 1);
    let parts: Vec<Vec<String>> = (0..of).map(|shard| lines(folder, &name(shard))).collect();
    let all = parts.iter().map(Vec::len).sum::<usize>() / each;
    let unit = |unit: usize| parts[unit % of][unit / of * each..][..each].to_vec();
    (0..all).flat_map(unit).collect()
}

fn whole(folder: &Path, name: &str) -> Vec<String> {
    let text = fs::read_to_string(folder.join(name)).expect("written");
    text.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn shards_of_a_sweep_are_the_sweep() {
    let folder = folder("shards-sweep");
    let words =
        "sweep --columns 5 --rows 7 --repeats 3 --data sampled --batch 64 --steps 20 --engine cpu";
    let files = |stem: &str| format!("--out {stem}.csv --models {stem}-models.csv");
    assert!(run(&format!("{words} {}", files("whole")), &folder, &[]).status.success());
    for shard in ["2/3", "1/3", "3/3"] {
        let output = run(&format!("{words} {} --shard {shard}", files("x")), &folder, &[]);
        assert!(output.status.success(), "{}", complaint(&output));
    }
    assert_eq!(in_turns(&folder, "x", 3, 5), whole(&folder, "whole.csv"));
    assert_eq!(in_turns(&folder, "x-models", 3, 15), whole(&folder, "whole-models.csv"));
    // More shards than rows: some have none.
    for shard in 1..=9 {
        let output = run(&format!("{words} --out y.csv --shard {shard}/9"), &folder, &[]);
        assert!(output.status.success(), "{}", complaint(&output));
    }
    assert_eq!(in_turns(&folder, "y", 9, 5), whole(&folder, "whole.csv"));
}

#[test]
fn shards_of_a_study_are_the_study() {
    let folder = folder("shards-study");
    let words = "study --preset absolute-3 --instances 3 --repeats 2 --steps 20 --engine cpu";
    let all = ["out", "by-feature", "losses", "parameters"];
    let files = |stem: &str| all.map(|f| format!("--{f} {stem}-{f}.csv")).join(" ");
    let output = run(&format!("{words} {}", files("whole")), &folder, &[]);
    assert!(output.status.success(), "{}", complaint(&output));
    for shard in 1..=4 {
        let words = format!("{words} {} --json x.json --shard {shard}/4", files("x"));
        let output = run(&words, &folder, &[]);
        assert!(output.status.success(), "{}", complaint(&output));
        let json = folder.join(format!("x.shard-0000{shard}-of-00004.json"));
        let json: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(json).expect("written")).expect("JSON");
        let lines = json["models"].as_array().map_or(0, Vec::len);
        assert_eq!(json["end"]["lines"].as_u64(), Some(lines as u64));
        assert_eq!(json["part"]["shard"].as_u64(), Some(shard));
    }
    for (file, each) in all.into_iter().zip([1, 3, 20, 2 * 3 * 6 + 3]) {
        let found = in_turns(&folder, &format!("x-{file}"), 4, each);
        assert_eq!(found, whole(&folder, &format!("whole-{file}.csv")), "{file}");
    }
}

#[test]
fn shards_of_a_theory_are_the_theory() {
    let folder = folder("shards-theory");
    for kind in ["ansatz", "optimum"] {
        let words = format!("theory --kind {kind} --columns 4 --rows 5");
        assert!(run(&format!("{words} --out whole.csv"), &folder, &[]).status.success());
        for shard in 1..=2 {
            let words = format!("{words} --out {kind}.csv --shard {shard}/2");
            assert!(run(&words, &folder, &[]).status.success());
        }
        assert_eq!(in_turns(&folder, kind, 2, 4), whole(&folder, "whole.csv"));
    }
}

/// Arrays are of whole runs; a log is of the shard's own models, in a folder of its own.
#[test]
fn arrays_of_shards_are_refused_and_logs_are_their_own() {
    let folder = folder("shards-files");
    for run_of in ["sweep --grid 4 --repeats 1", "study --preset five-in-two --instances 4"] {
        let words = format!("{run_of} --engine cpu --steps 10 --out x.csv --shard 2/2");
        for flag in ["--weights w.safetensors", "--weights w.npz", "--npz w.npz"] {
            let output = run(&format!("{words} {flag}"), &folder, &[]);
            let complaint = complaint(&output);
            assert!(!output.status.success() && complaint.contains("whole runs"), "{complaint}");
        }
        // Before anything was trained.
        assert_eq!(fs::read_dir(&folder).map(Iterator::count).ok(), Some(0));
        assert!(run(&format!("{words} --log log"), &folder, &[]).status.success());
        let own = folder.join("log.shard-00002-of-00002");
        let log = fs::read_to_string(own.join("scalars.csv")).expect("a log");
        assert!(log.starts_with("step,tag,value\n") && log.contains(",Loss/train,"));
        assert_eq!(fs::read_dir(&folder).map(Iterator::count).ok(), Some(2));
        fs::remove_dir_all(own).expect("it is there");
        fs::remove_file(folder.join("x.shard-00002-of-00002.csv")).expect("it is there");
    }
}

#[test]
fn the_scheduler_says_which_shard() {
    let folder = folder("shards-auto");
    let words = "theory --columns 4 --rows 5 --out x.csv --shard";
    let slurm = [
        ("SLURM_ARRAY_TASK_ID", "11"),
        ("SLURM_ARRAY_TASK_MIN", "10"),
        ("SLURM_ARRAY_TASK_STEP", "1"),
        ("SLURM_ARRAY_TASK_COUNT", "2"),
    ];
    assert!(run(&format!("{words} auto"), &folder, &slurm).status.success());
    assert!(folder.join("x.shard-00002-of-00002.csv").exists());
    assert!(run(&format!("{words} auto/2"), &folder, &[("PARALLEL_SEQ", "1")]).status.success());
    assert!(folder.join("x.shard-00001-of-00002.csv").exists());
    for (shard, environment, sentence) in [
        ("0/8", &[][..], "from 1/8 to 8/8"),
        ("9/8", &[], "from 1/8 to 8/8"),
        ("auto", &[], "no scheduler"),
        ("auto", &[("JOB_COMPLETION_INDEX", "1")], "auto/N"),
        ("auto/8", &[("JOB_COMPLETION_INDEX", "8")], "cannot be"),
    ] {
        let output = run(&format!("{words} {shard}"), &folder, environment);
        assert_eq!(output.status.code(), Some(2), "{shard}");
        assert!(complaint(&output).contains(sentence), "{shard}: {}", complaint(&output));
    }
    let output = run("theory --grid 2 --shard 1/2", &folder, &[]);
    assert!(complaint(&output).contains("--out FILE"));
    let output = run("sweep --grid 2 --compare ansatz --out c.csv --shard 1/2", &folder, &[]);
    assert!(complaint(&output).contains("--compare needs the whole"));
}

/// A shard that is there is not trained again; one that is damaged, or another's, is.
#[test]
fn what_is_done_is_not_done_again() {
    let folder = folder("shards-again");
    let words = "sweep --columns 5 --rows 7 --steps 20 --engine cpu --out x.csv --shard 1/2";
    let path = folder.join("x.shard-00001-of-00002.csv");
    let again = |words: &str| complaint(&run(words, &folder, &[])).contains("is there already");
    assert!(!again(words));
    let before = fs::read(&path).expect("written");
    assert!(again(words));
    // Other numbers, another header, a line less.
    let mut other = before.clone();
    let place = before.len() / 2;
    other[place] = if other[place] == b'1' { b'2' } else { b'1' };
    let text = String::from_utf8_lossy(&before).into_owned();
    let short: String = text.lines().rev().skip(1).collect::<Vec<_>>().join("\n");
    for damaged in
        [&other[..], text.replacen("hash\":\"", "hash\":\"0", 1).as_bytes(), short.as_bytes(), b""]
    {
        fs::write(&path, damaged).expect("a file");
        assert!(!again(words));
        assert!(fs::read(&path).expect("written") == before);
    }
    assert!(!again(&words.replace("--steps 20", "--steps 21")));
}

/// A shard goes on from its checkpoint by the same command line, in the middle of its blocks.
#[test]
fn a_shard_that_was_cut_off_goes_on() {
    let folder = folder("shards-on");
    // Two rows of 393,216 models make a block.
    let words = "sweep --columns 4096 --rows 5 --repeats 96 --steps 3 --engine cpu";
    let whole = format!("{words} --out whole.csv --shard 1/1");
    let output = run(&whole, &folder, &[]);
    assert!(output.status.success(), "{}", complaint(&output));
    assert!(complaint(&output).contains("5 rows in 3 blocks"), "{}", complaint(&output));
    let words = format!("{words} --out x.csv --shard 1/1 --checkpoint-every 0.001");
    let (mut kills, checkpoint) = (0, folder.join("x.shard-00001-of-00001.csv.checkpoint"));
    loop {
        let mut child = Command::new(env!("CARGO_BIN_EXE_superphase"))
            .args(words.split(' '))
            .current_dir(&folder)
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the command was built");
        let before = fs::read(&checkpoint).unwrap_or_default();
        // Until it is further than before.
        while kills < 4
            && fs::read(&checkpoint).unwrap_or_default() == before
            && child.try_wait().expect("a child").is_none()
        {
            std::thread::yield_now();
        }
        if kills == 4 || child.try_wait().expect("a child").is_some() {
            assert!(child.wait().expect("a child").success());
            break;
        }
        let _ = child.kill();
        let _ = child.wait();
        kills += 1;
    }
    assert!(kills > 0);
    let read = |stem: &str| {
        fs::read(folder.join(format!("{stem}.shard-00001-of-00001.csv"))).expect("written")
    };
    assert!(read("x") == read("whole"));
    assert!(!checkpoint.exists());
}

/// As large as sweeps get, in shares; memory is said beforehand and bounded by a row.
#[test]
fn a_million_models_and_more_are_allowed_in_shares() {
    let folder = folder("shards-large");
    for (words, sentence) in [
        ("sweep --grid 4097 --shard 1/8 --out x.csv", "at most 4096 columns"),
        ("sweep --grid 4096 --repeats 65 --shard 1/8 --out x.csv", "at most 4096 columns"),
        ("sweep --grid 0 --shard 1/8 --out x.csv", "one at least"),
        ("sweep --grid many --shard 1/8 --out x.csv", "whole number from 1 to 4096"),
        ("sweep --grid 1025 --out x.csv", "from 1 to 1024"),
    ] {
        let output = run(words, &folder, &[]);
        assert_eq!(output.status.code(), Some(2), "{words}");
        assert!(complaint(&output).contains(sentence), "{words}: {}", complaint(&output));
    }
    let words = "sweep --columns 64 --rows 4096 --repeats 64 --steps 1 --engine cpu --out x.csv";
    let output = run(&format!("{words} --shard 2048/2048"), &folder, &[]);
    assert!(output.status.success(), "{}", complaint(&output));
    assert_eq!(lines(&folder, "x.shard-02048-of-02048.csv").len(), 2 * 64);
}
