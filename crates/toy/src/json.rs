//! A run and its results as one JSON document. [`load`](crate::load) reads it back.

use crate::phase::{Phase, Thresholds};
use crate::picture::{PHASES, Picture, Reference};
use crate::spec::Spec;
use crate::sweep::Sweep;
use std::fmt::Write;

/// The value of `format`, by which the document is known.
pub const FORMAT: &str = "superphase-run";
/// Version of the document.
pub const VERSION: u32 = 1;

/// What a document tells.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The whole sweep.
    pub sweep: &'a Sweep,
    /// The results.
    pub picture: &'a Picture,
    /// What the picture shows: `trained`, or the theory's name.
    pub diagram: &'a str,
    /// What computed it.
    pub engine: &'a str,
    /// Version of the program.
    pub program: &'a str,
    /// Steps that the models have taken.
    pub step: u32,
    /// A link that opens the run.
    pub link: &'a str,
    /// Where phases end and begin.
    pub thresholds: &'a Thresholds,
    /// What the picture is compared with, if with anything.
    pub reference: Option<Reference<'a>>,
}

/// One measure of a picture.
pub(crate) type Plane = fn(&mut Picture) -> &mut Vec<f32>;

/// The measures of a picture, by their names in the document.
pub(crate) const PLANES: [(&str, Plane); 4] = [
    ("norm", |p| &mut p.norm),
    ("superposition", |p| &mut p.superposition),
    ("polysemanticity", |p| &mut p.polysemanticity),
    ("loss", |p| &mut p.loss),
];

/// Writes the document. Planes have an entry a pixel, row after row; unknown values are `null`.
pub fn write(run: &Run) -> String {
    let mut text = String::from("{\n");
    let mut say = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {}: {value},", quoted(name));
    };
    say("format", &quoted(FORMAT));
    say("version", &VERSION.to_string());
    say("program", &quoted(run.program));
    say("link", &quoted(run.link));
    say("diagram", &quoted(run.diagram));
    say("engine", &quoted(run.engine));
    say("step", &run.step.to_string());
    let parameters = Sweep::PARAMS.iter().map(|param| {
        let value = (param.get)(run.sweep);
        format!(
            "    {}: {}",
            quoted(param.name),
            if param.kind.is_number() { value } else { quoted(&value) }
        )
    });
    say("parameters", &format!("{{\n{}\n  }}", parameters.collect::<Vec<_>>().join(",\n")));
    let Thresholds { norm, interference, pair, line, alike, excess } = run.thresholds;
    let limits = format!(
        "{{\"norm\": {norm}, \"interference\": {interference}, \"pair\": {pair}, \"line\": {line}, \"alike\": {alike}, \"excess\": {excess}}}"
    );
    say("thresholds", &limits);
    if let Some(agreement) = run.reference.and_then(|reference| agreement(run.picture, reference)) {
        say("agreement", &agreement);
    }
    say("rows", &list(&run.picture.rows, u32::to_string));
    let number = |v: &f32| if v.is_finite() { v.to_string() } else { "null".into() };
    let mut picture = run.picture.clone();
    for (name, plane) in PLANES {
        say(name, &list(plane(&mut picture), number));
    }
    let name = |code: &u8| quoted(Phase::from_code(*code).map_or("", Phase::name));
    say("phase", &list(&picture.phase, name));
    let repeats = Phase::ALL.into_iter().filter_map(|phase| {
        let code = usize::from(phase.code());
        let counts: Vec<u16> = picture.counts.iter().skip(code).step_by(PHASES).copied().collect();
        let any = counts.iter().any(|&count| count > 0);
        any.then(|| format!("    {}: {}", quoted(phase.name()), list(&counts, u16::to_string)))
    });
    let repeats = repeats.collect::<Vec<_>>().join(",\n");
    let _ = write!(text, "  \"repeats\": {{\n{repeats}\n  }}\n}}\n");
    text
}

/// How much of a picture has the same phase as the one it is compared with, and where.
fn agreement(picture: &Picture, reference: Reference) -> Option<String> {
    let fraction = picture.agreeing_fraction(reference.picture)?;
    let pixel = |same: &Option<bool>| same.map_or("null".into(), |same| same.to_string());
    let pixels = list(&picture.agreement(reference.picture), pixel);
    let name = quoted(reference.name);
    Some(format!("{{\"with\": {name}, \"fraction\": {fraction}, \"pixels\": {pixels}}}"))
}

/// A string as JSON writes it.
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn list<T>(values: &[T], write: impl Fn(&T) -> String) -> String {
    format!("[{}]", values.iter().map(write).collect::<Vec<_>>().join(","))
}
