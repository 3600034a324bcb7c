//! Results of bottlenecks as tables: a row a bottleneck, a feature, a point of a curve, a sentence.

use super::describe::Translation;
use super::measure::name;
use super::probe::Feature;
use super::snapshot::{Beside, Snapshot};
use super::text::{Held, Text};
use crate::study::curve::steps_of;
use std::fmt::Write;

/// Columns that say which bottleneck a row is about: the seed is the run's.
pub const PLACE: [&str; 4] = ["model", "k", "seed", "repeat"];

/// Columns of [`models`] after [`PLACE`]; those of [`BESIDE`] follow, each for the base, PCA,
/// random directions and the bottleneck at initialisation.
pub const MODEL_COLUMNS: [&str; 5] = ["bleu", "exact", "accuracy", "loss", "features_read"];

/// What is told of each baseline.
pub const BESIDE: [&str; 4] = ["bleu", "exact", "accuracy", "features_read"];

/// Columns of [`features`] after [`PLACE`].
pub const FEATURE_COLUMNS: [&str; 2] = ["feature", "balanced_accuracy"];

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
    let mut text = header(plain(&MODEL_COLUMNS).chain(beside));
    for snapshot in all {
        let m = &snapshot.measures;
        let start = place(run, snapshot.model);
        // Writing to a string cannot fail.
        let _ = write!(text, "{start},{},{},{},{},{}", m.bleu, m.exact, m.accuracy, m.loss, m.read);
        for (_, brief) in snapshot.beside.named() {
            let _ =
                write!(text, ",{},{},{},{}", brief.bleu, brief.exact, brief.accuracy, brief.read);
        }
        text.push('\n');
    }
    text
}

/// A row a bottleneck and known feature: the balanced accuracy of a linear probe on `z`.
pub fn features(run: &Translation, words: &Text, all: &[Snapshot]) -> String {
    let mut text = header(plain(&FEATURE_COLUMNS));
    for snapshot in all {
        for (&feature, accuracy) in Feature::all().iter().zip(&snapshot.measures.probes) {
            let (start, name) = (place(run, snapshot.model), name(feature, words));
            let _ = writeln!(text, "{start},{name},{accuracy}");
        }
    }
    text
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
    use super::*;

    #[test]
    fn every_row_has_a_cell_a_column() {
        let run = Translation { narrowest: 2, widest: 4, repeats: 2, ..Translation::default() };
        let (words, count) = (Text::language(), 3);
        let held = words.held(Part::Test, count);
        let measures = Measures {
            probes: vec![0.5; Feature::all().len()],
            outputs: held.references.clone(),
            ..Measures::default()
        };
        let one = |model| Snapshot {
            model,
            curve: vec![1.0; 2],
            measures: measures.clone(),
            ..Snapshot::default()
        };
        let all: Vec<Snapshot> = (0..4).map(one).collect();
        let check = |text: &str, apart: char, rows: usize| {
            let cells: Vec<usize> = text.lines().map(|line| line.split(apart).count()).collect();
            assert!(cells.len() == rows + 1 && cells.iter().all(|&n| n == cells[0]), "{text}");
        };
        check(&models(&run, &all), ',', 4);
        check(&features(&run, &words, &all), ',', 4 * Feature::all().len());
        check(&curves(&run, &all), ',', 8);
        let said = sentences(&run, &held, &all);
        check(&said, '\t', 12);
        assert!(said.lines().last().is_some_and(|line| line.ends_with("\t4\t0/1")));
        assert!(models(&run, &all).lines().nth(2).is_some_and(|line| line.starts_with("1,2,0,1,")));
    }
}
