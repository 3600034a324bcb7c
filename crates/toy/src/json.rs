//! A run and its results as one JSON document, and back.

mod value;

use crate::load::{LoadError, Loaded};
use crate::param::{Kind, PARAMS, set};
use crate::phase::{Phase, Thresholds};
use crate::picture::{PHASES, Picture, Reference};
use crate::sweep::Sweep;
use std::fmt::Write;
use value::Value;

#[cfg(test)]
pub(crate) use value::Value as Parsed;
pub(crate) use value::quoted;

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
type Plane = fn(&mut Picture) -> &mut Vec<f32>;

/// The measures of a picture, by their names in the document.
const PLANES: [(&str, Plane); 4] = [
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
    let parameters = PARAMS.iter().map(|param| {
        let value = (param.get)(run.sweep);
        let number = matches!(param.kind, Kind::Integer { .. } | Kind::Real { .. });
        format!("    {}: {}", quoted(param.name), if number { value } else { quoted(&value) })
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

fn list<T>(values: &[T], write: impl Fn(&T) -> String) -> String {
    format!("[{}]", values.iter().map(write).collect::<Vec<_>>().join(","))
}

/// Reads what [`write`] wrote.
///
/// # Errors
/// When it is not such a document, or what it holds does not fit together.
pub fn read(text: &str) -> Result<Loaded, LoadError> {
    let fail = |why: String| LoadError(why);
    let document =
        Value::parse(text).map_err(|at| fail(format!("it is not JSON: see byte {at}")))?;
    if document.get("format").and_then(Value::text) != Some(FORMAT) {
        return Err(fail("it is JSON, but not a run of Superphase".into()));
    }
    let mut notes = vec![];
    if document.get("version").and_then(Value::number::<u32>).is_none_or(|v| v > VERSION) {
        notes.push(format!(
            "the file is newer than version {VERSION}; what is not known was ignored"
        ));
    }
    let sweep = parameters(&document, &mut notes)?;
    let rows = document.get("rows").and_then(Value::list).unwrap_or(&[]);
    let rows: Option<Vec<u32>> =
        rows.iter().map(|row| row.number().filter(|row| *row < sweep.rows)).collect();
    let rows = rows.filter(|rows| !rows.is_empty());
    let rows = rows.ok_or_else(|| fail("its rows are missing or outside the diagram".into()))?;
    let mut part = Picture::blank(sweep.columns, rows);
    fill(&document, &mut part).map_err(fail)?;
    let mut picture = Picture::of(&sweep);
    picture.place(&part);
    Ok(Loaded { picture, thresholds: document.get("thresholds").map(thresholds), sweep, notes })
}

fn parameters(document: &Value, notes: &mut Vec<String>) -> Result<Sweep, LoadError> {
    let Some(Value::Object(parameters)) = document.get("parameters") else {
        return Err(LoadError("it has no parameters".into()));
    };
    let mut sweep = Sweep::default();
    for (name, value) in parameters {
        let text = match value {
            Value::Text(text) => text.as_ref(),
            Value::Number(text) => text,
            _ => "neither text nor number",
        };
        match set(&mut sweep, name, text) {
            Err(crate::param::ParamError::Unknown(name)) => {
                notes.push(format!("the parameter {name} is not known and was ignored"));
            }
            other => other.map_err(|e| LoadError(e.to_string()))?,
        }
    }
    sweep.validate().map_err(|e| LoadError(e.to_string()))?;
    Ok(sweep)
}

fn thresholds(value: &Value) -> Thresholds {
    let Thresholds { norm, interference, pair, line, alike, excess } = Thresholds::DEFAULT;
    let number = |name: &str, default: f64| {
        let found = value.get(name).and_then(Value::number::<f64>);
        found.filter(|v| (0.0..=1.0).contains(v)).unwrap_or(default)
    };
    Thresholds {
        norm: number("norm", norm),
        interference: number("interference", interference),
        pair: number("pair", pair),
        line: number("line", line),
        alike: number("alike", alike),
        excess: number("excess", excess),
    }
}

/// Fills a picture's planes; a measure that is missing stays unknown.
fn fill(document: &Value, picture: &mut Picture) -> Result<(), String> {
    let pixels = picture.pixels();
    for (name, own) in PLANES {
        for (to, value) in own(picture).iter_mut().zip(plane(document, name, pixels)?) {
            *to = value.number().unwrap_or(f32::NAN);
        }
    }
    for (to, value) in picture.phase.iter_mut().zip(plane(document, "phase", pixels)?) {
        let phase = value.text().and_then(|name| name.parse().ok()).unwrap_or(Phase::Diverged);
        *to = phase.code();
    }
    for phase in Phase::ALL {
        let Some(repeats) = document.get("repeats") else { break };
        let counts = plane(repeats, phase.name(), pixels)?;
        for (pixel, value) in counts.iter().enumerate() {
            let count = value.number().unwrap_or(0);
            picture.counts[pixel * PHASES + usize::from(phase.code())] = count;
        }
    }
    Ok(())
}

/// A list with an entry a pixel; empty where there is none of that name.
fn plane<'v, 'a>(
    parent: &'v Value<'a>,
    name: &str,
    pixels: usize,
) -> Result<&'v [Value<'a>], String> {
    let Some(value) = parent.get(name) else { return Ok(&[]) };
    let list = value.list().filter(|list| list.len() == pixels);
    list.ok_or_else(|| format!("{name} is not a list of {pixels} values, one a pixel"))
}
