//! Nothing that was made is lost, nothing is made that cannot be kept, and runs that are cut off go
//! on bit for bit.
#![cfg(unix)]

mod common;

use common::{scratch, superphase};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A folder of a test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = scratch(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for tests");
    folder
}

/// The command with these words, to be run in a folder.
fn command(words: &str, folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_superphase"));
    command.args(words.split(' ')).current_dir(folder).env("TMPDIR", folder);
    command
}

fn run(words: &str, folder: &Path) -> Output {
    command(words, folder).output().expect("the command was built")
}

fn start(words: &str, folder: &Path) -> Child {
    let mut command = command(words, folder);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command was built")
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn signal(child: &Child, name: &str) {
    let words = [format!("-{name}"), child.id().to_string()];
    let _ = Command::new("kill").args(words).status().expect("kill");
}

/// Names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder").flatten();
    let mut names: Vec<_> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Words that would train for hours: what is refused at once did not train first.
const LONG: [&str; 3] = [
    "sweep --grid 256 --repeats 16 --steps 1000000 --engine cpu",
    "study --preset eighty-in-twenty --steps 1000000 --engine cpu",
    "theory --kind optimum --features 4 --grid 1024",
];

#[test]
fn outputs_are_checked_before_anything_is_computed() {
    let folder = folder("checked");
    fs::write(folder.join("file"), "").expect("a file");
    fs::create_dir(folder.join("there")).expect("a folder");
    for (path, sentence) in [
        ("missing/x.csv", "there is no folder"),
        ("there", "it is a folder"),
        ("file/x.csv", "is not a folder"),
        ("/proc/x.csv", "cannot be written"),
    ] {
        for words in LONG {
            let output = run(&format!("{words} --out {path}"), &folder);
            let complaint = complaint(&output);
            assert_eq!(output.status.code(), Some(2), "{words} {path}: {complaint}");
            assert!(complaint.contains(sentence), "{words} {path}: {complaint}");
        }
        let output = run(&format!("{} --models {path}", LONG[0]), &folder);
        assert_eq!(output.status.code(), Some(2), "--models {path}");
        for flag in ["--by-feature", "--losses", "--parameters", "--json"] {
            let output = run(&format!("{} {flag} {path}", LONG[1]), &folder);
            assert_eq!(output.status.code(), Some(2), "{flag} {path}");
        }
    }
    let twice = run(&format!("{} --out x.csv --models x.csv", LONG[0]), &folder);
    assert!(complaint(&twice).contains("name the same place"));
    assert_eq!(names(&folder), ["file", "there"]);
}

#[test]
fn what_has_no_theory_is_refused_before_the_first_step() {
    let words = "sweep --features 5 --data sampled --compare optimum --steps 1000000 --engine cpu";
    let output = superphase(words);
    assert_eq!(output.status.code(), Some(2));
    assert!(complaint(&output).contains("2 to 4 features"), "{}", complaint(&output));
}

#[test]
fn a_dash_is_standard_output() {
    let folder = folder("dash");
    for words in [
        "theory --grid 2",
        "sweep --grid 2 --steps 2 --engine cpu",
        "study --preset absolute-3 --steps 2 --engine cpu",
        "theory --density 0.1 --importance 1",
    ] {
        let (plain, dash) = (run(words, &folder), run(&format!("{words} --out -"), &folder));
        assert!(plain.status.success() && dash.status.success(), "{}", complaint(&dash));
        assert!(!plain.stdout.is_empty() && plain.stdout == dash.stdout, "{words}");
    }
    assert_eq!(names(&folder), [""; 0]);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let folder = folder("pipe");
    for words in [
        "theory --grid 64",
        "theory --grid 1024",
        "theory --density 0.1 --importance 1",
        "sweep --grid 64 --repeats 1 --steps 2 --engine cpu",
        "study --preset eighty-in-twenty --steps 2 --batch 4 --engine cpu",
        "devices",
        "--help",
    ] {
        let mut child = start(words, &folder);
        // Nobody reads any more, not even what it says to standard error.
        let mut some = [0; 1];
        if !words.starts_with("sweep") {
            let _ = child.stdout.as_mut().map(|out| out.read(&mut some));
        }
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{words}: {}", complaint(&output));
        assert!(!complaint(&output).contains("panicked"), "{words}");
    }
    // What else was asked for is still written.
    let mut child = start("sweep --grid 8 --steps 2 --engine cpu --models m.csv", &folder);
    drop((child.stdout.take(), child.stderr.take()));
    assert!(child.wait().expect("it ends").success());
    assert_eq!(names(&folder), ["m.csv"]);
}

#[test]
fn theory_of_a_large_grid_runs() {
    let output = superphase("theory --grid 1024");
    assert_eq!(output.stdout.iter().filter(|byte| **byte == b'\n').count(), 1024 * 1024 + 1);
}

/// A full device loses nothing: what belongs there is somewhere else, whole.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_a_rescue_file() {
    let folder = folder("full");
    for words in [
        "theory --grid 2",
        "sweep --grid 2 --steps 2 --engine cpu",
        "study --preset absolute-3 --steps 2 --engine cpu",
    ] {
        let expected = run(words, &folder).stdout;
        let by_name = run(&format!("{words} --out /dev/full"), &folder);
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux");
        let piped = command(words, &folder).stdout(full).output().expect("the command was built");
        for output in [by_name, piped] {
            assert_eq!(output.status.code(), Some(3), "{words}: {}", complaint(&output));
            let complaint = complaint(&output);
            let rescue = complaint.rsplit_once("is in ").map(|(_, path)| path.trim()).unwrap_or("");
            assert!(fs::read(rescue).is_ok_and(|found| found == expected), "{words}: {complaint}");
        }
    }
    // The others are written.
    let words = "sweep --grid 2 --steps 2 --engine cpu --out /dev/full --models m.csv";
    assert_eq!(run(words, &folder).status.code(), Some(3));
    let models = fs::read_to_string(folder.join("m.csv")).unwrap_or_default();
    assert_eq!(models.lines().count(), 2 * 2 * 8 + 1);
}

