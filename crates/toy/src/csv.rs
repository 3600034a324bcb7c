//! Tables: grids, models and theory as comma-separated values.

use crate::axis::Span;
use crate::load::{LoadError, Loaded};
use crate::phase::{Phase, Thresholds};
use crate::picture::{Measures, PHASES, Picture, Reference};
use crate::spec::Spec;
use crate::sweep::Sweep;
use std::fmt::Write;

/// Columns of a grid table. The first six are those of repro-superposition, in its order and
/// meaning, so that its notebook reads ours: "sparsity" there is the density, logarithms are
/// decimal, and polysemanticity is the root of the superposition.
pub const GRID_COLUMNS: [&str; 9] = [
    "log_sparsity_index",
    "log_weight_index",
    "log_sparsity",
    "log_weight",
    "last_polysemanticity",
    "last_norm",
    "last_superposition",
    "loss",
    "phase",
];

/// Columns that follow when there is something to compare with: its phase, empty where unknown,
/// and the percentage of all pixels whose phases agree, in every row the same.
pub const COMPARED_COLUMNS: [&str; 2] = ["compared_phase", "agreement_percent"];

/// A picture as a table, a row a pixel, from the first row of the diagram (density 1) on.
pub fn grid(sweep: &Sweep, picture: &Picture, reference: Option<Reference>) -> String {
    let other = reference.map(|r| r.picture);
    let agreement = other.and_then(|other| picture.agreeing_fraction(other));
    let percent = agreement.map_or(String::new(), |part| (100.0 * part).to_string());
    let compared = |pixel: usize| {
        let known = other.filter(|other| other.knows(pixel))?;
        Phase::from_code(*known.phase.get(pixel)?).map(Phase::name)
    };
    let mut text = GRID_COLUMNS.join(",");
    if other.is_some() {
        text = text + "," + &COMPARED_COLUMNS.join(",");
    }
    text.push('\n');
    for (index, &row) in picture.rows.iter().enumerate() {
        let log_density = sweep.density.log10_at(row, sweep.rows);
        for column in 0..picture.columns {
            let pixel = index * picture.columns as usize + column as usize;
            let log_importance = sweep.importance.log10_at(column, sweep.columns);
            let phase = Phase::from_code(picture.phase[pixel]).unwrap_or(Phase::Diverged);
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "{row},{column},{log_density},{log_importance},{},{},{},{},{phase}",
                picture.polysemanticity[pixel],
                picture.norm[pixel],
                picture.superposition[pixel],
                picture.loss[pixel],
            );
            if other.is_some() {
                let _ = write!(text, ",{},{percent}", compared(pixel).unwrap_or_default());
            }
            text.push('\n');
        }
    }
    text
}

/// A line of a grid table.
#[derive(Clone, Copy)]
struct Line {
    place: [u32; 2],
    logs: [f64; 2],
    norm: f32,
    superposition: f32,
    polysemanticity: f32,
    loss: f32,
    phase: Option<Phase>,
}

/// Reads a grid table, ours or one with only the first six columns. It does not say what was
/// trained: all but the axes is taken from `base`; and phases, where missing, are decided by norm and
/// polysemanticity.
///
/// # Errors
/// When columns are missing, or lines do not make up a diagram.
pub fn read(text: &str, base: &Sweep, thresholds: &Thresholds) -> Result<Loaded, LoadError> {
    let fail = |why: String| Err(LoadError(why));
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let header = cells(lines.next().map_or("", |(_, line)| line));
    let at = GRID_COLUMNS.map(|name| header.iter().position(|cell| *cell == name));
    if let Some(missing) = (0..6).find(|&i| at[i].is_none()) {
        return fail(format!("it has no column {}", GRID_COLUMNS[missing]));
    }
    let mut read = vec![];
    for (number, line) in lines {
        let Some(line) = parse(&cells(line), at) else {
            return fail(format!("line {} is not a pixel: {}", number + 1, start(line)));
        };
        read.push(line);
    }
    if read.is_empty() {
        return fail("it has no pixels".into());
    }
    let [(rows, density), (columns, importance)] = [axis(&read, 0)?, axis(&read, 1)?];
    let mut sweep = Sweep { rows, columns, density, importance, ..base.clone() };
    for name in ["rows", "columns", "density", "importance"] {
        if let Some(Err(error)) = Sweep::find(name).map(|param| param.check(&sweep)) {
            return fail(error.to_string());
        }
    }
    while sweep.models() > crate::sweep::MAX_MODELS && sweep.repeats > 1 {
        sweep.repeats = sweep.repeats.div_ceil(2);
    }
    sweep.validate().map_err(|error| LoadError(error.to_string()))?;
    let mut picture = Picture::of(&sweep);
    let mut seen = vec![false; picture.pixels()];
    for line in read {
        let [row, column] = line.place;
        let pixel = (row * sweep.columns + column) as usize;
        if std::mem::replace(&mut seen[pixel], true) {
            return fail(format!("the pixel in row {row}, column {column} is there twice"));
        }
        put(&mut picture, pixel, &line, thresholds);
    }
    let (n, m) = (sweep.features, sweep.hidden);
    let mut notes = vec![format!(
        "the table does not say which models were trained; what is beside it is for {n} features in {m} dimensions"
    )];
    if at[6].is_none() {
        notes
            .push("superposition is missing and shown as the square of the polysemanticity".into());
    }
    if at[8].is_none() {
        notes.push("phases are missing and decided by norm and polysemanticity; any superposition is shown as antipodal".into());
    }
    Ok(Loaded { sweep, picture, thresholds: None, notes })
}

