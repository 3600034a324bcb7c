//! Runs as JSON documents, ours or as other programs have rewritten them.

use super::entry::{List, Members, One};
use super::loaded::{LoadError, Loaded, decide, mark, start};
use crate::json::{FORMAT, PLANES, VERSION};
use crate::phase::{Phase, Thresholds};
use crate::picture::{PHASES, Picture};
use crate::spec::{ParamError, Spec};
use crate::sweep::Sweep;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;

/// What is read of a document; parts of wrong types count as missing.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    format: One<String>,
    version: One<Option<u32>>,
    parameters: Members<One<String>>,
    thresholds: Members<One<Option<f64>>>,
    rows: List<Option<u32>>,
    norm: List<Option<f32>>,
    superposition: List<Option<f32>>,
    polysemanticity: List<Option<f32>>,
    loss: List<Option<f32>>,
    phase: List<Option<Phase>>,
    repeats: Members<List<Option<u32>>>,
}

/// Reads a run; `thresholds` decide phases if it has none.
///
/// # Errors
/// When it is not such a document, or what it holds does not fit together.
pub(super) fn read(text: &str, thresholds: &Thresholds) -> Result<Loaded, LoadError> {
    let document: Document = parse(text).map_err(LoadError)?;
    match document.format.0.as_str() {
        FORMAT => {}
        crate::study::document::FORMAT => {
            return Err(LoadError(
                "it holds an experiment: drop it on the experiment's page".into(),
            ));
        }
        _ => return Err(LoadError("it is JSON, but not a run of Superphase".into())),
    }
    let mut notes = vec![];
    notes.extend(newer(document.version.0, VERSION));
    let sweep: Sweep = parameters(&document.parameters, &mut notes)?;
    let rows = document.rows.0.iter().flatten();
    let rows: Option<Vec<u32>> = rows.map(|row| row.filter(|row| *row < sweep.rows)).collect();
    let rows = rows.filter(|rows| !rows.is_empty() && rows.len() <= sweep.rows as usize);
    let rows =
        rows.ok_or_else(|| LoadError("its rows are missing or outside the diagram".into()))?;
    let own = limits(&document.thresholds);
    let mut part = Picture::blank(sweep.columns, rows);
    fill(&document, &mut part, own.as_ref().unwrap_or(thresholds)).map_err(LoadError)?;
    let mut picture = Picture::of(&sweep);
    picture.place(&part);
    Ok(Loaded { sweep, picture, thresholds: own, notes })
}

/// Reads JSON, with words for numbers as Python writes them.
pub(super) fn parse<D: DeserializeOwned>(text: &str) -> Result<D, String> {
    let parsed = serde_json::from_str(text);
    let parsed = match parsed {
        Err(error) if error.is_syntax() => match plain(text) {
            Cow::Borrowed(_) => Err(error),
            Cow::Owned(text) => serde_json::from_str(&text),
        },
        other => other,
    };
    parsed.map_err(|error| match () {
        () if error.is_eof() => "it is not JSON: it ends too soon, as a file that was cut".into(),
        () if error.is_data() => format!("its parts do not fit: {error}"),
        () => format!("it is not JSON: {error}"),
    })
}

/// The text with words that Python and others write for numbers, outside of strings, made strings:
/// `NaN`, `Infinity`. JSON has no word for them.
fn plain(text: &str) -> Cow<'_, str> {
    let mut made = String::new();
    let (mut rest, mut quoted) = (text, false);
    while let Some(at) =
        rest.find(|c: char| c == '"' || (c == '\\' && quoted) || (!quoted && "NIni".contains(c)))
    {
        let (before, word) = rest.split_at(at);
        made.push_str(before);
        let length = match word.as_bytes()[0] {
            b'"' => {
                quoted = !quoted;
                1
            }
            b'\\' => 1 + word.chars().nth(1).map_or(0, char::len_utf8),
            _ => word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len()).max(1),
        };
        let known = match &word[..length] {
            "NaN" | "nan" => "\"NaN\"",
            "Infinity" | "inf" | "Inf" => "\"inf\"",
            other => other,
        };
        if known.len() > 1 && known.starts_with('"') && made.ends_with('-') {
            made.pop();
        }
        made.push_str(known);
        rest = &word[length..];
    }
    if made.is_empty() {
        return Cow::Borrowed(text);
    }
    made.push_str(rest);
    Cow::Owned(made)
}

