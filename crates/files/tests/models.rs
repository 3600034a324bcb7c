//! Weights of ours and of others, found again whatever names and layouts they have.

use files::weights::{self, About};
use files::{Archive, Format, Tensor, Values, arrays, compare, foreign, load, networks};
use toy::Spec;
use toy::evaluate::Effort;
use toy::network::Network;
use toy::network::measure::Evaluator;
use toy::phase::Thresholds;
use toy::picture::Measures;
use toy::spec::link;
use toy::study::snapshot::{Evaluators, Trained, Wanted};
use toy::study::{Snapshot, Variant, train};
use toy::tape::Plain;
use toy::train::Model;
use toy::{Study, Sweep};

const ABOUT: About = About { link: "?v=1&seed=3", program: "0", engine: "CPU", step: 7 };

fn diagram() -> (Sweep, Measures) {
    let sweep =
        Sweep { columns: 3, rows: 2, repeats: 2, features: 3, hidden: 2, ..Sweep::default() };
    let models: Vec<Vec<f32>> = (0..12).map(|key| Model::new(&sweep, key).parameters).collect();
    let planes = (0..sweep.parameters()).flat_map(|p| models.iter().map(move |m| m[p]));
    let (limits, planes) = (Thresholds::default(), planes.collect());
    let measures = Measures::new(&sweep, &[0, 1], planes, &limits, Effort::Final);
    (sweep, measures)
}

fn experiment(variant: Variant, repeats: u32) -> (Study, Vec<Snapshot>) {
    let study = Study { variant, instances: 3, repeats: 2, steps: 3, ..Study::default() };
    let trained = |model| Trained {
        model,
        parameters: train::start(&study, model),
        sums: vec![3.0, 2.0, 1.0],
    };
    let wanted = Wanted { parameters: repeats, vulnerability: true };
    let models = (0..6).map(trained).collect();
    let all = Evaluators::default().snapshots(&study, models, 3, wanted, Effort::Live);
    (study, all)
}

#[test]
fn a_diagram_s_weights_are_found_again() {
    let (sweep, measures) = diagram();
    let archive = weights::sweep(&sweep, &measures, ABOUT).unwrap();
    assert_eq!(archive.tensor("W").unwrap().shape, [2, 3, 2, 3, 2]);
    for format in [Format::Safetensors, Format::Npz] {
        let read = Archive::read(&archive.write(format).unwrap()).unwrap();
        assert_eq!(weights::link(&read), Some("?v=1&seed=3"));
        let spec: serde_json::Value = serde_json::from_str(&read.metadata["spec"]).unwrap();
        assert_eq!((&spec["features"], &spec["data"]), (&3.into(), &"exact".into()));
        let found = foreign::find(&read).unwrap();
        assert_eq!((found.features, found.hidden, found.count()), (3, 2, 12));
        let again =
            Measures::new(&sweep, &[0, 1], found.planes(), &Thresholds::default(), Effort::Final);
        assert_eq!(again, measures);
    }
    // The same of rows that come in one after the other.
    let planes = foreign::find(&archive).unwrap().planes();
    let mut gathered = weights::Gathered::new(&sweep);
    for row in [1usize, 0] {
        assert!(!gathered.is_whole() && gathered.archive(ABOUT).is_err());
        let own = planes.chunks(12).flat_map(|plane| plane[row * 6..][..6].iter().copied());
        gathered.place(&[row as u32, 7], &planes);
        gathered.place(&[row as u32], &own.collect::<Vec<_>>());
    }
    assert_eq!(gathered.archive(ABOUT).unwrap(), archive);
    let part = Measures::new(&sweep, &[1], vec![0.0; 54], &Thresholds::default(), Effort::Live);
    assert!(weights::sweep(&sweep, &part, ABOUT).is_err());
}

#[test]
fn networks_are_found_again_and_measured_as_before() {
    let network =
        Network { features: 6, width: 4, heads: 2, mlp: 8, instances: 2, ..Network::default() };
    let mut evaluator = Evaluator::new(&network, Box::new(Plain));
    let trained = |model| Trained {
        model,
        parameters: toy::network::train::start(&network, model).iter().map(|w| 1.5 * w).collect(),
        sums: vec![],
    };
    let (all, effort) = ((0..2).map(trained).collect(), Effort::Live);
    let all = evaluator.snapshots(&network, all, 7, u32::MAX, effort);
    let link = link::write(&link::pairs(&network, Network::preset("transformer")));
    let link = format!("?{link}");
    let archive = weights::network(&network, &all, About { link: &link, ..ABOUT }).unwrap();
    for format in [Format::Safetensors, Format::Npz] {
        let read = Archive::read(&archive.write(format).unwrap()).unwrap();
        let found = networks::read(&read, effort).unwrap();
        assert_eq!((&found.network, &found.snapshots), (&network, &all));
        assert!(found.initial[0].measures.sites[0].norm[0] > 0.0);
        let (rows, notes) = compare::rows(&archive.write(format).unwrap(), effort).unwrap();
        assert_eq!((rows.len(), notes.len()), (2 * 3, 0));
    }
    let mut late = archive.clone();
    late.metadata.insert("trained_steps".into(), u32::MAX.to_string());
    assert_eq!(networks::read(&late, effort).map(|found| found.step).ok(), Some(network.steps));
    let mut lacking = archive.clone();
    lacking.tensors.retain(|tensor| tensor.name != "embed.bias");
    let why = |archive: &Archive| networks::read(archive, effort).err().map(|e| e.to_string());
    assert_eq!(why(&lacking).as_deref(), Some("it has no array embed.bias"));
    let mut other = archive.clone();
    other.tensors.swap(0, 1);
    let name = other.tensors[0].name.clone();
    other.tensors[0].name = std::mem::replace(&mut other.tensors[1].name, name);
    assert!(why(&other).is_some_and(|why| why.contains("the networks of its link have")));
    // A diagram's are not for this table.
    let (sweep, measures) = diagram();
    let bytes = weights::sweep(&sweep, &measures, ABOUT).unwrap().write(Format::Npz).unwrap();
    let why = compare::rows(&bytes, effort).unwrap_err().to_string();
    assert!(why.contains("a diagram's models"), "{why}");
}

