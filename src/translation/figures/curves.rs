//! BLEU and words right against `k`, with baselines, and training losses against the step.

use crate::diagram::colour::{BLUE, PURPLE, RED, Rgb};
use crate::diagram::number::three;
use crate::study::figures::chart::{Axis, frame};
use crate::study::figures::course::{self, Chart, Course, TRAINING};
use crate::study::figures::sheet::{HEAD, SMALL, Sheet, trace};
use toy::translation::{Beside, Brief, Snapshot, Translation};

const LEFT: f64 = 46.0;
const HEIGHT: f64 = 170.0;

/// What a curve shows of a model, from 0 to 100.
type Of = fn(&Brief) -> f64;

/// A baseline: its name, what it is of a snapshot, its colour and dashes.
type Line = (&'static str, fn(&Beside) -> &Brief, Rgb, &'static str);

const LINES: [Line; 4] = [
    ("no bottleneck", |b| &b.base, Rgb(0x88, 0x88, 0x88), "none"),
    ("principal components", |b| &b.components, BLUE, "5 4"),
    ("random directions", |b| &b.random, PURPLE, "2 4"),
    ("before its first step", |b| &b.initial, Rgb(0x88, 0x88, 0x88), "1 4"),
];

/// Both charts; the place after them.
pub fn draw(sheet: &mut Sheet, run: &Translation, all: &[Snapshot], y: f64) -> f64 {
    sheet.text(0.0, y + 16.0, HEAD, "What comes through k dimensions");
    let mut at = legend(sheet, y + 38.0) + 10.0;
    let charts: [(&str, &str, Of); 2] = [
        ("bleu", "BLEU of held-out sentences", |m| m.bleu),
        ("accuracy", "words at their place, per cent", |m| 100.0 * m.accuracy),
    ];
    for (class, label, of) in charts {
        at = chart(sheet, run, all, at + 26.0, (class, label, of));
    }
    at
}

fn legend(sheet: &mut Sheet, y: f64) -> f64 {
    let (mut x, mut y) = (0.0, y);
    let trained = [("trained", RED, "none")];
    let all = trained.into_iter().chain(LINES.map(|(name, _, colour, dash)| (name, colour, dash)));
    for (name, colour, dash) in all {
        let wide = 30.0 + SMALL.wide(name) + 14.0;
        if x > 0.0 && x + wide > sheet.width {
            (x, y) = (0.0, y + 17.0);
        }
        let look =
            format!("stroke=\"{}\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"", colour.css());
        sheet.line((x, y - 4.0), (x + 24.0, y - 4.0), &look);
        sheet.text(x + 30.0, y, SMALL, name);
        x += wide;
    }
    y
}

fn chart(
    sheet: &mut Sheet,
    run: &Translation,
    all: &[Snapshot],
    y: f64,
    (class, label, of): (&str, &str, Of),
) -> f64 {
    let widths = run.widths();
    let (first, last) = (widths.first().copied().unwrap_or(1), widths.last().copied().unwrap_or(1));
    let x = Axis::log(f64::from(first), f64::from(last), (LEFT + 8.0, sheet.width - 18.0));
    let axis = Axis::linear(0.0, 100.0, (y + HEIGHT, y));
    frame(sheet, &x, &axis, 8.0, ["dimensions k", label]);
    let place = |snapshot: &Snapshot| x.at(f64::from(run.place(snapshot.model).0));
    let of_repeat = |repeat: u32| all.iter().filter(move |s| run.place(s.model).1 == repeat);
    let line = |points: Vec<(f64, f64)>, look: &str, sheet: &mut Sheet| {
        sheet.path(&trace(&points), &format!("fill=\"none\" {look}"));
    };
    for (_, baseline, colour, dash) in LINES {
        let points = of_repeat(0).map(|s| (place(s), axis.at(of(baseline(&s.beside))))).collect();
        let look =
            format!("stroke=\"{}\" stroke-width=\"1.5\" stroke-dasharray=\"{dash}\"", colour.css());
        line(points, &look, sheet);
    }
    for repeat in 0..run.repeats {
        let value = |s: &Snapshot| of(&Brief::from(&s.measures));
        let points: Vec<_> = of_repeat(repeat).map(|s| (place(s), axis.at(value(s)))).collect();
        line(points, &format!("stroke=\"{}\" stroke-width=\"2\"", RED.css()), sheet);
        for snapshot in of_repeat(repeat) {
            let words = format!("k = {}: {}", run.place(snapshot.model).0, three(value(snapshot)));
            let look = format!("class=\"{class}\" fill=\"{}\"", RED.css());
            sheet.spot(place(snapshot), axis.at(value(snapshot)), 3.5, &look, &words);
        }
    }
    y + HEIGHT + 44.0
}

/// Training losses against the step; the place after it.
pub fn training(sheet: &mut Sheet, run: &Translation, all: &[Snapshot], y: f64) -> f64 {
    let widths = f64::from(run.widths().len().max(2) as u32 - 1);
    let mut courses = vec![];
    for snapshot in all {
        let (k, repeat) = run.place(snapshot.model);
        let name = format!("k = {k}, repeat {}", repeat + 1);
        let part = 1.0 - f64::from(snapshot.model / run.repeats.max(1)) / widths;
        courses.push(Course::of(name, part, &snapshot.curve, run.steps));
    }
    let chart = Chart { steps: run.steps, log: true, label: TRAINING };
    let end = course::draw(sheet, &chart, &courses, (y, 0.7 * HEIGHT)).end;
    sheet.notes(end + 2.0, "From red, the fewest dimensions, to blue, the most.") + 10.0
}