fn cells(line: &str) -> Vec<&str> {
    line.split(',').map(|cell| cell.trim().trim_matches('"')).collect()
}

/// As much of a line as is worth repeating.
fn start(line: &str) -> String {
    line.chars().take(40).collect()
}

fn parse(cells: &[&str], at: [Option<usize>; 9]) -> Option<Line> {
    let cell = |i: usize| at[i].and_then(|at| cells.get(at).copied());
    // Some writers turn whole numbers into 0.0; no diagram has as many rows as would overflow.
    let index = |i| {
        let value: f64 = cell(i)?.parse().ok()?;
        (value.fract() == 0.0 && (0.0..1e9).contains(&value)).then_some(value as u32)
    };
    let log = |i| cell(i)?.parse().ok().filter(|log: &f64| log.is_finite());
    // An empty cell is how tables write that a number is missing.
    let measure = |i| match cell(i) {
        Some("") => Some(f32::NAN),
        other => other?.parse().ok(),
    };
    let polysemanticity: f32 = measure(4)?;
    Some(Line {
        place: [index(0)?, index(1)?],
        logs: [log(2)?, log(3)?],
        polysemanticity,
        norm: measure(5)?,
        superposition: measure(6).unwrap_or(polysemanticity * polysemanticity),
        loss: measure(7).unwrap_or(f32::NAN),
        phase: cell(8).and_then(|name| name.parse().ok()),
    })
}

/// Number of points and ends of an axis: the rows' or the columns'.
fn axis(lines: &[Line], side: usize) -> Result<(u32, Span), LoadError> {
    let point = |line: &Line| (line.place[side], line.logs[side]);
    let points = || lines.iter().map(point);
    let ends = points().min_by_key(|p| p.0).zip(points().max_by_key(|p| p.0));
    let Some(((first, from), (last, to))) = ends else {
        return Err(LoadError("it has no pixels".into()));
    };
    let step = if last > first { (to - from) / f64::from(last - first) } else { 0.0 };
    let log = |index: u32| from + step * (f64::from(index) - f64::from(first));
    let uneven = points().find(|p| (p.1 - log(p.0)).abs() > 1e-4 + 0.01 * step.abs());
    if let Some((index, _)) = uneven {
        let what = ["row", "column"][side];
        return Err(LoadError(format!("{what} {index} is not evenly spaced from the others")));
    }
    // Twelve digits give round numbers back that their logarithms do not hold exactly.
    let value = |log: f64| format!("{:.11e}", 10f64.powf(log)).parse().unwrap_or(f64::NAN);
    Ok((last + 1, Span::new(value(log(0)), value(log(last)))))
}

/// Puts a line into a pixel.
fn put(picture: &mut Picture, pixel: usize, line: &Line, thresholds: &Thresholds) {
    picture.norm[pixel] = line.norm;
    picture.superposition[pixel] = line.superposition;
    picture.polysemanticity[pixel] = line.polysemanticity;
    picture.loss[pixel] = line.loss;
    let (norm, interference) = (f64::from(line.norm), f64::from(line.polysemanticity));
    let phase = line.phase.unwrap_or(match () {
        () if !norm.is_finite() => Phase::Diverged,
        () if norm < thresholds.norm => Phase::NotRepresented,
        () if !interference.is_finite() => Phase::Diverged,
        () if interference < thresholds.interference => Phase::Dedicated,
        () => Phase::Antipodal,
    });
    picture.phase[pixel] = phase.code();
    // A pixel without numbers may be one that was not trained yet: nothing is known of it.
    let known = line.norm.is_finite();
    picture.counts[pixel * PHASES + usize::from(phase.code())] = known.into();
}

/// Every model as a table: row, column, repeat, population loss, phase, weights, biases.
pub fn models(sweep: &Sweep, measures: &Measures) -> String {
    let (n, m) = (sweep.features, sweep.hidden);
    let mut text = String::from("row,column,repeat,loss,phase");
    for (i, k) in (0..n).flat_map(|i| (0..m).map(move |k| (i, k))) {
        let _ = write!(text, ",w_{i}_{k}");
    }
    for i in 0..n {
        let _ = write!(text, ",b_{i}");
    }
    text.push('\n');
    let per_row = (sweep.columns * sweep.repeats) as usize;
    for (index, model) in measures.models().iter().enumerate() {
        let row = measures.rows()[index / per_row];
        let (place, repeats) = (index % per_row, sweep.repeats as usize);
        let (column, repeat) = (place / repeats, place % repeats);
        let _ = write!(text, "{row},{column},{repeat},{},{}", model.loss, model.phase);
        for p in measures.parameters(index) {
            let _ = write!(text, ",{p}");
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_is_density_one() {
        let sweep = Sweep { columns: 3, rows: 2, ..Sweep::default() };
        let text = grid(&sweep, &Picture::ansatz(&sweep), None);
        assert_eq!(
            text,
            "log_sparsity_index,log_weight_index,log_sparsity,log_weight,last_polysemanticity,last_norm,last_superposition,loss,phase\n\
             0,0,0,-1,0,0,0,0.008333334,not-represented\n\
             0,1,0,0,0,0,0,0.083333336,not-represented\n\
             0,2,0,1,0,1,0,0.083333336,dedicated\n\
             1,0,-2,-1,1,1,1,0.000018333334,antipodal\n\
             1,1,-2,0,1,1,1,0.000033333334,antipodal\n\
             1,2,-2,1,1,1,1,0.00018333334,antipodal\n"
        );
    }
}
