//! Directions of features in two or three dimensions, a square for each model.

use super::look::Look;
use super::sheet::{GUIDE, HEAD, MIDDLE, SMALL, Sheet, TINY};
use crate::diagram::colour::{self, Rgb};
use crate::diagram::number::{UNKNOWN, three};
use crate::export::ink::Drawn;
use crate::study::run::Part;
use std::fmt::Write;
use toy::Study;
use toy::measure::REPRESENTED;
use toy::study::preset::View;
use toy::study::snapshot::lowest;
use toy::study::{Importance, Sets, Snapshot};

/// Least side of a square.
const SIDE: f64 = 150.0;
/// Height of what stands under a square.
const FOOT: f64 = 84.0;
/// Height of the bars of dimensionality.
const BAR: f64 = 30.0;
/// Colours of sets: Okabe and Ito's that stand out from light and dark.
const SETS: [Rgb; 6] = [
    Rgb(0x00, 0x72, 0xB2),
    Rgb(0xD5, 0x5E, 0x00),
    Rgb(0x00, 0x9E, 0x73),
    Rgb(0xCC, 0x79, 0xA7),
    Rgb(0xE6, 0x9F, 0x00),
    Rgb(0x56, 0xB4, 0xE9),
];

/// What a square shows: a heading and, once it is known, the model.
type Cell<'a> = (String, Option<&'a Snapshot>);

/// Draws a model of each instance, or each repeat of a single instance, lowest loss first.
pub fn draw(mut sheet: Sheet, view: View, part: &Part, look: Look) -> Drawn {
    let Part { study, snapshots } = part;
    let cells = cells(study, snapshots);
    let across = ((sheet.width / SIDE) as usize).clamp(1, 5).min(cells.len().max(1));
    let pitch = sheet.width / across as f64;
    let side = (pitch - 14.0).min(300.0);
    let reach = reach(study, cells.iter().filter_map(|cell| cell.1));
    let row = side + FOOT + 34.0;
    for (place, (title, snapshot)) in cells.iter().enumerate() {
        let at = ((place % across) as f64 * pitch, (place / across) as f64 * row + 24.0);
        sheet.label(at.0, at.1 - 8.0, side, HEAD, title);
        square(&mut sheet, study, *snapshot, at, side, reach, look);
    }
    let y = cells.len().div_ceil(across) as f64 * row + 12.0;
    let y = legend(&mut sheet, study, view, y);
    let words = words(&cells);
    sheet.finish(y, "Directions of the features", &words)
}

fn cells<'a>(study: &Study, all: &'a [Snapshot]) -> Vec<Cell<'a>> {
    if study.instances > 1 {
        let best = lowest(study, all);
        let of = |k: u32| best.iter().find(|s| study.place(s.model).0 == k).copied();
        let title = |k| format!("1 − S = {}", three(study.density_at(k)));
        return (0..study.instances).map(|k| (title(k), of(k))).collect();
    }
    let mut sorted: Vec<&Snapshot> = all.iter().collect();
    sorted.sort_by(|a, b| a.measures.loss.total_cmp(&b.measures.loss));
    let title = |s: &Snapshot| format!("loss {}", three(f64::from(s.measures.loss)));
    let missing = (sorted.len()..study.repeats as usize).map(|_| ("loss –".to_owned(), None));
    sorted.iter().map(|s| (title(s), Some(*s))).chain(missing).collect()
}

/// Length of a vector that just fits in all squares; in steps, so that it rarely changes.
fn reach<'a>(study: &Study, all: impl Iterator<Item = &'a Snapshot>) -> f64 {
    let norms = all.flat_map(|s| s.measures.norm.iter()).map(|&n| f64::from(n));
    let longest = norms.filter(|n| n.is_finite()).fold(1.0, f64::max);
    let room = if study.hidden > 3 { 1.0 } else { 1.06 };
    ((longest * room) / 0.2).ceil() * 0.2
}