#[test]
fn a_study_s_weights_are_found_again() {
    for variant in [Variant::Relu, Variant::Hidden] {
        let (study, all) = experiment(variant, 2);
        let archive = weights::study(&study, &all, ABOUT).unwrap();
        let found = foreign::find(&archive).unwrap();
        assert_eq!((found.axes.clone(), found.tied), (vec![3, 2], variant.tied()));
        for (own, read) in all.iter().zip(found.each()) {
            assert_eq!(own.parameters, read);
        }
        let (study, all) = experiment(variant, 1);
        let archive = weights::study(&study, &all, ABOUT).unwrap();
        assert_eq!(archive.tensor("b").unwrap().shape, [3, 1, 5]);
        let (study, all) = experiment(variant, 0);
        assert!(weights::study(&study, &all, ABOUT).is_err());
    }
}

#[test]
fn diagrams_and_measures_have_their_axes() {
    let (sweep, measures) = diagram();
    let picture = measures.picture(sweep.aggregate);
    let archive = arrays::diagram(&sweep, &picture, ABOUT);
    assert_eq!(archive.tensor("loss").unwrap().values, Values::F32(picture.loss.clone()));
    assert_eq!(archive.tensor("density").unwrap().values, Values::F64(vec![1.0, 0.01]));
    assert_eq!(archive.tensor("phase").unwrap().shape, [2, 3]);
    let (study, all) = experiment(Variant::Relu, 2);
    let archive = arrays::measures(&study, &all, ABOUT);
    assert_eq!(archive.tensor("norm").unwrap().shape, [6, 5]);
    assert_eq!(archive.tensor("repeat").unwrap().values, Values::I64(vec![0, 1, 0, 1, 0, 1]));
    assert_eq!(archive.tensor("curve").unwrap().shape, [6, 3]);
    assert!(archive.tensor("vulnerability").is_some());
    let bytes = archive.write(Format::Npz).unwrap();
    assert_eq!(Archive::read(&bytes).unwrap().tensors.len(), archive.tensors.len());
}

fn floats(name: &str, shape: &[usize], values: &[f64]) -> Tensor {
    Tensor::new(name, shape, Values::F64(values.to_vec()))
}

fn archive(tensors: Vec<Tensor>) -> Archive {
    Archive { tensors, ..Archive::default() }
}

/// Three features in two dimensions, in every layout that people have.
#[test]
fn layouts_of_others_are_understood() {
    let rows = [1., 2., 3., 4., 5., 6.];
    let columns = [1., 3., 5., 2., 4., 6.];
    let b = [0.1f64, 0.2, 0.3];
    let expected: Vec<f32> = [&rows[..], &b[..]].concat().iter().map(|&x| x as f32).collect();
    for tensors in [
        vec![floats("W", &[3, 2], &rows), floats("b", &[3], &b)],
        vec![floats("W", &[2, 3], &columns), floats("b_final", &[3], &b)],
        vec![floats("model.weight", &[2, 3], &columns), floats("model.bias", &[3], &b)],
        vec![floats("params/kernel", &[3, 2], &rows), floats("params/bias", &[3], &b)],
        vec![floats("W", &[1, 3, 2], &rows), floats("b", &[1, 3], &b)],
        vec![floats("W", &[1, 3, 2], &rows), floats("b", &[3], &b), floats("steps", &[1], &[9.])],
    ] {
        let found = foreign::find(&archive(tensors)).unwrap();
        assert_eq!((found.features, found.hidden, found.tied, found.biased), (3, 2, true, true));
        assert_eq!(found.parameters, expected);
        assert!(found.notes.is_empty());
    }
    let untied = [&rows[..], &rows[..], &b[..]].concat();
    for tensors in [
        vec![
            floats("encoder.weight", &[2, 3], &columns),
            floats("encoder.bias", &[2], &[0., 0.]),
            floats("decoder.weight", &[3, 2], &rows),
            floats("decoder.bias", &[3], &b),
        ],
        vec![
            floats("params/Dense_0/kernel", &[3, 2], &rows),
            floats("params/Dense_1/kernel", &[2, 3], &columns),
            floats("params/Dense_1/bias", &[3], &b),
        ],
        vec![floats("W1", &[2, 3], &columns), floats("W2", &[3, 2], &rows), floats("b2", &[3], &b)],
    ] {
        let found = foreign::find(&archive(tensors)).unwrap();
        assert!(!found.tied);
        assert_eq!(found.parameters, untied.iter().map(|&x| x as f32).collect::<Vec<_>>());
    }
    let alone = foreign::find(&archive(vec![floats("W", &[2, 3], &columns)])).unwrap();
    assert_eq!(alone.parameters, [1., 2., 3., 4., 5., 6., 0., 0., 0.]);
    assert_eq!(alone.notes.len(), 2);
}

