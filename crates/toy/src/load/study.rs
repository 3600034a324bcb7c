//! Studies with their results as JSON documents, as [`document`](crate::study::document) writes them.

use super::entry::{List, Members, One};
use super::loaded::LoadError;
use super::run::{newer, parameters, parse};
use crate::spec::{Preset, Spec, link};
use crate::study::document::{FORMAT, VERSION};
use crate::study::figure::{Figure, Form};
use crate::study::measure::{BINS, Measures};
use crate::study::vulnerability::Vulnerability;
use crate::study::{Snapshot, Study, curve};
use serde::Deserialize;

/// A study from a document.
#[derive(Clone)]
pub struct Found {
    /// The study; always valid.
    pub study: Study,
    /// The preset that its link names, or the first.
    pub preset: &'static Preset<Study>,
    /// Its models, ascending.
    pub snapshots: Vec<Snapshot>,
    /// What the reader should know, a clause each.
    pub notes: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    format: One<String>,
    version: One<Option<u32>>,
    link: One<String>,
    parameters: Members<One<String>>,
    models: Vec<Model>,
}

/// What is read of a model; parts of wrong types count as missing.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Model {
    instance: One<Option<u32>>,
    repeat: One<Option<u32>>,
    loss: One<Option<f32>>,
    dimensions_per_feature: One<Option<f32>>,
    capacity: One<Option<f32>>,
    represented: One<Option<f32>>,
    polysemantic: One<Option<u32>>,
    overlap: One<Option<f32>>,
    norm: List<Option<f32>>,
    superposition: List<Option<f32>>,
    dimensionality: List<Option<f32>>,
    interference: List<Option<u32>>,
    figures: Vec<Shape>,
    curve: List<Option<f32>>,
    attacked_loss: One<Option<f32>>,
    vulnerability: One<Option<f32>>,
    weights_and_biases: List<Option<f32>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Shape {
    form: One<String>,
    features: List<Option<u32>>,
}

/// Reads a study with the measures of its models. What was not measured stays unknown.
///
/// # Errors
/// When it is not such a document, or what it holds does not fit together.
pub fn study(file: &[u8]) -> Result<Found, LoadError> {
    let fail = |why: &str| Err(LoadError(why.to_owned()));
    let text = super::text::decode(file)?;
    let document: Document = parse(text.trim()).map_err(LoadError)?;
    match document.format.0.as_str() {
        FORMAT => {}
        crate::json::FORMAT => return fail("it holds a diagram: drop it on the diagram's page"),
        _ => return fail("it is JSON, but not an experiment of Superphase"),
    }
    let mut notes = vec![];
    notes.extend(newer(document.version.0, VERSION));
    let study: Study = parameters(&document.parameters, &mut notes)?;
    let snapshots: Result<Vec<_>, _> =
        document.models.iter().map(|model| snapshot(&study, model)).collect();
    let mut snapshots = snapshots.map_err(LoadError)?;
    snapshots.sort_by_key(|snapshot| snapshot.model);
    let twice = snapshots.windows(2).any(|pair| pair[0].model == pair[1].model);
    match snapshots.len() {
        0 => fail("it has no models"),
        _ if twice => fail("it has a model twice"),
        _ => {
            let preset = link::read::<Study>(&document.link.0).preset;
            let preset = preset.unwrap_or(&Study::PRESETS[0]);
            Ok(Found { study, preset, snapshots, notes })
        }
    }
}