/// Draws one model: the vectors, their dimensionalities as bars, and what they form.
pub fn square(
    sheet: &mut Sheet,
    study: &Study,
    snapshot: Option<&Snapshot>,
    (x, y): (f64, f64),
    side: f64,
    reach: f64,
    look: Look,
) {
    sheet.rect(x, y, side, side, GUIDE);
    let (cx, cy) = (x + side / 2.0, y + side / 2.0);
    let unit = side / 2.0 / reach;
    if study.hidden <= 3 {
        let ring = format!("<circle cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"{unit:.1}\" {GUIDE}/>");
        sheet.raw(&ring);
    }
    let Some(snapshot) = snapshot else { return };
    let m = &snapshot.measures;
    let (instance, repeat) = study.place(snapshot.model);
    sheet.raw(&format!(
        "<g data-instance=\"{instance}\" data-repeat=\"{repeat}\" data-loss=\"{}\" data-dimensions-per-feature=\"{}\">",
        m.loss, m.dimensions_per_feature
    ));
    let (width, fills) = (study.hidden as usize, colours(study, snapshot));
    if width <= 3 {
        let rows = snapshot.parameters.chunks_exact(width).take(study.features as usize);
        let mut points: Vec<_> = rows.map(|w| project(w, look.turn)).enumerate().collect();
        // What is nearer to the reader is drawn later.
        points.sort_by(|a, b| a.1.2.total_cmp(&b.1.2));
        for (i, (px, py, _)) in points {
            // Also lets what is no number pass, which is not drawn.
            let inside = |v: f64| v.clamp(-side / 2.0, side / 2.0);
            let (px, py) = (cx + inside(px * unit), cy - inside(py * unit));
            let fill = fills.get(i).map_or(String::new(), |fill| fill.css());
            let own = look.follow == Some(i);
            let faint = if look.follow.is_some() && !own { " opacity=\".3\"" } else { "" };
            let line = match own {
                true => format!("class=\"followed vector\" stroke=\"{fill}\" stroke-width=\"4\""),
                false => format!("class=\"vector\" stroke=\"{fill}\" stroke-width=\"2\"{faint}"),
            };
            sheet.line((cx, cy), (px, py), &line);
            let rim = "stroke=\"currentColor\" stroke-opacity=\".45\"";
            let value = |all: &[f32]| all.get(i).map_or(UNKNOWN.into(), |&v| three(v.into()));
            let said = format!(
                "feature {}: norm {}, dimensionality {}",
                i + 1,
                value(&m.norm),
                value(&m.dimensionality)
            );
            let radius = if own { 6.0 } else { 4.0 };
            let spot = format!("data-feature=\"{i}\" fill=\"{fill}\" {rim}{faint}");
            sheet.spot(px, py, radius, &spot, &said);
        }
    } else {
        sheet.label(cx, cy, side, MIDDLE, &format!("{width} dimensions"));
    }
    sheet.raw("</g>");
    bars(sheet, &fills, snapshot, (x, y + side + 8.0), side);
    names(sheet, snapshot, (x, y + side + 8.0 + BAR + 28.0), side);
}

/// Where a vector's end is seen, and how near.
fn project(w: &[f32], (turn, tilt): (f64, f64)) -> (f64, f64, f64) {
    let at = |k: usize| w.get(k).map_or(0.0, |&v| f64::from(v));
    if w.len() < 3 {
        return (at(0), at(1), 0.0);
    }
    let (x, z) = (at(0) * turn.cos() - at(2) * turn.sin(), at(0) * turn.sin() + at(2) * turn.cos());
    (x, at(1) * tilt.cos() - z * tilt.sin(), at(1) * tilt.sin() + z * tilt.cos())
}

