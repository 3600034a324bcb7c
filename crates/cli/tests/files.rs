//! Files of arrays and training logs: what is written is measured to the same tables again. The
//! formats themselves are read by Python in `make interop`.

mod common;

use common::{read, scratch, superphase, table};
use files::events;
use std::fs;

fn path(name: &str) -> String {
    scratch(name).display().to_string()
}

fn same(a: &str, b: &str) {
    let bytes = |name: &str| fs::read(scratch(name)).expect("written");
    assert!(bytes(a) == bytes(b), "{a} and {b} differ");
}

#[test]
fn weights_of_a_diagram_are_measured_to_its_tables() {
    let sweep = "sweep --features 3 --hidden 2 --grid 3 --repeats 2 --steps 20 --engine cpu";
    for format in ["safetensors", "npz"] {
        let weights = path(&format!("sweep-weights.{format}"));
        let words = format!("{sweep} --weights {weights} --models {}", path("arrays-models.csv"));
        table(&words, "--out", "arrays-grid.csv");
        let words = format!("measure {weights} --models {}", path("arrays-models-2.csv"));
        table(&words, "--out", "arrays-grid-2.csv");
        same("arrays-grid.csv", "arrays-grid-2.csv");
        same("arrays-models.csv", "arrays-models-2.csv");
        let again = path(&format!("sweep-again.{format}"));
        superphase(&format!("measure {weights} --weights {again} --compare ansatz"));
        assert!(fs::exists(again).expect("known"));
        let other = superphase(&format!("measure {weights} --link ?v=1&grid=9"));
        let complaint = String::from_utf8_lossy(&other.stderr).into_owned();
        assert!(complaint.contains("it has 18 models of 3 features"), "{complaint}");
    }
}

#[test]
fn weights_of_a_study_are_measured_to_its_tables() {
    for preset in ["five-in-two --instances 3 --repeats 2", "absolute-3"] {
        let weights = path("study-weights.npz");
        let words = format!("study --preset {preset} --steps 20 --batch 8 --engine cpu");
        let words = format!("{words} --by-feature {} --weights {weights}", path("by-1.csv"));
        table(&words, "--out", "arrays-study.csv");
        let words = format!("measure {weights} --by-feature {}", path("by-2.csv"));
        table(&words, "--out", "arrays-study-2.csv");
        same("arrays-study.csv", "arrays-study-2.csv");
        same("by-1.csv", "by-2.csv");
    }
}

#[test]
fn a_log_has_what_the_tables_have() {
    let folder = scratch("study-log");
    // Of an earlier run of this test.
    let _ = fs::remove_dir_all(&folder);
    let words = "study --preset five-in-two --instances 2 --steps 300 --batch 8 --engine cpu";
    let words = format!("{words} --log {} --out {}", folder.display(), path("log-out.csv"));
    let losses = table(&words, "--losses", "log-losses.csv");
    let scalars = read("study-log/scalars.csv");
    let own: Vec<_> =
        scalars.iter().filter(|row| row.text("tag") == "Loss/instance-1-repeat-0").collect();
    let losses: Vec<_> = losses.iter().filter(|row| row.text("instance") == "1").collect();
    assert_eq!(own.len(), 256);
    for (own, loss) in own.iter().zip(losses) {
        assert_eq!((own.text("step"), own.text("value")), (loss.text("step"), loss.text("loss")));
    }
    let files = fs::read_dir(&folder).expect("a folder").flatten().map(|entry| entry.path());
    let log = files.into_iter().find(|path| path.to_string_lossy().contains("tfevents"));
    let events =
        events::read(&fs::read(log.expect("an event file")).expect("read")).expect("whole");
    let values: usize = events.iter().flat_map(|e| &e.summary).map(|s| s.values.len()).sum();
    // Two histograms at each of 65 looks.
    assert_eq!(values, scalars.len() + 2 * 65);
    assert!(folder.join("projector_config.pbtxt").exists());
    let again = superphase(&words);
    let complaint = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(complaint.contains("holds the log of another run"), "{complaint}");

    let folder = scratch("sweep-log");
    let _ = fs::remove_dir_all(&folder);
    let words = "sweep --grid 3 --repeats 2 --steps 70 --engine cpu";
    let models = table(
        &format!("{words} --log {} --out {}", folder.display(), path("log-out.csv")),
        "--models",
        "log-models.csv",
    );
    let scalars = read("sweep-log/scalars.csv");
    let last = scalars.iter().rfind(|row| row.text("tag") == "Loss/train").expect("a loss");
    let mean = models.iter().map(|m| m.number("loss")).sum::<f64>() / models.len() as f64;
    assert_eq!(last.number("step"), 70.0);
    assert!((last.number("value") - mean).abs() < 1e-6 * mean);
}

#[test]
fn files_that_cannot_be_are_refused_before_work_is_spent() {
    fs::write(scratch("damaged.npz"), b"PK\x03\x04 and no more").expect("written");
    for (words, sentence) in [
        ("sweep --weights w.pt".into(), "must end in .safetensors or .npz"),
        ("study --npz measures.csv".into(), "must end in .safetensors or .npz"),
        ("measure /nowhere.npz".into(), "/nowhere.npz cannot be read"),
        (format!("measure {}", path("damaged.npz")), "it is no whole zip archive"),
        ("sweep --log /proc/none".into(), "/proc/none cannot be written"),
    ] {
        let output = superphase(&words);
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{words}");
        assert!(complaint.contains(sentence), "{words}: {complaint}");
    }
}
