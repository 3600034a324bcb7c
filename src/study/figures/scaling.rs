//! Loss, represented features and their overlaps against the number of hidden dimensions.

use super::chart::{Axis, frame};
use super::sheet::{END, Sheet, trace};
use crate::diagram::colour::{BLUE, RED};
use crate::diagram::number::three;
use crate::export::ink::Drawn;
use crate::study::run::Part;
use toy::power_law::PowerLaw;
use toy::study::snapshot::lowest;

/// Room for the labels left of a chart.
const LEFT: f64 = 58.0;
/// Height of a chart.
const HEIGHT: f64 = 190.0;

/// Draws the charts, one above the other.
pub fn draw(mut sheet: Sheet, part: &Part) -> Drawn {
    let Part { study, snapshots } = part;
    let room = sheet.width;
    let width = |instance| f64::from(study.hidden_at(instance));
    let (first, last) = (width(0), width(study.instances - 1));
    let ends = (LEFT + 12.0, room - 26.0);
    let best = lowest(study, snapshots);
    let point = |snapshot: &&toy::study::Snapshot| {
        let m = &snapshot.measures;
        let own = width(study.place(snapshot.model).0);
        (own, [m.loss, m.represented, m.overlap].map(f64::from))
    };
    let points: Vec<(f64, [f64; 3])> = best.iter().map(point).collect();
    let column = |k: usize| points.iter().map(move |(x, values)| (*x, values[k]));
    let law = PowerLaw::fit(column(0));
    let known = || column(0).map(|p| p.1).filter(|y| y.is_finite() && *y > 0.0);
    let (least, most) = known().fold((f64::MAX, 0f64), |(a, b), y| (a.min(y), b.max(y)));
    let losses = if most > 0.0 { (0.8 * least, 1.25 * most) } else { (0.01, 1.0) };
    let overlaps = column(2).map(|p| p.1).filter(|y| y.is_finite()).fold(1.0 / first, f64::max);
    let mut words = String::new();
    let m = || Axis::log(first, last, ends);
    let inverse = Axis::linear(0.0, 1.0 / first, ends);
    let mut top = 34.0;
    for (k, x, name) in [
        (0, m(), ["hidden dimensions m", "loss"]),
        (1, m(), ["hidden dimensions m", "fraction of features longer than 1/2"]),
        (2, inverse, ["1/m", "mean squared overlap of these"]),
    ] {
        let floor = top + HEIGHT;
        let y = match k {
            0 => Axis::log(losses.0, losses.1, (floor, top)),
            1 => Axis::linear(0.0, 1.0, (floor, top)),
            _ => Axis::linear(0.0, 1.1 * overlaps, (floor, top)),
        };
        frame(&mut sheet, &x, &y, 12.0, name);
        let across = |width: f64| x.at(if k == 2 { 1.0 / width } else { width });
        let dashes = "stroke=\"currentColor\" stroke-opacity=\".6\" stroke-dasharray=\"5 4\"";
        let mut guide = |at: &dyn Fn(f64) -> f64, name: &str| {
            let place = |width: f64| (across(width), y.at(at(width)));
            sheet.line(place(first), place(last), dashes);
            // Above the chart, where no line of it passes, and above the name of its axis.
            sheet.text(room - 26.0, top - 24.0, END, name);
        };
        match (k, law) {
            (0, Some(law)) => {
                let name = format!("loss ~ m^{}", three(law.exponent).replace('-', "−"));
                guide(&|width| law.at(width), &name);
                words += &format!("Loss falls as m to the power {}. ", three(law.exponent));
            }
            (2, _) => guide(&|width| 1.0 / width, "dashed: 1/m, random directions"),
            _ => {}
        }
        let line: Vec<(f64, f64)> =
            column(k).map(|(width, value)| (across(width), y.at(value))).collect();
        let colour = if k == 0 { RED } else { BLUE }.css();
        let stroke = format!("fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"");
        sheet.path(&trace(&line), &stroke);
        for &(px, py) in &line {
            sheet.disk(px, py, 4.0, &format!("fill=\"{colour}\""));
        }
        top = floor + 76.0;
    }
    for (width, [loss, represented, overlap]) in &points {
        words += &format!(
            "m {width}: loss {}, represented {}, overlap {}. ",
            three(*loss),
            three(*represented),
            three(*overlap)
        );
    }
    let exponent = law.map_or(String::new(), |law| format!("{:.4}", law.exponent));
    sheet.raw(&format!("<g data-exponent=\"{exponent}\"/>"));
    sheet.finish(top - 30.0, "Loss against the number of hidden dimensions", &words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::figures::tests::found;
    use toy::{Spec, Study};

    #[test]
    fn the_exponent_is_that_of_the_losses() {
        let mut found = found(Study::preset("scaling").unwrap());
        let study = found.parts[0].study.clone();
        for snapshot in &mut found.parts[0].snapshots {
            let m = study.hidden_at(study.place(snapshot.model).0);
            snapshot.measures.loss = 2.0 / m as f32;
        }
        let text = draw(Sheet::new(700.0, true), &found.parts[0]).text;
        assert!(text.contains("data-exponent=\"-1.0000\""), "{text}");
        assert_eq!(text.matches("<circle").count(), 9);
    }
}