/// An old file stays until the new one is whole.
#[test]
fn files_are_whole_or_as_they_were() {
    let folder = folder("whole");
    fs::write(folder.join("x.csv"), "before").expect("a file");
    let mut child = start(&format!("{} --out x.csv", LONG[0]), &folder);
    let begun = Instant::now();
    while !folder.join("x.csv.partial").exists() && begun.elapsed() < Duration::from_secs(60) {
        std::thread::yield_now();
    }
    signal(&child, "KILL");
    let _ = child.wait();
    assert_eq!(fs::read_to_string(folder.join("x.csv")).ok().as_deref(), Some("before"));
    let done = run("sweep --grid 2 --steps 2 --engine cpu --out x.csv", &folder);
    assert!(done.status.success());
    assert_eq!(names(&folder), ["x.csv"]);
}

/// A signal leaves a checkpoint and says how to go on; what is printed does.
#[test]
fn signals_leave_a_checkpoint_and_say_how_to_go_on() {
    let words = "sweep --grid 24 --repeats 8 --steps 3000 --engine cpu --out x.csv";
    let study = "study --preset eighty-in-twenty --steps 60 --engine cpu --out x.csv";
    for (words, name, status) in [(words, "INT", 130), (study, "TERM", 143)] {
        let folder = folder(&format!("signal-{name}"));
        let expected = run(&words.replace("x.csv", "expected.csv"), &folder);
        assert!(expected.status.success(), "{}", complaint(&expected));
        // Soon enough, on any machine: signals are caught from the start.
        let child = start(words, &folder);
        while !folder.join("x.csv.partial").exists() {
            std::thread::yield_now();
        }
        signal(&child, name);
        let output = child.wait_with_output().expect("it ends");
        let complaint = complaint(&output);
        assert_eq!(output.status.code(), Some(status), "{complaint}");
        assert!(folder.join("x.csv.checkpoint").exists() && !folder.join("x.csv").exists());
        let hint = complaint.lines().last().unwrap_or_default().trim().to_owned();
        assert!(hint.ends_with("--resume"), "{complaint}");
        let resumed = Command::new("sh").args(["-c", &hint]).current_dir(&folder).output();
        let resumed = resumed.expect("a shell");
        assert!(resumed.status.success(), "{}", self::complaint(&resumed));
        let read = |name| fs::read(folder.join(name)).expect("written");
        assert!(read("x.csv") == read("expected.csv"));
        assert_eq!(names(&folder), ["expected.csv", "x.csv"]);
    }
}

