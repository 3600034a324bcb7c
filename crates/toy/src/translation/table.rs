//! Results of bottlenecks as tables: a row a bottleneck, a feature, an end of a unit, a point of a
//! curve, a sentence.

use super::describe::Translation;
use super::geometry::{End, Geometry, NAMED};
use super::measure::name;
use super::probe::Feature;
use super::snapshot::{Beside, Snapshot};
use super::text::{Held, Text};
use crate::directions::{random_cosine, welch};
use crate::study::curve::steps_of;
use std::fmt::Write;

/// Columns that say which bottleneck a row is about: the seed is the run's.
pub const PLACE: [&str; 4] = ["model", "k", "seed", "repeat"];

/// Columns of [`models`] after [`PLACE`]; those of [`BESIDE`] follow, each for the base, PCA,
/// random directions and the bottleneck at initialisation, then those of [`GEOMETRY`] and the
/// losses of these four.
pub const MODEL_COLUMNS: [&str; 5] = ["bleu", "exact", "accuracy", "loss", "features_read"];

/// What is told of each baseline.
pub const BESIDE: [&str; 4] = ["bleu", "exact", "accuracy", "features_read"];

/// What is told of feature directions in `z`: how many there are, the sum of their dimensionalities,
/// their cosines, the least that the largest can be, what random directions have, and the same
/// before the first step.
pub const GEOMETRY: [&str; 9] = [
    "directions",
    "capacity",
    "mean_cosine",
    "largest_cosine",
    "welch",
    "random_cosine",
    "initial_capacity",
    "initial_mean_cosine",
    "initial_largest_cosine",
];

/// Columns of [`features`] after [`PLACE`].
pub const FEATURE_COLUMNS: [&str; 7] = [
    "feature",
    "balanced_accuracy",
    "frequency",
    "norm",
    "dimensionality",
    "initial_norm",
    "initial_dimensionality",
];

/// Columns of [`units`] after [`PLACE`]; the types that excite the unit most and their shares follow.
pub const UNIT_COLUMNS: [&str; 4] = ["unit", "sign", "entropy", "initial_entropy"];

/// Columns of [`curves`] after [`PLACE`]: the first step a point stands for, and one past its last.
pub const CURVE_COLUMNS: [&str; 3] = ["step", "step_end", "loss"];

/// Columns of [`sentences`].
pub const SENTENCE_COLUMNS: [&str; 5] = ["source", "output", "reference", "k", "seed"];

fn header(columns: impl IntoIterator<Item = String>) -> String {
    let place = PLACE.iter().map(ToString::to_string);
    place.chain(columns).collect::<Vec<_>>().join(",") + "\n"
}

fn plain(columns: &[&str]) -> impl Iterator<Item = String> {
    columns.iter().map(ToString::to_string)
}

/// The cells of [`PLACE`].
fn place(run: &Translation, model: u32) -> String {
    let (k, repeat) = run.place(model);
    format!("{model},{k},{},{repeat}", run.seed)
}

/// A row a bottleneck, with its baselines beside it.
pub fn models(run: &Translation, all: &[Snapshot]) -> String {
    let none = Beside::default();
    let beside = none.named().map(|(name, _)| name);
    let beside = beside.iter().flat_map(|name| BESIDE.map(|column| format!("{name}_{column}")));
    let losses = none.named().map(|(name, _)| format!("{name}_loss"));
    let more = plain(&GEOMETRY).chain(losses);
    let mut text = header(plain(&MODEL_COLUMNS).chain(beside).chain(more));
    for snapshot in all {
        let m = &snapshot.measures;
        let start = place(run, snapshot.model);
        // Writing to a string cannot fail.
        let _ = write!(text, "{start},{},{},{},{},{}", m.bleu, m.exact, m.accuracy, m.loss, m.read);
        for (_, brief) in snapshot.beside.named() {
            let _ =
                write!(text, ",{},{},{},{}", brief.bleu, brief.exact, brief.accuracy, brief.read);
        }
        geometry(&mut text, &m.geometry, &snapshot.beside.start);
        for (_, brief) in snapshot.beside.named() {
            let _ = write!(text, ",{}", brief.loss);
        }
        text.push('\n');
    }
    text
}

/// The cells of [`GEOMETRY`]; empty of a text of one's own, whose features nobody knows.
fn geometry(text: &mut String, now: &Geometry, start: &Geometry) {
    let (n, d) = (now.features.len() as u32, now.measured.dimensions);
    let _ = write!(text, ",{n}");
    let of = |g: &Geometry| {
        let m = &g.measured;
        [m.capacity(), m.mean_cosine, m.largest_cosine].map(f64::from)
    };
    for value in of(now).into_iter().chain([welch(n, d), random_cosine(d)]).chain(of(start)) {
        text.push(',');
        if n > 0 && value.is_finite() {
            let _ = write!(text, "{value}");
        }
    }
}

/// A row a bottleneck and known feature: the balanced accuracy of a linear probe on `z`, the share of
/// the words that have it, and norm and dimensionality of its direction, now and before the first
/// step; empty where no word has it.
pub fn features(run: &Translation, words: &Text, all: &[Snapshot]) -> String {
    let mut text = header(plain(&FEATURE_COLUMNS));
    for snapshot in all {
        let probes = Feature::all().into_iter().zip(&snapshot.measures.probes);
        for (place_of, (feature, accuracy)) in probes.enumerate() {
            let (start, name) = (place(run, snapshot.model), name(feature, words));
            let _ = write!(text, "{start},{name},{accuracy}");
            let known = &snapshot.measures.geometry;
            let of = |g: &Geometry, all: &[f32]| all.get(g.place(place_of)?).copied();
            let (now, then) = (known, &snapshot.beside.start);
            for value in [
                of(now, &now.frequency),
                of(now, &now.measured.norm),
                of(now, &now.measured.dimensionality),
                of(then, &then.measured.norm),
                of(then, &then.measured.dimensionality),
            ] {
                text.push(',');
                if let Some(value) = value.filter(|value| value.is_finite()) {
                    let _ = write!(text, "{value}");
                }
            }
            text.push('\n');
        }
    }
    text
}

