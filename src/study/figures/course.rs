//! Training losses against the step: a line a model.

use super::chart::{Axis, frame};
use super::sheet::{Sheet, hint, trace};
use crate::diagram::colour::{BLUE, RED};
use toy::study::curve::steps_of;

/// Room for the labels left of the chart.
const LEFT: f64 = 58.0;
/// Least loss that a logarithmic axis shows.
const LEAST: f64 = 1e-12;

/// The course of one model's training.
pub struct Course<'a> {
    /// What it is, to be read where it is pointed at.
    pub name: String,
    /// Its place among all, from 0 to 1, which is its colour from blue to red.
    pub part: f64,
    /// Mean loss at each point of the curve.
    pub curve: &'a [f32],
}

/// Draws the courses of a run of so many steps in a chart of this height; the place after it.
pub fn draw(
    sheet: &mut Sheet,
    steps: u32,
    all: &[Course],
    log: bool,
    (y, height): (f64, f64),
) -> f64 {
    let values = all.iter().flat_map(|course| course.curve).map(|&v| f64::from(v));
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
    frame(sheet, &x, &axis, 0.0, ["step", "loss in training, mean over the last steps"]);
    for Course { name, part, curve } in all {
        let point = |(point, &loss): (usize, &f32)| {
            let steps = steps_of(point as u32, steps);
            let loss = if !log || loss > 0.0 { f64::from(loss) } else { f64::NAN };
            (x.at(f64::from(steps.start + steps.end) / 2.0), axis.at(loss))
        };
        let line: Vec<_> = curve.iter().enumerate().map(point).collect();
        let colour = BLUE.mix(RED, *part).css();
        let look =
            format!("class=\"learning\" fill=\"none\" stroke=\"{colour}\" stroke-opacity=\".8\"");
        let path = trace(&line);
        if !path.is_empty() {
            sheet.raw(&format!("<path d=\"{path}\" {look}>{}</path>", hint(name)));
        }
    }
    top + height + 50.0
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
                let course = |&curve| Course { name: "<a>".into(), part: 0.5, curve };
                let all: Vec<_> = curves.iter().map(course).collect();
                let mut sheet = Sheet::new(width, true);
                let end = draw(&mut sheet, 3, &all, log, (0.0, 120.0));
                let text = sheet.finish(end, "losses", "").text;
                assert!(well_formed(&text) && !text.contains("NaN"), "{text}");
                // A loss of 0 has no place on a logarithmic axis.
                assert_eq!(text.matches("class=\"learning\"").count(), if log { 1 } else { 2 });
            }
        }
    }
}