/// Killed without warning at moments spread over the run, and resumed each time: the bytes of an
/// undisturbed run.
#[test]
fn killed_ten_times_and_resumed_the_bytes_are_the_same() {
    for (name, words) in [
        (
            "sweep",
            "sweep --data sampled --batch 256 --grid 24 --repeats 8 --steps 1500 --engine cpu",
        ),
        ("study", "study --preset eighty-in-twenty --steps 120 --engine cpu"),
    ] {
        let folder = folder(&format!("killed-{name}"));
        let start_time = Instant::now();
        let expected = run(&format!("{words} --out expected.csv"), &folder);
        assert!(expected.status.success(), "{}", complaint(&expected));
        let whole = start_time.elapsed();
        let words = format!("{words} --out x.csv --checkpoint-every 0.01 --resume");
        let mut kills = 0;
        for attempt in 0..200u32 {
            let mut child = start(&words, &folder);
            // At other moments each time, all well within the run.
            let life = whole.mul_f64(0.05 + 0.01 * f64::from(attempt * 7 % 11));
            let begun = Instant::now();
            let ended = loop {
                match child.try_wait().expect("a child") {
                    Some(status) => break Some(status),
                    None if kills < 10 && begun.elapsed() > life => break None,
                    None => std::thread::sleep(Duration::from_millis(1)),
                }
            };
            match ended {
                Some(status) => {
                    assert!(status.success());
                    break;
                }
                None => {
                    signal(&child, "KILL");
                    let _ = child.wait();
                    kills += 1;
                }
            }
        }
        println!("{name}: killed {kills} times");
        assert!(kills >= 3, "{name}: it was over too soon");
        let read = |name| fs::read(folder.join(name)).expect("written");
        assert!(read("x.csv") == read("expected.csv"), "{name}");
        assert!(!folder.join("x.csv.checkpoint").exists());
    }
}

/// Other checkpoints are refused with a sentence, and nothing is overwritten.
#[test]
fn other_checkpoints_are_refused() {
    let folder = folder("refused");
    let words = "sweep --grid 2 --steps 2 --engine cpu --out x.csv --resume --checkpoint c";
    for (bytes, sentence) in [
        (&b"row,column\n"[..], "not a checkpoint of superphase"),
        (&b""[..], "not a checkpoint of superphase"),
        (&b"{\"format\":\"superphase-checkpoint\"}\n"[..], "not a checkpoint of superphase"),
    ] {
        fs::write(folder.join("c"), bytes).expect("a file");
        let output = run(words, &folder);
        assert_eq!(output.status.code(), Some(1));
        assert!(complaint(&output).contains(sentence), "{}", complaint(&output));
        assert_eq!(fs::read(folder.join("c")).ok().as_deref(), Some(bytes));
    }
    fs::remove_file(folder.join("c")).expect("the file");
    // One of another run, and a damaged one of this.
    let long = "sweep --grid 24 --repeats 8 --steps 100000 --engine cpu --out x.csv --checkpoint c";
    let child = start(long, &folder);
    while !folder.join("x.csv.partial").exists() {
        std::thread::yield_now();
    }
    signal(&child, "TERM");
    assert_eq!(child.wait_with_output().expect("it ends").status.code(), Some(143));
    assert!(complaint(&run(words, &folder)).contains("of another run"));
    let mut bytes = fs::read(folder.join("c")).expect("a checkpoint");
    let last = bytes.len() - 20;
    bytes[last] ^= 1;
    fs::write(folder.join("c"), &bytes).expect("a file");
    let output = run(&format!("{long} --resume"), &folder);
    assert!(complaint(&output).contains("was damaged"), "{}", complaint(&output));
    fs::write(folder.join("c"), &bytes[..last]).expect("a file");
    let output = run(&format!("{long} --resume"), &folder);
    assert!(complaint(&output).contains("cut off"), "{}", complaint(&output));
    assert!(!folder.join("x.csv").exists());
}

/// Where standard error is no terminal, lines say how far a run is, each written at once.
#[test]
fn a_log_is_not_empty_until_the_end() {
    let folder = folder("log");
    let mut child = start(LONG[0], &folder);
    let mut some = [0; 256];
    let read = child.stderr.as_mut().map(|log| log.read(&mut some));
    signal(&child, "KILL");
    let _ = child.wait();
    let text = String::from_utf8_lossy(&some).into_owned();
    assert!(matches!(read, Some(Ok(1..))) && text.contains("CPU"), "{text}");
    assert!(text.contains('%') && text.trim_end_matches('\0').ends_with('\n'), "{text}");
}