#[test]
fn what_does_not_fit_together_is_refused_with_a_sentence() {
    for (tensors, sentence) in [
        (vec![], "no array W, nor encoder and decoder; what it has is nothing"),
        (vec![floats("x", &[1], &[0.])], "what it has is x"),
        (vec![floats("W", &[2], &[0.; 2])], "W has the shape (2,); it must have two axes"),
        (vec![floats("W", &[2, 3], &[0.; 6]), floats("b", &[4], &[0.; 4])], "b has 4 entries"),
        (
            vec![floats("W", &[2, 3, 2], &[0.; 12]), floats("b", &[3, 3], &[0.; 9])],
            "b has the shape (3, 3); it must be (2, 3)",
        ),
        (vec![floats("W", &[0, 3, 2], &[])], "is empty"),
        (
            vec![floats("W", &[2, 3], &[0.; 6]), floats("weight", &[2, 3], &[0.; 6])],
            "W and weight could both be meant",
        ),
        (
            vec![
                floats("W1", &[2, 3], &[0.; 6]),
                floats("b1", &[2], &[0., 1.]),
                floats("W2", &[3, 2], &[0.; 6]),
            ],
            "b1 is a bias of the hidden units",
        ),
        (
            vec![Tensor::new("W", &[1, 2], Values::I64(vec![1, 2]))],
            "W holds whole numbers; it must hold floats",
        ),
        (
            vec![floats("W1", &[2, 3], &[0.; 6]), floats("W2", &[2, 4], &[0.; 8])],
            "W2 has the shape (2, 4); it must be (3, 2) or (2, 3)",
        ),
    ] {
        let why = foreign::find(&archive(tensors)).unwrap_err().to_string();
        assert!(why.contains(sentence), "{why}");
    }
}

/// What a page makes of a study's file is what the run had found, but for losses in the course of
/// training, which weights do not have.
#[test]
fn a_study_s_file_is_measured_as_the_run_was() {
    let (study, all) = experiment(Variant::Hidden, 2);
    let name = toy::study::Study::PRESETS[0].name;
    let link = format!(
        "?study={name}&model=hidden&instances=3&repeats=2&steps=3&features={}&hidden={}",
        study.features, study.hidden
    );
    let about = About { link: &link, ..ABOUT };
    let bytes = weights::study(&study, &all, about).unwrap().write(Format::Npz).unwrap();
    // The form's own does not matter.
    let loaded = load::study(&bytes, &Study::default()).unwrap();
    assert_eq!((loaded.study.variant, loaded.study.models()), (Variant::Hidden, 6));
    assert_eq!((loaded.preset.name, loaded.notes.len()), (name, 0));
    let trained =
        |s: &Snapshot| Trained { model: s.model, parameters: s.parameters.clone(), sums: vec![] };
    let models = all.iter().map(trained).collect();
    let (wanted, effort) = (Wanted::WEIGHTS, Effort::Final);
    let own = Evaluators::default().snapshots(&loaded.study, models, 0, wanted, effort);
    assert_eq!(loaded.snapshots, own);
    // Without the link, the form says what the models are for, and their shape the rest.
    let mut bare = weights::study(&study, &all, about).unwrap();
    bare.metadata.clear();
    let bytes = bare.write(Format::Safetensors).unwrap();
    let base = Study { seed: 9, ..Study::default() };
    let loaded = load::study(&bytes, &base).unwrap();
    assert_eq!((loaded.study.seed, loaded.study.features), (9, study.features));
    assert_eq!((loaded.study.instances, loaded.study.repeats, loaded.notes.len()), (3, 2, 1));
    // What is of a diagram, or of another shape than its link says, is refused.
    let (sweep, measures) = diagram();
    let bytes = weights::sweep(&sweep, &measures, ABOUT).unwrap().write(Format::Npz).unwrap();
    let why = load::study(&bytes, &base).map(|_| ()).unwrap_err().to_string();
    assert!(why.contains("phase diagram"), "{why}");
    let about = About { link: "?study=five-in-two&features=7", ..ABOUT };
    let bytes = weights::study(&study, &all, about).unwrap().write(Format::Npz).unwrap();
    let why = load::study(&bytes, &base).map(|_| ()).unwrap_err().to_string();
    assert!(why.contains("the link is to others"), "{why}");
}
