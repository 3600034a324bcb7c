//! Dimensions per feature, and every feature's dimensionality, against sparsity.

use super::chart::{Axis, frame};
use super::look::Look;
use super::sheet::{SMALL, Sheet, dots, trace};
use crate::diagram::colour::{BLUE, RED};
use crate::diagram::number::three;
use crate::export::ink::Drawn;
use crate::study::run::Part;
use std::fmt::Write;
use toy::measure::REPRESENTED;
use toy::study::figure::FRACTIONS;
use toy::study::snapshot::lowest;

/// Room for the labels left and right of the chart.
const LEFT: f64 = 40.0;
const RIGHT: f64 = 128.0;

/// Draws the chart.
pub fn draw(mut sheet: Sheet, part: &Part, look: Look) -> Drawn {
    let Part { study, snapshots } = part;
    let narrow = sheet.width < 560.0;
    let right = sheet.width - if narrow { 36.0 } else { RIGHT };
    let height = (0.62 * sheet.width).clamp(320.0, 520.0);
    let ends = (LEFT + 12.0, right - 12.0);
    let (from, to) = (1.0 / study.density.from, 1.0 / study.density.to);
    let x = Axis::log(from, to, ends);
    let y = Axis::linear(0.0, 1.05, (30.0 + height, 30.0));
    let names = ["1/(1 − S): how many samples it takes to see a feature once", "dimensions"];
    frame(&mut sheet, &x, &y, 12.0, names);
    for (value, name, form) in FRACTIONS {
        let at = y.at(value);
        let dashes = "stroke=\"currentColor\" stroke-opacity=\".5\" stroke-dasharray=\"5 4\"";
        sheet.line((LEFT, at), (right, at), dashes);
        let name = if narrow { name.to_owned() } else { format!("{name} {}", form.name()) };
        // 2/5 and 3/8 stand close.
        let shift = if value < 0.39 { 10.0 } else { 4.0 };
        let room = sheet.width - right - 5.0;
        sheet.label(right + 5.0, at + shift, room, SMALL, &name);
    }
    let pitch = (ends.1 - ends.0).abs() / f64::from(study.instances.max(2) - 1);
    let (mut line, mut list, mut way) = (vec![], String::new(), vec![]);
    let mut said = vec![];
    for snapshot in lowest(study, snapshots) {
        let m = &snapshot.measures;
        let (instance, _) = study.place(snapshot.model);
        let middle = x.at(1.0 / study.density_at(instance));
        let count = m.dimensionality.len() as f64;
        let place = |(i, &d): (usize, &f32)| {
            // Beside each other in the order of the features, to be told apart.
            let aside = ((i as f64 + 0.5) / count - 0.5) * 0.62 * pitch.min(60.0);
            (middle + aside, y.at(f64::from(d)), f64::from(m.norm[i]) >= REPRESENTED)
        };
        let all: Vec<_> = m.dimensionality.iter().enumerate().map(place).collect();
        way.extend(look.follow.and_then(|i| all.get(i)).map(|p| (p.0, p.1)));
        for (known, look) in [(false, "stroke-opacity=\".38\""), (true, "stroke-opacity=\".8\"")] {
            let own: Vec<_> = all.iter().filter(|p| p.2 == known).map(|p| (p.0, p.1)).collect();
            let round = "fill=\"none\" stroke-width=\"3.2\" stroke-linecap=\"round\"";
            sheet.path(&dots(&own), &format!("{round} stroke=\"{}\" {look}", BLUE.css()));
        }
        let star = f64::from(m.dimensions_per_feature);
        // Models that have not begun have hardly any weights, and no end of dimensions.
        line.push((middle, if star <= 1.05 { y.at(star) } else { f64::NAN }));
        let sparsity = three(1.0 / study.density_at(instance));
        said.push(format!("1/(1 − S) = {sparsity}: D* = {}", three(star)));
        sheet.raw(&format!(
            "<g data-instance=\"{instance}\" data-features=\"{}\" data-dimensions-per-feature=\"{}\"/>",
            m.dimensionality.len(),
            m.dimensions_per_feature
        ));
        let _ = write!(list, "1/(1−S) {:.3}: D* {star:.3}. ", 1.0 / study.density_at(instance));
    }
    if !way.is_empty() {
        let look = "class=\"followed\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.5\"";
        sheet.path(&trace(&way), look);
        for &(px, py) in &way {
            sheet.disk(px, py, 4.0, &format!("fill=\"{}\" stroke=\"currentColor\"", BLUE.css()));
        }
    }
    let stroke = format!("fill=\"none\" stroke=\"{}\" stroke-width=\"2.5\"", RED.css());
    sheet.path(&trace(&line), &stroke);
    for (&(px, py), said) in line.iter().zip(&said) {
        sheet.spot(px, py, 4.0, &format!("fill=\"{}\"", RED.css()), said);
    }
    let base = height + 88.0;
    sheet.disk(6.0, base - 4.0, 4.0, &format!("fill=\"{}\"", RED.css()));
    let room = sheet.width - 16.0;
    sheet.label(
        16.0,
        base,
        room,
        SMALL,
        "D* of a model: m / |W|², dimensions for each unit of norm²",
    );
    sheet.disk(6.0, base + 12.0, 2.0, &format!("fill=\"{}\"", BLUE.css()));
    sheet.label(
        16.0,
        base + 16.0,
        room,
        SMALL,
        "D of one feature, faint where it is not represented",
    );
    sheet.finish(base + 28.0, "Dimensions per feature against sparsity", &list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::figures::tests::found;
    use toy::{Spec, Study};

    #[test]
    fn every_feature_has_its_dot() {
        let found = found(Study::preset("two-hundred-in-twenty").unwrap());
        let look = Look { width: 700.0, turn: (0.0, 0.0), frame: 0, follow: None };
        let text = draw(Sheet::new(700.0, true), &found.parts[0], look).text;
        let part = &found.parts[0];
        assert_eq!(text.matches("h0").count(), part.study.features as usize * 3);
        assert!(text.contains(">1/2 digon<") && text.contains(">3/8 square antiprism<"));
        assert_eq!(text.matches("data-dimensions-per-feature").count(), 3);
    }
}
