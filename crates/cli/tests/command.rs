//! The command's flags, tables and refusals.

mod common;

use common::{superphase, table};

#[test]
fn tables_begin_with_the_columns_of_repro_superposition() {
    let pixels = table(
        "sweep --columns 3 --rows 2 --repeats 2 --steps 5 --engine cpu",
        "--out",
        "small.csv",
    );
    assert_eq!(pixels.len(), 6);
    let text = std::fs::read_to_string(common::scratch("small.csv")).expect("written");
    let published = "log_sparsity_index,log_weight_index,log_sparsity,log_weight,last_polysemanticity,last_norm";
    assert!(text.starts_with(published));
    assert_eq!(pixels[5].number("log_weight"), 1.0);
}

#[test]
fn every_model_has_its_row() {
    let words = "sweep --features 3 --hidden 2 --grid 2 --repeats 3 --steps 5 --engine cpu --out";
    let words = format!("{words} {}", common::scratch("models-grid.csv").display());
    let models = table(&words, "--models", "models.csv");
    assert_eq!(models.len(), 12);
    for column in ["loss", "w_0_0", "w_2_1", "b_2"] {
        assert!(models.iter().all(|m| m.number(column).is_finite()));
    }
}

/// A document is what the page saves: it is read back as the diagram that it is of.
#[test]
fn a_diagram_is_written_as_a_document() {
    let words = "sweep --grid 3 --repeats 2 --steps 5 --engine cpu --json";
    let file = common::scratch("diagram.json");
    let pixels = table(&format!("{words} {}", file.display()), "--out", "diagram.csv");
    let bytes = std::fs::read(&file).expect("written");
    let start = toy::Sweep::default();
    let found = toy::load::load(&bytes, &start, &Default::default()).expect("a run");
    assert_eq!((found.sweep.columns, found.sweep.repeats, found.sweep.steps), (3, 2, 5));
    for (at, pixel) in pixels.iter().enumerate() {
        assert_eq!(found.picture.norm[at], pixel.number("last_norm") as f32);
        assert_eq!(found.picture.counts_of(at).iter().sum::<u16>(), 2);
    }
    let refused = superphase("sweep --grid 4 --steps 5 --shard 1/2 --out a.csv --json b.json");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("whole diagrams"), "{said}");
}

/// The GPU trains the same models as the CPU; needs a Vulkan driver, of software at least.
#[test]
fn both_engines_agree() {
    for data in ["exact", "sampled --batch 256"] {
        let words = format!("sweep --grid 6 --repeats 4 --steps 100 --data {data} --engine");
        let cpu = table(&format!("{words} cpu"), "--out", "engine-cpu.csv");
        let gpu = table(&format!("{words} gpu"), "--out", "engine-gpu.csv");
        let far = cpu
            .iter()
            .zip(&gpu)
            .filter(|(a, b)| (a.number("last_norm") - b.number("last_norm")).abs() > 1e-3);
        assert!(far.count() <= 1, "{data}");
    }
}

#[test]
fn a_single_point_of_theory() {
    let output = superphase("theory --kind optimum --density 0.1 --importance 1");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("phase antipodal") && text.contains("loss 0.00331"), "{text}");
    let output = superphase("theory --density 0.9 --importance 0.5");
    assert!(String::from_utf8_lossy(&output.stdout).contains("best ignore-last"));
}

#[test]
fn impossible_values_are_refused_with_what_is_allowed() {
    for (words, sentence) in [
        ("sweep --features 1", "features is 1; it must be a whole number from 2 to 8"),
        ("sweep --features 3 --hidden 3", "fewer than the features"),
        ("sweep --grid 0", "grid is 0; it must be a whole number from 1 to 1024"),
        ("sweep --density -1..0.5", "density is -1..0.5; it must be"),
        ("sweep --grid 1000 --repeats 1000", "at most 1048576 are allowed"),
        ("sweep --lr NaN", "lr is NaN; it must be a number"),
        ("sweep --preset none", "there is no preset called none"),
        ("sweep --features 5 --data exact", "choose sampled data"),
        ("theory --kind optimum --features 6 --data sampled", "2 to 4 features"),
        ("sweep --grid 1 --steps 1 --out /nowhere/at/all.csv", "cannot be written"),
    ] {
        let output = superphase(words);
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{words}");
        assert!(complaint.contains(sentence), "{words}: {complaint}");
    }
}

#[test]
fn devices_names_what_there_is() {
    let output = superphase("devices");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && text.contains("--engine cpu"), "{text}");
    assert!(text.contains("--gpu 0: ") && text.contains("PCI"), "{text}");
}

/// Two devices on one adapter write the table of one; an adapter that is not there is refused.
#[test]
fn several_devices_write_the_table_of_one() {
    let words = "sweep --grid 5 --repeats 3 --steps 40 --data sampled --batch 64 --gpu";
    let one = superphase(&format!("{words} 0"));
    let two = superphase(&format!("{words} 0,0"));
    let complaint = String::from_utf8_lossy(&two.stderr).into_owned();
    assert!(one.status.success() && two.status.success(), "{complaint}");
    assert!(complaint.contains("2 devices train in turns"), "{complaint}");
    assert!(!one.stdout.is_empty() && one.stdout == two.stdout);
    for (words, sentence) in [
        ("sweep --gpu 99", "there is no GPU 99"),
        ("sweep --gpu fast", "it must be all, auto, or indices"),
        ("study --gpu 0 --engine cpu", "trains on no GPU"),
    ] {
        let output = superphase(words);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(sentence), "{words}");
    }
}

#[test]
fn a_plan_says_what_a_sweep_takes() {
    let output = superphase("plan --grid 1024 --repeats 16 --steps 100 --engine cpu --wall-time 1");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for what in ["16777216", "model-steps/s", "memory", "shards", "wall time of 60 s"] {
        assert!(text.contains(what), "{what}: {text}");
    }
    assert!(!superphase("plan --wall-time soon").status.success());
}