fn snapshot(study: &Study, model: &Model) -> Result<Snapshot, String> {
    let place = model.instance.0.zip(model.repeat.0);
    let place = place.filter(|&(i, r)| i < study.instances && r < study.repeats);
    let Some((instance, repeat)) = place else {
        return Err("a model has no place in the study".into());
    };
    let (features, parameters) = (study.features as usize, study.parameters());
    let one = |value: &One<Option<f32>>| value.0.unwrap_or(f32::NAN);
    let all = |list: &List<Option<f32>>, name: &str, length: usize| match &list.0 {
        None => Ok(vec![]),
        Some(list) if list.len() == length || list.is_empty() => {
            Ok(list.iter().map(|value| value.unwrap_or(f32::NAN)).collect())
        }
        Some(list) => Err(format!("{name} has {} values and should have {length}", list.len())),
    };
    let each = |list, name| {
        let list = all(list, name, features)?;
        // Figures have a place for every feature.
        Ok::<_, String>(if list.is_empty() { vec![f32::NAN; features] } else { list })
    };
    let loss = one(&model.loss);
    let attacked = model.attacked_loss.0.zip(model.vulnerability.0);
    let vulnerability = attacked.map(|(attacked, relative)| Vulnerability {
        clean: loss,
        attacked,
        output: 0,
        norm: f32::NAN,
        passed: (attacked - loss) / relative,
    });
    let shape = |shape: &Shape| {
        let own = shape.features.0.iter().flatten().flatten().copied();
        let features: Vec<u32> = own.filter(|&i| i < study.features).collect();
        Some(Figure { form: Form::parse(&shape.form.0)?, features })
    };
    let bins = model.interference.0.iter().flatten().map(|count| count.unwrap_or(0));
    let mut interference: Vec<u32> = bins.collect();
    interference.resize(BINS, 0);
    // Of models that have not taken every step, a part of it.
    let points = model.curve.0.as_ref().map_or(0, Vec::len);
    if points > curve::points(study.steps) as usize {
        return Err(format!("curve has {points} values, more than the study's steps give"));
    }
    Ok(Snapshot {
        model: study.model_index(instance, repeat),
        parameters: all(&model.weights_and_biases, "weights_and_biases", parameters)?,
        curve: all(&model.curve, "curve", points)?,
        measures: Measures {
            loss,
            norm: each(&model.norm, "norm")?,
            superposition: each(&model.superposition, "superposition")?,
            dimensionality: each(&model.dimensionality, "dimensionality")?,
            dimensions_per_feature: one(&model.dimensions_per_feature),
            capacity: one(&model.capacity),
            overlap: one(&model.overlap),
            represented: one(&model.represented),
            polysemantic: model.polysemantic.0.unwrap_or(0),
            interference,
            figures: model.figures.iter().filter_map(shape).collect(),
            vulnerability,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::Effort;
    use crate::study::document::{Results, write};
    use crate::study::snapshot::{Evaluators, Trained, Wanted};
    use crate::study::train;

    fn written(study: &Study, wanted: Wanted) -> (Vec<Snapshot>, String) {
        let points = curve::points(study.steps) as usize;
        let trained = |model| Trained {
            model,
            parameters: train::start(study, model),
            sums: vec![3.0; points],
        };
        let all = (0..study.models() as u32).map(trained).collect();
        let all = Evaluators::default().snapshots(study, all, study.steps, wanted, Effort::Live);
        let (engine, program, link) = ("CPU", "0.1", "?study=five-in-two");
        let text =
            write(&Results { study, snapshots: &all, engine, program, step: study.steps, link });
        (all, text)
    }

    #[test]
    fn what_is_written_is_read() {
        let study = Study { instances: 3, repeats: 2, steps: 40, ..Study::default() };
        let (all, text) = written(&study, Wanted::ALL);
        let found = super::study(text.as_bytes()).expect("a study");
        assert_eq!((found.study, found.notes, found.preset.name), (study, vec![], "five-in-two"));
        assert_eq!(found.snapshots.len(), all.len());
        for (own, known) in found.snapshots.iter().zip(&all) {
            assert_eq!(own.parameters, known.parameters);
            assert_eq!(own.curve, known.curve);
            let relative = |s: &Snapshot| s.measures.vulnerability.map(|v| v.relative());
            let (a, b) = (relative(own).unwrap(), relative(known).unwrap());
            assert!((a / b - 1.0).abs() < 1e-4, "{a} {b}");
            let rest = |s: &Snapshot| Measures { vulnerability: None, ..s.measures.clone() };
            assert_eq!(rest(own), rest(known));
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_with_a_reason() {
        let study = Study { instances: 2, steps: 3, ..Study::default() };
        let (_, text) = written(&study, Wanted::MEASURES);
        let refused = |text: &str| super::study(text.as_bytes()).err().expect("refused").0;
        assert!(refused(&text.replace("superphase-study", "other")).contains("not an experiment"));
        assert!(refused(&text.replace("superphase-study", "superphase-run")).contains("a diagram"));
        assert!(refused(&text.replace("\"instance\": 1", "\"instance\": 2")).contains("no place"));
        assert!(refused(&text.replace("\"instance\": 1", "\"instance\": 0")).contains("twice"));
        assert!(refused(&text.replace("\"norm\": [", "\"norm\": [1, ")).contains("should have 5"));
        assert!(refused("{\"format\": \"superphase-study\"}").contains("no parameters"));
        let empty = "{\"format\": \"superphase-study\", \"parameters\": {}}";
        assert!(refused(empty).contains("no models"));
        assert!(refused(&text[..text.len() / 2]).contains("ends too soon"));
        // Of a file that says less, less is known.
        let less = text.replace("\"capacity\"", "\"other\"");
        let found = super::study(less.as_bytes()).expect("a study");
        assert!(found.snapshots[0].measures.capacity.is_nan());
    }
}
