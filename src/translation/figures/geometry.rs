//! Feature directions in `z` of one bottleneck: how they interfere, and what becomes of rare ones,
//! each beside its value before the first step.

use crate::diagram::colour::{BLUE, GREY, RED, Rgb};
use crate::diagram::number::three;
use crate::study::figures::chart::{Axis, frame};
use crate::study::figures::sheet::{GUIDE, HEAD, SMALL, Sheet};
use toy::directions::{random_cosine, welch};
use toy::translation::language::TYPES;
use toy::translation::measure::name;
use toy::translation::probe::Feature;
use toy::translation::{Geometry, Snapshot, Text};

const LEFT: f64 = 46.0;
const HEIGHT: f64 = 130.0;
/// Widest that a map of cosines is drawn.
const MAP: f64 = 300.0;

/// What a bottleneck was given by training and by its start.
#[derive(Clone, Copy)]
struct Pair<'a> {
    now: &'a Geometry,
    start: &'a Geometry,
}

/// The directions of a bottleneck of `k` dimensions; the place after them.
pub fn draw(sheet: &mut Sheet, k: u32, snapshot: &Snapshot, y: f64) -> f64 {
    let pair = Pair { now: &snapshot.measures.geometry, start: &snapshot.beside.start };
    let heading = format!("Feature directions in z of k = {k}");
    sheet.text(0.0, y + 16.0, HEAD, &heading);
    if pair.now.features.is_empty() {
        return sheet.notes(y + 36.0, "They are measured as the bottlenecks train.") + 16.0;
    }
    let at = maps(sheet, pair, y + 40.0);
    let at = charts(sheet, pair, at + 34.0);
    sheet.notes(at, &words(pair, k)) + 16.0
}

/// Absolute cosines, trained and at the start: beside each other, or below where it is narrow.
fn maps(sheet: &mut Sheet, pair: Pair, y: f64) -> f64 {
    let across = if sheet.width > 380.0 { 2.0 } else { 1.0 };
    let side = ((sheet.width - 16.0 * (across - 1.0)) / across).min(MAP);
    let colour = |cosine: f32| GREY.mix(RED, f64::from(cosine.abs()).clamp(0.0, 1.0));
    let (mut x, mut top) = (0.0, y);
    for (geometry, title) in
        [(pair.now, "|cosine|, trained"), (pair.start, "before its first step")]
    {
        let n = geometry.features.len();
        sheet.text(x, top, SMALL, title);
        let cells: Vec<Rgb> = geometry.cosines().iter().map(|&c| colour(c)).collect();
        if n > 0 {
            sheet.cells((x, top + 8.0), (side, side), n, &cells);
            // Words on one side, what words have in common on the other.
            let words = geometry.features.iter().filter(|&&f| (f as usize) < TYPES).count();
            let at = side * words as f64 / n as f64;
            sheet.line((x + at, top + 8.0), (x + at, top + 8.0 + side), GUIDE);
            sheet.line((x, top + 8.0 + at), (x + side, top + 8.0 + at), GUIDE);
        }
        if across > 1.0 { x += side + 16.0 } else { top += side + 26.0 }
    }
    let end = if across > 1.0 { top + side + 8.0 } else { top - 18.0 };
    let ramp = |part: f64| GREY.mix(RED, part);
    sheet.ramp(end + 18.0, ["at right angles", "in one line"], &ramp)
}

/// Dimensionality and norm of every feature against how frequent it is.
fn charts(sheet: &mut Sheet, pair: Pair, y: f64) -> f64 {
    let text = Text::language();
    let seen = pair.now.frequency.iter().map(|&f| f64::from(f)).filter(|f| *f > 0.0);
    let least = seen.fold(1.0, f64::min);
    let x = Axis::log(least / 1.2, 1.0, (LEFT + 8.0, sheet.width - 18.0));
    let mut top = y;
    let norm = |g: &Geometry| largest(&g.measured.norm);
    // Directions have no length of their own: each set is drawn against its longest.
    let relative = |g: &Geometry| {
        let most = norm(g).max(f32::MIN_POSITIVE);
        g.measured.norm.iter().map(|norm| norm / most).collect::<Vec<_>>()
    };
    let dimensionality = |g: &Geometry| g.measured.dimensionality.clone();
    type Of<'a> = &'a dyn Fn(&Geometry) -> Vec<f32>;
    let all: [(&str, &str, Of); 2] = [
        (
            "dimensionality",
            "dimensionality of a feature: red, trained; grey, at the start",
            &dimensionality,
        ),
        (
            "norm",
            "norm, of the longest direction's: red and blue, trained; grey, at the start",
            &relative,
        ),
    ];
    for (class, label, of) in all {
        let most = largest(&[of(pair.now), of(pair.start)].concat());
        let axis = Axis::linear(0.0, f64::from(most), (top + HEIGHT, top));
        frame(sheet, &x, &axis, 8.0, ["share of all words that have the feature", label]);
        for (geometry, trained) in [(pair.start, false), (pair.now, true)] {
            let points = geometry.features.iter().zip(&geometry.frequency).zip(of(geometry));
            for ((&feature, &frequency), value) in points {
                let Some(&feature) = Feature::all().get(feature as usize) else { continue };
                let colour = match (trained, feature) {
                    (false, _) => Rgb(0x99, 0x99, 0x99),
                    (true, Feature::Word(_)) => RED,
                    (true, _) => BLUE,
                };
                let (x, y) = (x.at(f64::from(frequency)), axis.at(f64::from(value)));
                let look =
                    format!("class=\"{class}\" fill=\"{}\" fill-opacity=\".75\"", colour.css());
                let words = format!("{}: {}", name(feature, &text), three(f64::from(value)));
                sheet.spot(x, y, if trained { 3.0 } else { 2.2 }, &look, &words);
            }
        }
        top += HEIGHT + 72.0;
    }
    top - 16.0
}

/// The numbers, in words.
fn words(pair: Pair, k: u32) -> String {
    let Pair { now, start } = pair;
    let n = now.features.len() as u32;
    let of = |g: &Geometry| {
        let m = &g.measured;
        [m.capacity(), m.mean_cosine, m.largest_cosine].map(|x| three(f64::from(x)))
    };
    let ([capacity, mean, most], [capacity0, mean0, most0]) = (of(now), of(start));
    format!(
        "A feature's direction is the mean of z at words that have it, less the mean at all {} words. The {n} features' \
         dimensionalities add up to {capacity} of k = {k} ({capacity0} at the start). Their |cosines| have a mean of {mean} \
         ({mean0} at the start, {} for random directions) and a largest of {most} ({most0}), which cannot be below the Welch \
         bound of {}. Red dots are words, blue ones what words have in common: class, gender, number and place.",
        now.words,
        three(random_cosine(k)),
        three(welch(n, k)),
    )
}

fn largest(all: &[f32]) -> f32 {
    all.iter().copied().filter(|x| x.is_finite()).fold(0.0, f32::max)
}
