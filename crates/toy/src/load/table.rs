//! Grid tables, ours or of any program that writes the first six columns.

use super::cells::{Cell, Row, Rows, bare, cell};
use super::loaded::{LoadError, Loaded, decide, mark, start};
use crate::axis::Span;
use crate::csv::GRID_COLUMNS;
use crate::phase::{Phase, Thresholds};
use crate::picture::Picture;
use crate::spec::Spec;
use crate::sweep::{MAX_MODELS, Sweep};

/// Columns without which a table is no diagram.
const NEEDED: usize = 6;

/// What an infinite logarithm is: that of density or importance 0.
const OFF_AXIS: &str =
    "not on an axis: axes are logarithmic, so density and importance must be above 0 and finite";

/// Where the columns of [`GRID_COLUMNS`] are in a table.
type Places = [Option<usize>; GRID_COLUMNS.len()];

/// A row of a grid table. What is missing is `None`; what is no finite number may be a diverged model's.
#[derive(Clone, Copy)]
struct Pixel {
    line: u64,
    /// Whether the file goes on after it, so that no digit can be missing.
    whole: bool,
    place: [u32; 2],
    logs: [Option<f64>; 2],
    norm: Option<f32>,
    superposition: Option<f32>,
    polysemanticity: Option<f32>,
    loss: Option<f32>,
    phase: Option<Phase>,
}

/// Reads a grid table. It does not say what was trained: all but the axes is taken from `base`; and
/// phases, where missing, are decided by norm and polysemanticity.
///
/// # Errors
/// When columns are missing, or rows do not make up a diagram.
pub(super) fn read(text: &str, base: &Sweep, thresholds: &Thresholds) -> Result<Loaded, LoadError> {
    let fail = |why: String| Err(LoadError(why));
    let lacks = |column: &str| format!("it has no column {column}");
    let Some(mut rows) = Rows::open(text, &GRID_COLUMNS) else {
        return fail(lacks(GRID_COLUMNS[0]));
    };
    let at = GRID_COLUMNS.map(|name| rows.header.iter().position(|cell| *cell == name));
    if let Some(missing) = (0..NEEDED).find(|&i| at[i].is_none()) {
        return fail(lacks(GRID_COLUMNS[missing]));
    }
    let (mut pixels, cut) = pixels(&mut rows, at, text.ends_with(['\n', '\r']))?;
    let mut notes = vec![];
    if count_from_one(&mut pixels) {
        notes.push("its rows and columns are counted from 1".into());
    }
    let check = |sweep: &Sweep, names: [&str; 2]| {
        let mut checks = names.into_iter().filter_map(|name| Sweep::find(name)?.check(sweep).err());
        checks.next().map_or(Ok(()), |error| Err(LoadError(error.to_string())))
    };
    let [rows, columns] = [0, 1].map(|side| count(&pixels, side));
    let mut sweep = Sweep { rows, columns, ..base.clone() };
    check(&sweep, ["rows", "columns"])?;
    sweep.density = axis(&pixels, 0, rows)?;
    sweep.importance = axis(&pixels, 1, columns)?;
    check(&sweep, ["density", "importance"])?;
    sweep.repair();
    sweep.validate().map_err(|error| LoadError(error.to_string()))?;

    let mut picture = Picture::of(&sweep);
    let mut seen = vec![false; picture.pixels()];
    for pixel in &pixels {
        let [row, column] = pixel.place;
        let index = (row * sweep.columns + column) as usize;
        if std::mem::replace(&mut seen[index], true) {
            let line = pixel.line;
            return fail(format!(
                "the pixel in row {row}, column {column} is there twice, the second time in line {line}"
            ));
        }
        if pixel.whole {
            put(&mut picture, index, pixel, thresholds);
        }
    }
    let known = pixels.iter().filter(|pixel| pixel.whole).count();
    let missing = seen.len() - known;
    if missing > 0 {
        let (ends, all) = (if cut { "it ends in the middle of a line; " } else { "" }, seen.len());
        notes.push(format!(
            "{ends}{missing} of the {all} rows of the table are missing, and these pixels stay unknown"
        ));
    }
    let (n, m) = (sweep.features, sweep.hidden);
    notes.push(format!(
        "the table does not say which models were trained; what is beside it is for {n} features in {m} dimensions"
    ));
    if at[6].is_none() {
        notes
            .push("superposition is missing and shown as the square of the polysemanticity".into());
    }
    if at[8].is_none() {
        notes.push("phases are missing and decided by norm and polysemanticity; any superposition is shown as antipodal".into());
    }
    Ok(Loaded { sweep, picture, thresholds: None, notes })
}