/// Colours of the features: their sets', else by importance, else by superposition.
pub fn colours(study: &Study, snapshot: &Snapshot) -> Vec<Rgb> {
    let m = &snapshot.measures;
    if study.distribution.sets.has_sets() && study.distribution.set_size < study.features {
        let size = study.distribution.set_size.max(1) as usize;
        return (0..study.features as usize).map(|i| SETS[i / size % SETS.len()]).collect();
    }
    if study.importance == Importance::Uniform {
        let both = m.norm.iter().zip(&m.superposition);
        return both.map(|(&n, &s)| colour::paper(n.into(), s.into())).collect();
    }
    by_importance(study)
}

/// Colours of the features' importances, from the least of the study to the greatest.
pub fn by_importance(study: &Study) -> Vec<Rgb> {
    let logs: Vec<f64> = study.importances().iter().map(|w| w.ln()).collect();
    let least = logs.iter().copied().fold(f64::INFINITY, f64::min);
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let part = |w: &f64| if most > least { (w - least) / (most - least) } else { 1.0 };
    logs.iter().map(|w| importance(part(w))).collect()
}

/// The colour of an importance, 0 to 1.
pub fn importance(part: f64) -> Rgb {
    colour::measure(0.2 + 0.72 * part)
}

/// Dimensionality of every feature, with numbers where there is room for them.
fn bars(sheet: &mut Sheet, fills: &[Rgb], snapshot: &Snapshot, (x, y): (f64, f64), side: f64) {
    let m = &snapshot.measures;
    let pitch = side / m.dimensionality.len().max(1) as f64;
    for part in [0.0, 0.5, 1.0] {
        sheet.line((x, y + BAR * part), (x + side, y + BAR * part), GUIDE);
    }
    for (i, ((&d, &norm), fill)) in m.dimensionality.iter().zip(&m.norm).zip(fills).enumerate() {
        let (d, left) = (f64::from(d), x + i as f64 * pitch);
        let faint = if f64::from(norm) < REPRESENTED { " fill-opacity=\".35\"" } else { "" };
        let fill = format!("fill=\"{}\"{faint}", fill.css());
        let height = BAR * d.clamp(0.0, 1.0);
        sheet.rect(left + 0.1 * pitch, y + BAR - height, 0.8 * pitch, height, &fill);
        if pitch > 21.0 {
            let number = if d.is_finite() { format!("{d:.2}") } else { UNKNOWN.into() };
            let number = number.trim_start_matches('0');
            sheet.text(left + pitch / 2.0, y + BAR + 11.0, TINY, number);
        }
    }
}

/// What the directions form, each kind once with its number, in at most two lines.
fn names(sheet: &mut Sheet, snapshot: &Snapshot, (x, y): (f64, f64), side: f64) {
    let (mut lines, mut words) = (0.0, kinds(snapshot));
    let most = (side / SMALL.wide("x")) as usize;
    while !words.is_empty() && lines < 2.0 {
        let fits =
            |end: &usize| words.iter().take(*end).map(|w| w.len() + 2).sum::<usize>() <= most;
        let end = (1..=words.len()).rev().find(fits).unwrap_or(1);
        let line: Vec<String> = words.drain(..end).collect();
        let more = if words.is_empty() { "" } else { "," };
        sheet.label(x, y + 14.0 * lines, side, SMALL, &(line.join(", ") + more));
        lines += 1.0;
    }
}

/// Names of the figures with how often they occur.
pub fn kinds(snapshot: &Snapshot) -> Vec<String> {
    let mut counted: Vec<(String, u32)> = vec![];
    for name in snapshot.measures.figures.iter().map(|figure| figure.form.name()) {
        match counted.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => counted.push((name, 1)),
        }
    }
    let word = |(name, count): (String, u32)| match (count, name.as_str()) {
        (1, _) => name,
        (_, "alone" | "irregular" | "side by side") => format!("{count} {name}"),
        _ => format!("{count} {name}s"),
    };
    counted.into_iter().map(word).collect()
}

