//! Sweeps larger than memory is meant to hold, in shares: `cargo test --release -p superphase --test
//! large -- --ignored --nocapture`. Nothing else should run beside it. On two cores with AVX-512 (2026-11-26):
//! 12.8 s for 16,777,216 models, 1.03 times what a quarter of them takes four times; 91 MB a shard.
#![cfg(target_os = "linux")]

mod common;

use common::scratch;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Runs a shard; returns its time and the most memory that it had, in megabytes.
fn shard(words: &str, folder: &Path) -> (f64, u64) {
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_superphase"))
        .args(words.split(' '))
        .current_dir(folder)
        .stderr(Stdio::null())
        .spawn()
        .expect("the command was built");
    let (status, mut most) = (format!("/proc/{}/status", child.id()), 0);
    let ended = loop {
        // The most so far is kept by the system: only what comes last may be missed.
        let text = fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|kilobytes| kilobytes.split_whitespace().next()?.parse().ok());
        most = most.max(peak.unwrap_or(0) / 1024);
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(ended.success(), "{words}");
    (start.elapsed().as_secs_f64(), most)
}

/// 1,024 x 1,024 pixels with 16 repeats, 100 steps of exact gradients: 16,777,216 models in eight
/// shards, each within a gigabyte; shards cost alike, so that time grows as the number of models.
#[test]
#[ignore = "measures time, and takes minutes on slow machines"]
fn sixteen_million_models_in_eight_shards() {
    let folder = scratch("large");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for tests");
    let words = |grid: &str, shard: String| {
        format!(
            "sweep {grid} --repeats 16 --steps 100 --data exact --engine cpu --out x.csv --shard {shard}"
        )
    };
    // A quarter of the rows, twice, to compare with.
    let quarter: f64 = (1..=2)
        .map(|i| shard(&words("--columns 1024 --rows 256", format!("{i}/2")), &folder).0)
        .sum();
    let mut all = 0.0;
    for index in 1..=8 {
        let (seconds, megabytes) = shard(&words("--grid 1024", format!("{index}/8")), &folder);
        println!("shard {index}/8: {seconds:.1} s, {megabytes} MB");
        assert!(megabytes < 1024, "{megabytes} MB");
        all += seconds;
    }
    println!(
        "4,194,304 models: {quarter:.1} s; 16,777,216: {all:.1} s, {:.3} of four times",
        all / quarter / 4.0
    );
    let part = |index| folder.join(format!("x.shard-{index:05}-of-00008.csv"));
    for index in 1..=8 {
        let text = fs::read(part(index)).expect("written");
        assert_eq!(text.iter().filter(|byte| **byte == b'\n').count(), 128 * 1024 + 3);
    }
}