/// Every row of the table, and whether the last was left out since the file was cut within it.
fn pixels(rows: &mut Rows, at: Places, ended: bool) -> Result<(Vec<Pixel>, bool), LoadError> {
    let header = rows.header.clone();
    let mut pixels: Vec<Pixel> = vec![];
    // A row that cannot be read is a fault unless it is the last of a file that was cut.
    let mut fault: Option<(String, bool)> = None;
    while let Some(row) = rows.next_row() {
        if let Some((why, _)) = fault {
            return Err(LoadError(why));
        }
        let same = |(cell, name): (&&str, &String)| bare(cell).eq_ignore_ascii_case(name);
        if row.cells.len() == header.len() && row.cells.iter().zip(&header).all(same) {
            continue; // tables one after another, each with its header
        }
        if pixels.len() as u64 == MAX_MODELS {
            return Err(LoadError(format!("it has more than {MAX_MODELS} rows")));
        }
        // R names the rows in a column that has no name.
        let shift = row.cells.len() == header.len() + 1
            && row.cells.last().is_some_and(|cell| !bare(cell).is_empty());
        match parse(&row, at, usize::from(shift)) {
            Ok(pixel) => pixels.push(pixel),
            Err(why) => fault = Some((why, row.cells.len() < header.len() || !ended)),
        }
    }
    match fault {
        Some((why, cut)) if !cut || pixels.is_empty() => return Err(LoadError(why)),
        None if pixels.is_empty() => return Err(LoadError("it has no pixels".into())),
        Some(_) => return Ok((pixels, true)),
        None => {}
    }
    // A last line without its end may have lost digits: in a table that lacks rows it was cut.
    let all = u64::from(count(&pixels, 0)) * u64::from(count(&pixels, 1));
    let cut = !ended && pixels.len() > 1 && all > pixels.len() as u64;
    if let Some(last) = pixels.last_mut() {
        last.whole = !cut;
    }
    Ok((pixels, cut))
}

fn parse(row: &Row, at: Places, shift: usize) -> Result<Pixel, String> {
    let text = |i: usize| at[i].and_then(|at| row.cells.get(at + shift).copied());
    let wrong = |i: usize, text: &str, what: &str| {
        let name = GRID_COLUMNS[i];
        format!("line {} has \"{}\" as {name}, which is {what}", row.line, start(text))
    };
    let short = || format!("line {} is not a pixel: it has {} cells", row.line, row.cells.len());
    // Some writers turn whole numbers into 0.0; no diagram has as many rows as would overflow.
    let index = |i: usize| {
        let text = text(i).ok_or_else(short)?;
        match cell(text) {
            Cell::Number(x) if x.fract() == 0.0 && (0.0..1e9).contains(&x) => Ok(x as u32),
            _ => Err(wrong(i, text, "not a whole number from 0")),
        }
    };
    let log = |i: usize| {
        let text = text(i).ok_or_else(short)?;
        match cell(text) {
            Cell::Number(x) if x.is_infinite() => Err(wrong(i, text, OFF_AXIS)),
            Cell::Number(x) => Ok((!x.is_nan()).then_some(x)),
            Cell::Missing => Ok(None),
            Cell::Other => Err(wrong(i, text, "not a number")),
        }
    };
    let measure = |i: usize| {
        let Some(text) = text(i) else { return if i < NEEDED { Err(short()) } else { Ok(None) } };
        match cell(text) {
            Cell::Number(x) => Ok(Some(x as f32)),
            Cell::Missing => Ok(None),
            Cell::Other => Err(wrong(i, text, "not a number")),
        }
    };
    Ok(Pixel {
        line: row.line,
        whole: true,
        place: [index(0)?, index(1)?],
        logs: [log(2)?, log(3)?],
        polysemanticity: measure(4)?,
        norm: measure(5)?,
        superposition: measure(6)?,
        loss: measure(7)?,
        phase: text(8).and_then(|name| bare(name).to_lowercase().parse().ok()),
    })
}

