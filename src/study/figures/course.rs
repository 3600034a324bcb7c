//! Losses against the step: a line a model.

use super::chart::{Axis, frame};
use super::sheet::{Sheet, hint, trace};
use crate::diagram::colour::{BLUE, RED, Rgb};
use toy::study::curve::steps_of;

/// Room for the labels left of the chart.
const LEFT: f64 = 58.0;
/// Least loss that a logarithmic axis shows.
const LEAST: f64 = 1e-12;
/// What the curves of runs under way are of.
pub const TRAINING: &str = "loss in training, mean over the last steps";

/// The course of one model's training.
pub struct Course {
    /// What it is, to be read where it is pointed at.
    pub name: String,
    /// Its colour.
    pub colour: Rgb,
    /// Steps and losses; what is not known is NaN.
    pub points: Vec<(f64, f64)>,
}

impl Course {
    /// The mean losses at each point of a run's curve. `part` is its place among all, from 0 to 1,
    /// which is its colour from blue to red.
    pub fn of(name: String, part: f64, curve: &[f32], steps: u32) -> Self {
        let point = |(point, &loss): (usize, &f32)| {
            let own = steps_of(point as u32, steps);
            (f64::from(own.start + own.end) / 2.0, f64::from(loss))
        };
        let points = curve.iter().enumerate().map(point).collect();
        Self { name, colour: BLUE.mix(RED, part), points }
    }
}

/// What a chart of courses is like.
pub struct Chart<'a> {
    /// Steps of the run.
    pub steps: u32,
    /// Whether losses stand on a logarithmic axis.
    pub log: bool,
    /// What they are.
    pub label: &'a str,
}

/// Where a chart of courses stands on its sheet.
pub struct Placed {
    /// Steps.
    pub x: Axis,
    /// Losses.
    pub y: Axis,
    /// The place after it.
    pub end: f64,
}

/// Draws courses in a chart of this height.
pub fn draw(sheet: &mut Sheet, chart: &Chart, all: &[Course], (y, height): (f64, f64)) -> Placed {
    let &Chart { steps, log, label } = chart;
    let values = all.iter().flat_map(|course| &course.points).map(|point| point.1);
    let known = values.filter(|v| v.is_finite() && (!log || *v > LEAST));
    let (low, high) = known.fold((f64::INFINITY, 0.0), |(low, high), v| (v.min(low), v.max(high)));
    let x = Axis::linear(0.0, f64::from(steps), (LEFT, sheet.width - 18.0));
    let top = y + 34.0;
    let ends = (top + height, top);
    let axis = match (log, low < high) {
        (true, true) => Axis::log(low / 1.3, high * 1.3, ends),
        (true, false) => Axis::log(1e-4, 1.0, ends),
        (false, true) => Axis::linear(0.0, 1.05 * high, ends),
        (false, false) => Axis::linear(0.0, 1.0, ends),
    };
    frame(sheet, &x, &axis, 0.0, ["step", label]);
    for Course { name, colour, points } in all {
        // A loss of 0 has no place on a logarithmic axis.
        let place = |&(step, loss): &(f64, f64)| {
            (x.at(step), axis.at(if !log || loss > 0.0 { loss } else { f64::NAN }))
        };
        let line: Vec<_> = points.iter().map(place).collect();
        let stroke = colour.css();
        let look =
            format!("class=\"learning\" fill=\"none\" stroke=\"{stroke}\" stroke-opacity=\".8\"");
        let path = trace(&line);
        if !path.is_empty() {
            sheet.raw(&format!("<path d=\"{path}\" {look}>{}</path>", hint(name)));
        }
    }
    Placed { x, y: axis, end: top + height + 50.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::ink::tests::well_formed;

    #[test]
    fn losses_are_drawn_on_either_axis_whatever_they_are() {
        let curves: [&[f32]; 4] = [&[1.0, 0.5, 0.1], &[f32::NAN, f32::INFINITY], &[0.0, 0.0], &[]];
        for log in [true, false] {
            for width in [0.0, 160.0, 900.0] {
                let course = |&curve| Course::of("<a>".into(), 0.5, curve, 3);
                let all: Vec<_> = curves.iter().map(course).collect();
                let mut sheet = Sheet::new(width, true);
                let chart = Chart { steps: 3, log, label: TRAINING };
                let end = draw(&mut sheet, &chart, &all, (0.0, 120.0)).end;
                let text = sheet.finish(end, "losses", "").text;
                assert!(well_formed(&text) && !text.contains("NaN"), "{text}");
                assert_eq!(text.matches("class=\"learning\"").count(), if log { 1 } else { 2 });
            }
        }
    }
}
