//! Loss and dimensionalities against training steps, and the directions at one of them.

use super::chart::{Axis, frame};
use super::geometry;
use super::look::Look;
use super::sheet::{GUIDE, HEAD, Sheet, trace};
use crate::diagram::colour::RED;
use crate::diagram::number::three;
use crate::experiment::Frame;
use crate::export::ink::Drawn;
use crate::study::run::Part;
use toy::Study;
use toy::study::Snapshot;
use toy::study::curve::steps_of;
use toy::study::preset::View;
use toy::study::snapshot::lowest;

const LEFT: f64 = 52.0;
/// Height of a chart.
const HEIGHT: f64 = 190.0;

/// Draws the course of the run of lowest loss, other repeats faintly.
pub fn draw(mut sheet: Sheet, part: &Part, film: &[Frame<Snapshot>], look: Look) -> Drawn {
    let Part { study, snapshots } = part;
    let best = lowest(study, snapshots).first().copied();
    let width = sheet.width;
    let wide = width >= 760.0;
    let side = if wide { 300.0 } else { (width - 14.0).min(300.0) };
    let right = if wide { width - side - 48.0 } else { width - 18.0 };
    let x = Axis::linear(0.0, f64::from(study.steps), (LEFT, right));
    let losses = snapshots.iter().flat_map(|s| &s.curve).map(|&v| f64::from(v));
    let (low, high) = losses
        .filter(|v| v.is_finite() && *v > 0.0)
        .fold((f64::INFINITY, 0.0), |(low, high), v: f64| (v.min(low), v.max(high)));
    let (low, high) = if low < high { (low / 1.2, high * 1.2) } else { (0.01, 1.0) };
    let top = Axis::log(low, high, (30.0 + HEIGHT, 30.0));
    frame(&mut sheet, &x, &top, 0.0, ["step", "loss, mean over the last steps"]);
    let floor = 30.0 + 2.0 * HEIGHT + 76.0;
    let bottom = Axis::linear(0.0, 1.05, (floor, floor - HEIGHT));
    frame(&mut sheet, &x, &bottom, 0.0, ["step", "dimensionality of every feature"]);
    for axis in [top, bottom] {
        // Where a pointer goes through the steps.
        let look = format!("class=\"scrub\" data-steps=\"{}\" fill=\"none\"", study.steps);
        sheet.rect(LEFT, axis.ends.1, right - LEFT, HEIGHT, &look);
    }
    let is_best = |s: &Snapshot| best.is_some_and(|best| best.model == s.model);
    for snapshot in snapshots {
        let own = is_best(snapshot);
        let colour = if own { RED.css() } else { "currentColor".to_owned() };
        let look = if own { "stroke-width=\"2\" class=\"loss\"" } else { "stroke-opacity=\".3\"" };
        let line = losses_line(study, snapshot, &x, &top);
        sheet.path(&trace(&line), &format!("fill=\"none\" stroke=\"{colour}\" {look}"));
    }
    // Frames that a run of few steps does not have are empty.
    let known: Vec<&Frame<Snapshot>> =
        film.iter().filter(|frame| !frame.snapshots.is_empty()).collect();
    let model = |frame: &Frame<Snapshot>| {
        frame.snapshots.iter().find(|s| best.is_some_and(|best| best.model == s.model)).cloned()
    };
    let course: Vec<_> = known.iter().filter_map(|f| Some((f.step, model(f)?))).collect();
    let colours = best.map_or(vec![], |best| geometry::colours(study, best));
    for (i, colour) in colours.iter().enumerate() {
        let at = |(step, s): &(u32, Snapshot)| {
            let d = s.measures.dimensionality.get(i).map_or(f64::NAN, |&d| f64::from(d));
            (x.at(f64::from(*step)), bottom.at(d))
        };
        let line: Vec<_> = course.iter().map(at).collect();
        let (class, opacity, width) = match look.follow {
            Some(own) if own == i => ("followed course", "1", "3.5"),
            Some(_) => ("course", ".25", "1.5"),
            None => ("course", ".75", "1.5"),
        };
        let stroke = format!("data-feature=\"{i}\" fill=\"none\" stroke=\"{}\"", colour.css());
        let seen = format!("stroke-opacity=\"{opacity}\" stroke-width=\"{width}\"");
        sheet.path(&trace(&line), &format!("class=\"{class}\" {stroke} {seen}"));
    }
    let mut y = floor + 56.0;
    let now = course.get(look.frame).or(course.last());
    if let Some((step, snapshot)) = now {
        let at = x.at(f64::from(*step));
        for axis in [top, bottom] {
            let look = "stroke=\"currentColor\" stroke-dasharray=\"3 3\"";
            sheet.line((at, axis.ends.0), (at, axis.ends.1), look);
        }
        let place = if wide { (width - side, 54.0) } else { (0.0, y + 20.0) };
        let title = format!("Directions at step {step}");
        sheet.label(place.0, place.1 - 10.0, side, HEAD, &title);
        geometry::alone(&mut sheet, study, snapshot, place, side, look);
        if !wide {
            y = place.1 + side + 96.0;
        }
    } else {
        sheet.rect(LEFT, floor - HEIGHT, right - LEFT, HEIGHT, GUIDE);
    }
    let end = geometry::legend(&mut sheet, study, View::Dynamics, y.max(floor + 56.0));
    let words = best.map_or(String::new(), |best| {
        let forms = geometry::kinds(best).join(", ");
        format!("Final loss {}; the features form {forms}.", three(f64::from(best.measures.loss)))
    });
    sheet.finish(end, "Loss and dimensionalities while a model learns", &words)
}

fn losses_line(study: &Study, snapshot: &Snapshot, x: &Axis, y: &Axis) -> Vec<(f64, f64)> {
    let point = |(point, &loss): (usize, &f32)| {
        let steps = steps_of(point as u32, study.steps);
        let middle = f64::from(steps.start + steps.end) / 2.0;
        (x.at(middle), y.at(f64::from(loss)))
    };
    snapshot.curve.iter().enumerate().map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::figures::tests::found;
    use toy::{Spec, Study};

    #[test]
    fn a_line_a_feature_and_the_step_that_is_looked_at() {
        let found = found(Study::preset("two-correlated-triples").unwrap());
        let look = Look { width: 900.0, turn: (0.4, 0.4), frame: 1, follow: None };
        let text = draw(Sheet::new(look.width, true), &found.parts[0], &found.film, look).text;
        assert_eq!(text.matches("class=\"course\"").count(), 6);
        assert_eq!(text.matches("class=\"loss\"").count(), 1);
        assert_eq!(text.matches("class=\"scrub\" data-steps=\"5000\"").count(), 2);
        assert_eq!(text.matches("class=\"vector\"").count(), 6);
        assert!(text.contains("Directions at step 1<"));
    }
}