/// Makes places count from 0 where both sides count from 1, as in R and Julia; tells whether they did.
fn count_from_one(pixels: &mut [Pixel]) -> bool {
    let one = !pixels.is_empty() && [0, 1].iter().all(|&s| pixels.iter().all(|p| p.place[s] > 0));
    // A table that starts later only lacks its beginning.
    let one = one && [0, 1].iter().all(|&s| pixels.iter().any(|p| p.place[s] == 1));
    if one {
        pixels.iter_mut().for_each(|p| p.place = p.place.map(|i| i - 1));
    }
    one
}

/// Number of rows or columns.
fn count(pixels: &[Pixel], side: usize) -> u32 {
    pixels.iter().map(|p| p.place[side] + 1).max().unwrap_or(0)
}

/// Ends of an axis of this many points: the rows' or the columns'.
fn axis(pixels: &[Pixel], side: usize, count: u32) -> Result<Span, LoadError> {
    let what = ["row", "column"][side];
    let points = || pixels.iter().filter_map(|p| Some((p.place[side], p.logs[side]?)));
    let ends = points().min_by_key(|p| p.0).zip(points().max_by_key(|p| p.0));
    let Some(((first, from), (last, to))) = ends else {
        let column = GRID_COLUMNS[2 + side];
        return Err(LoadError(format!("no {what} has a value in column {column}")));
    };
    if first == last && count > 1 {
        return Err(LoadError(format!("only {what} {first} says where it is on its axis")));
    }
    let step = if last > first { (to - from) / f64::from(last - first) } else { 0.0 };
    let log = |index: u32| from + step * (f64::from(index) - f64::from(first));
    let uneven = points().find(|p| (p.1 - log(p.0)).abs() > 1e-4 + 0.01 * step.abs());
    if let Some((index, _)) = uneven {
        return Err(LoadError(format!(
            "{what} {index} is not evenly spaced from the others; axes are logarithmic, so equal steps are equal ratios"
        )));
    }
    // Twelve digits give round numbers back that their logarithms do not hold exactly.
    let value = |log: f64| format!("{:.11e}", 10f64.powf(log)).parse().unwrap_or(f64::NAN);
    Ok(Span::new(value(log(0)), value(log(count - 1))))
}

/// Puts a row into its pixel. A pixel whose numbers are missing stays unknown.
fn put(picture: &mut Picture, index: usize, pixel: &Pixel, thresholds: &Thresholds) {
    let Some(norm) = pixel.norm else { return };
    let squared = pixel.polysemanticity.map(|q| q * q);
    let polysemanticity = pixel.polysemanticity.or(pixel.superposition.map(f32::sqrt));
    let phase = pixel.phase.or_else(|| decide(norm, polysemanticity, thresholds));
    let Some(phase) = phase else { return };
    picture.norm[index] = norm;
    picture.superposition[index] = pixel.superposition.or(squared).unwrap_or(f32::NAN);
    picture.polysemanticity[index] = polysemanticity.unwrap_or(f32::NAN);
    picture.loss[index] = pixel.loss.unwrap_or(f32::NAN);
    mark(picture, index, phase);
}