/// What there is to say of a document that is not of a known version.
pub(super) fn newer(version: Option<u32>, known: u32) -> Option<String> {
    version
        .is_none_or(|version| version > known)
        .then(|| format!("the file is newer than version {known}; what is not known was ignored"))
}

/// The spec that a document's parameters describe; always valid.
pub(super) fn parameters<S: Spec>(
    from: &Members<One<String>>,
    notes: &mut Vec<String>,
) -> Result<S, LoadError> {
    let Some(parameters) = &from.0 else {
        return Err(LoadError("it has no parameters".into()));
    };
    let mut spec = S::default();
    let mut unknown = vec![];
    for (name, One(text)) in parameters {
        match spec.set(name, text) {
            Err(ParamError::Unknown(name)) => unknown.push(start(&name)),
            other => other.map_err(|error| LoadError(start_of(&error)))?,
        }
    }
    if let [first, others @ ..] = unknown.as_slice() {
        notes.push(match others.len() {
            0 => format!("the parameter {first} is not known and was ignored"),
            more => format!("the parameter {first} and {more} more are not known and were ignored"),
        });
    }
    spec.validate().map_err(|error| LoadError(error.to_string()))?;
    Ok(spec)
}

/// An error about a value, however long the value.
fn start_of(error: &ParamError) -> String {
    match error {
        ParamError::Value { name, value, allowed } => {
            ParamError::Value { name, value: start(value), allowed: allowed.clone() }.to_string()
        }
        other => other.to_string(),
    }
}

fn limits(from: &Members<One<Option<f64>>>) -> Option<Thresholds> {
    let Thresholds { norm, interference, pair, line, alike, excess } = Thresholds::DEFAULT;
    let number = |name: &str, default: f64| {
        let found = from.get(name).and_then(|value| value.0);
        found.filter(|v| (0.0..=1.0).contains(v)).unwrap_or(default)
    };
    from.0.is_some().then(|| Thresholds {
        norm: number("norm", norm),
        interference: number("interference", interference),
        pair: number("pair", pair),
        line: number("line", line),
        alike: number("alike", alike),
        excess: number("excess", excess),
    })
}

/// Fills a picture's planes; a measure that is missing stays unknown.
fn fill(document: &Document, picture: &mut Picture, at: &Thresholds) -> Result<(), String> {
    let pixels = picture.pixels();
    let planes =
        [&document.norm, &document.superposition, &document.polysemanticity, &document.loss];
    for ((name, own), list) in PLANES.into_iter().zip(planes) {
        for (to, value) in own(picture).iter_mut().zip(plane(list, name, pixels)?) {
            *to = value.unwrap_or(f32::NAN);
        }
    }
    let phases = plane(&document.phase, "phase", pixels)?;
    let norms = plane(&document.norm, "norm", pixels)?;
    for pixel in 0..pixels {
        let told = phases.get(pixel).copied().flatten();
        let norm = norms.get(pixel).copied().flatten();
        let interference = picture.polysemanticity[pixel];
        let decided = || decide(norm?, Some(interference), at).filter(|_| phases.is_empty());
        picture.phase[pixel] = told.or_else(decided).unwrap_or(Phase::Diverged).code();
        // Repeats that are not counted are one, if anything is known of them.
        if document.repeats.0.is_none() && norm.is_some() {
            let phase = Phase::from_code(picture.phase[pixel]).unwrap_or(Phase::Diverged);
            mark(picture, pixel, phase);
        }
    }
    for phase in Phase::ALL {
        let Some(list) = document.repeats.get(phase.name()) else { continue };
        for (pixel, count) in plane(list, phase.name(), pixels)?.iter().enumerate() {
            let count = count.and_then(|count| count.try_into().ok()).unwrap_or(0);
            picture.counts[pixel * PHASES + usize::from(phase.code())] = count;
        }
    }
    Ok(())
}

/// A list with an entry a pixel; empty where there is none of that name.
fn plane<'v, T>(list: &'v List<T>, name: &str, pixels: usize) -> Result<&'v [T], String> {
    let Some(list) = &list.0 else { return Ok(&[]) };
    if list.len() == pixels {
        return Ok(list);
    }
    let length = list.len();
    Err(format!("{name} has {length} values and should have {pixels}, one a pixel"))
}