/// Explains colours and bars; where it ends.
pub fn legend(sheet: &mut Sheet, study: &Study, view: View, y: f64) -> f64 {
    let sets = study.distribution.sets.has_sets() && study.distribution.set_size < study.features;
    let y = if sets {
        let how = match study.distribution.sets {
            Sets::Anticorrelated => "at most one of a set is active at a time",
            _ => "those of a set are active together",
        };
        let count = (study.features / study.distribution.set_size.max(1)).min(SETS.len() as u32);
        for (k, fill) in (0..count).zip(SETS) {
            sheet.disk(
                6.0 + 14.0 * f64::from(k),
                y - 4.0,
                5.0,
                &format!("fill=\"{}\"", fill.css()),
            );
        }
        let after = 14.0 * f64::from(count) + 6.0;
        let words = format!("one colour for each set: {how}");
        if after + SMALL.wide(&words) <= sheet.width {
            sheet.text(after, y, SMALL, &words);
            y + 18.0
        } else {
            sheet.notes(y + 18.0, &words) + 3.0
        }
    } else if study.importance == Importance::Uniform {
        sheet.ramp(y, ["own direction", "superposed"], &|t| colour::paper(1.0, t))
    } else {
        let ends = ["least", "most important feature"];
        sheet.ramp(y, ends, &importance)
    };
    let ring = if study.hidden <= 3 { "Ring: length 1. " } else { "" };
    let lowest = match (study.repeats > 1, study.instances > 1) {
        (true, true) => " Of each density's repeats the one of lowest loss.",
        _ if view == View::Correlation => " Lowest loss first.",
        _ => "",
    };
    let mut words = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        words,
        "{ring}Bars: dimensionality of each feature, from 0 to 1, faint where it is not represented.{lowest}"
    );
    sheet.notes(y, &words)
}

fn words(cells: &[Cell]) -> String {
    let known = cells.iter().filter_map(|(title, s)| s.map(|s| (title, kinds(s).join(", "))));
    known.map(|(title, kinds)| format!("{title}: {kinds}")).collect::<Vec<_>>().join("; ")
}

/// Directions of a single model for another figure.
pub fn alone(
    sheet: &mut Sheet,
    study: &Study,
    snapshot: &Snapshot,
    at: (f64, f64),
    side: f64,
    look: Look,
) {
    square(sheet, study, Some(snapshot), at, side, reach(study, std::iter::once(snapshot)), look);
}

#[cfg(test)]
mod tests {
    use super::*;
    use toy::evaluate::Effort;
    use toy::study::Wanted;
    use toy::study::snapshot::{Evaluators, Trained};

    #[test]
    fn a_pentagon_has_five_vectors_and_its_name() {
        let study = Study { instances: 2, ..Study::default() };
        let angle = |i: u32| std::f32::consts::TAU * i as f32 / 5.0;
        let mut parameters: Vec<f32> =
            (0..5).flat_map(|i| [angle(i).cos(), angle(i).sin()]).collect();
        parameters.resize(15, 0.0);
        let trained = Trained { model: 1, parameters, sums: vec![1.0] };
        let snapshots = Evaluators::default().snapshots(
            &study,
            vec![trained],
            1,
            Wanted::WEIGHTS,
            Effort::Live,
        );
        let look = Look { width: 500.0, turn: (0.0, 0.0), frame: 0, follow: None };
        let sheet = Sheet::new(look.width, true);
        let text = draw(sheet, View::Geometry, &Part { study, snapshots }, look).text;
        assert_eq!(text.matches("class=\"vector\"").count(), 5);
        assert!(text.contains(">pentagon<") && text.contains(">.40<"), "{text}");
        assert!(text.contains(">1 − S = 1<") && text.contains("data-instance=\"1\""));
    }

    #[test]
    fn figures_are_counted() {
        let digons = toy::study::figure::Figure {
            form: toy::study::figure::Form::Polygon(2),
            features: vec![0, 1],
        };
        let mut snapshot = Snapshot::default();
        snapshot.measures.figures = vec![digons.clone(), digons];
        assert_eq!(kinds(&snapshot), ["2 digons"]);
    }
}
