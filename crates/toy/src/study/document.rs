//! A study and its results as one JSON document.

use super::describe::Study;
use super::snapshot::Snapshot;
use crate::json::quoted;
use crate::spec::Spec;
use std::fmt::Write;

/// The value of `format`, by which the document is known.
pub const FORMAT: &str = "superphase-study";
/// Version of the document.
pub const VERSION: u32 = 1;

/// What a document tells.
#[derive(Clone, Copy, Debug)]
pub struct Results<'a> {
    /// The whole study.
    pub study: &'a Study,
    /// Its models.
    pub snapshots: &'a [Snapshot],
    /// What trained them.
    pub engine: &'a str,
    /// Version of the program.
    pub program: &'a str,
    /// Steps that they have taken.
    pub step: u32,
    /// A link that opens the study.
    pub link: &'a str,
}

/// Writes the document. Numbers that are none are `null`; what was not measured is left out.
pub fn write(results: &Results) -> String {
    let Results { study, snapshots, engine, program, step, link } = *results;
    let parameters = Study::PARAMS.iter().map(|param| {
        let value = (param.get)(study);
        format!(
            "    {}: {}",
            quoted(param.name),
            if param.kind.is_number() { value } else { quoted(&value) }
        )
    });
    let parameters: Vec<String> = parameters.collect();
    let models: Vec<String> = snapshots.iter().map(|s| model(study, s)).collect();
    let mut text = String::from("{\n");
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "  \"format\": {},\n  \"version\": {VERSION},\n  \"program\": {},\n  \"link\": {},\n  \"engine\": {},\n  \"step\": {step},\n",
        quoted(FORMAT),
        quoted(program),
        quoted(link),
        quoted(engine),
    );
    let _ = write!(
        text,
        "  \"parameters\": {{\n{}\n  }},\n  \"models\": [\n{}\n  ]\n}}\n",
        parameters.join(",\n"),
        models.join(",\n")
    );
    text
}

fn model(study: &Study, snapshot: &Snapshot) -> String {
    let (instance, repeat) = study.place(snapshot.model);
    let m = &snapshot.measures;
    let mut members = vec![
        ("instance", instance.to_string()),
        ("repeat", repeat.to_string()),
        ("density", study.density_at(instance).to_string()),
        ("loss", number(&m.loss)),
        ("dimensions_per_feature", number(&m.dimensions_per_feature)),
        ("capacity", number(&m.capacity)),
        ("represented", number(&m.represented)),
        ("polysemantic", m.polysemantic.to_string()),
        ("overlap", number(&m.overlap)),
        ("norm", list(&m.norm, number)),
        ("superposition", list(&m.superposition, number)),
        ("dimensionality", list(&m.dimensionality, number)),
        ("interference", list(&m.interference, u32::to_string)),
        (
            "figures",
            list(&m.figures, |f| {
                let features = list(&f.features, u32::to_string);
                format!("{{\"form\": {}, \"features\": {features}}}", quoted(&f.form.name()))
            }),
        ),
        ("curve", list(&snapshot.curve, number)),
    ];
    if let Some(v) = m.vulnerability {
        members.push(("attacked_loss", number(&v.attacked)));
        members.push(("vulnerability", number(&v.relative())));
    }
    if !snapshot.parameters.is_empty() {
        members.push(("weights_and_biases", list(&snapshot.parameters, number)));
    }
    let members = members.iter().map(|(name, value)| format!("{}: {value}", quoted(name)));
    format!("    {{{}}}", members.collect::<Vec<_>>().join(", "))
}

fn number(value: &f32) -> String {
    if value.is_finite() { value.to_string() } else { "null".into() }
}

fn list<T>(all: &[T], text: impl Fn(&T) -> String) -> String {
    format!("[{}]", all.iter().map(text).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::Effort;
    use crate::study::snapshot::{Evaluators, Trained, Wanted};
    use crate::study::train;
    use serde_json::Value;

    #[test]
    fn the_document_is_json_and_holds_the_study() {
        let study = Study { instances: 2, steps: 3, ..Study::default() };
        let trained = |model| Trained {
            model,
            parameters: train::start(&study, model),
            sums: vec![3.0, f32::NAN, 1.0],
        };
        let all = Evaluators::default().snapshots(
            &study,
            (0..2).map(trained).collect(),
            3,
            Wanted::ALL,
            Effort::Live,
        );
        let text = write(&Results {
            study: &study,
            snapshots: &all,
            engine: "CPU \"8\" lanes",
            program: "0.1",
            step: 3,
            link: "?study=five-in-two",
        });
        let value: Value = serde_json::from_str(&text).expect("JSON");
        let parameters = value.get("parameters").expect("parameters");
        assert_eq!(parameters["features"], 5);
        assert_eq!(parameters["model"], "relu");
        let models = value.get("models").and_then(Value::as_array).expect("models");
        assert_eq!(models.len(), 2);
        let length = |name| models[1].get(name).and_then(Value::as_array).map(Vec::len);
        assert_eq!(length("weights_and_biases"), Some(15));
        assert_eq!(length("curve"), Some(3));
        assert!(models[0].get("vulnerability").is_some());
    }
}