/// A row a bottleneck, unit of `z` and end: the entropy in bits over the types of the words that
/// excite it most, the same before the first step, and the most frequent of these types.
pub fn units(run: &Translation, words: &Text, all: &[Snapshot]) -> String {
    let types = (1..=NAMED).flat_map(|rank| [format!("word_{rank}"), format!("share_{rank}")]);
    let mut text = header(plain(&UNIT_COLUMNS).chain(types));
    let vocabulary = &words.vocabularies()[0];
    for snapshot in all {
        for end in &snapshot.measures.geometry.ends {
            let entropy = |end: &End| if end.types.is_empty() { f32::NAN } else { end.entropy };
            let then = snapshot.beside.start.end(end).map_or(f32::NAN, entropy);
            let sign = if end.up { "+" } else { "-" };
            let _ = write!(text, "{},{},{sign}", place(run, snapshot.model), end.unit);
            for value in [entropy(end), then] {
                let _ = match value.is_finite() {
                    true => write!(text, ",{value}"),
                    false => write!(text, ","),
                };
            }
            for rank in 0..NAMED {
                let _ = match end.types.get(rank) {
                    Some(&(number, share)) => {
                        write!(text, ",{},{share}", quoted(vocabulary.word(number)))
                    }
                    None => write!(text, ",,"),
                };
            }
            text.push('\n');
        }
    }
    text
}

/// A word as a cell: texts of one's own have commas and quotes for words.
fn quoted(word: &str) -> String {
    if word.contains([',', '"']) {
        format!("\"{}\"", word.replace('"', "\"\""))
    } else {
        word.into()
    }
}

/// A row a point of each bottleneck's loss curve.
pub fn curves(run: &Translation, all: &[Snapshot]) -> String {
    let mut text = header(plain(&CURVE_COLUMNS));
    for snapshot in all {
        let start = place(run, snapshot.model);
        for (point, loss) in snapshot.curve.iter().enumerate() {
            let steps = steps_of(point as u32, run.steps);
            let _ = writeln!(text, "{start},{},{},{loss}", steps.start, steps.end);
        }
    }
    text
}

/// A row a bottleneck and held-out sentence, columns apart by tabs. Words hold none. With several
/// repeats, `seed` is the run's seed and the repeat, such as `0/2`.
pub fn sentences(run: &Translation, held: &Held, all: &[Snapshot]) -> String {
    let mut text = SENTENCE_COLUMNS.join("\t") + "\n";
    for snapshot in all {
        let (k, repeat) = run.place(snapshot.model);
        let seed = match run.repeats {
            1 => run.seed.to_string(),
            _ => format!("{}/{repeat}", run.seed),
        };
        let rows = held.sources.iter().zip(&snapshot.measures.outputs).zip(&held.references);
        for ((source, output), reference) in rows {
            let _ = writeln!(text, "{source}\t{output}\t{reference}\t{k}\t{seed}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::language::Part;
    use super::super::measure::Measures;
    use super::super::probe::Tokens;
    use super::*;

    #[test]
    fn every_row_has_a_cell_a_column() {
        let run = Translation { narrowest: 2, widest: 4, repeats: 2, ..Translation::default() };
        let (words, count) = (Text::language(), 3);
        let held = words.held(Part::Test, count);
        let known = held.known.concat();
        let codes: Vec<f32> = (0..2 * known.len()).map(|i| i as f32).collect();
        let tokens = Tokens { dimensions: 2, codes: &codes, known: &known };
        let geometry = Geometry::new(tokens, &held.rows.words(words.shape().words), false);
        let measures = Measures {
            probes: vec![0.5; Feature::all().len()],
            outputs: held.references.clone(),
            geometry: geometry.clone(),
            ..Measures::default()
        };
        let beside = Beside { start: geometry, ..Beside::default() };
        let one = |model| Snapshot {
            model,
            curve: vec![1.0; 2],
            measures: measures.clone(),
            beside: beside.clone(),
            ..Snapshot::default()
        };
        let all: Vec<Snapshot> = (0..4).map(one).collect();
        let check = |text: &str, apart: char, rows: usize| {
            let cells: Vec<usize> = text.lines().map(|line| line.split(apart).count()).collect();
            assert!(cells.len() == rows + 1 && cells.iter().all(|&n| n == cells[0]), "{text}");
        };
        check(&models(&run, &all), ',', 4);
        check(&features(&run, &words, &all), ',', 4 * Feature::all().len());
        // Of every end of a unit.
        check(&units(&run, &words, &all), ',', 4 * 4);
        assert!(units(&run, &words, &all).contains(",0,-,"));
        let found = features(&run, &words, &all);
        let seen = found.lines().find(|line| line.contains(",noun,"));
        assert!(seen.is_some_and(|line| line.split(',').all(|cell| !cell.is_empty())), "{seen:?}");
        assert_eq!(
            (quoted("a"), quoted(","), quoted("\"")),
            ("a".into(), "\",\"".into(), "\"\"\"\"".into())
        );
        check(&curves(&run, &all), ',', 8);
        let said = sentences(&run, &held, &all);
        check(&said, '\t', 12);
        assert!(said.lines().last().is_some_and(|line| line.ends_with("\t4\t0/1")));
        assert!(models(&run, &all).lines().nth(2).is_some_and(|line| line.starts_with("1,2,0,1,")));
    }
}
