//! A pixel's landscape as a figure to save.

use super::tracks;
use crate::diagram::Place;
use crate::diagram::number::three;
use crate::export::ink::Drawn;
use crate::format::plural;
use crate::study::figures::chart::{Axis, frame};
use crate::study::figures::sheet::{HEAD, Sheet};
use std::fmt::Write;
use toy::Sweep;
use toy::surface::Surface;
use toy::trajectory::Trajectory;

/// Side of the map.
const SIDE: f64 = 340.0;
/// Where its left upper corner is.
const CORNER: (f64, f64) = (44.0, 54.0);
const INK: &str = "#15171a";

/// What a landscape is of, and what is drawn over it.
pub struct Landscape<'a> {
    /// Whose pixel it is.
    pub sweep: &'a Sweep,
    /// The pixel.
    pub place: Place,
    /// The loss over both weights.
    pub surface: &'a Surface,
    /// The ways of the models.
    pub trajectory: &'a Trajectory,
    /// The colour of each of them.
    pub colours: &'a [String],
    /// The address that opens it.
    pub link: &'a str,
}

/// Draws it.
pub fn draw(landscape: &Landscape) -> Drawn {
    let Landscape { sweep, place: (row, column), surface, trajectory, colours, link } = *landscape;
    let mut sheet = Sheet::new(CORNER.0 + SIDE + 24.0, true);
    let (density, importance) = (three(sweep.density_at(row)), three(sweep.importance_at(column)));
    sheet.text(0.0, 16.0, HEAD, "Loss over both weights");
    let (left, top) = CORNER;
    let (columns, bytes) = tracks::landscape(surface);
    sheet.image(CORNER, (SIDE, SIDE), columns, &bytes, "");
    let x = Axis::linear(-surface.extent, surface.extent, (left, left + SIDE));
    let y = Axis::linear(-surface.extent, surface.extent, (top + SIDE, top));
    frame(&mut sheet, &x, &y, 0.0, ["w₁", "w₂"]);
    let unit = SIDE / (2.0 * surface.extent);
    let middle = (x.at(0.0), y.at(0.0));
    sheet.raw(&format!(
        "<g transform=\"translate({:.1} {:.1}) scale({unit:.4})\" fill=\"none\" stroke-linecap=\"round\" stroke-linejoin=\"round\">",
        middle.0, middle.1
    ));
    let mut stroke = |d: &str, colour: &str, width: f64| {
        sheet.path(d, &format!("stroke=\"{colour}\" stroke-width=\"{:.4}\"", width / unit));
    };
    let last = trajectory.steps.len().saturating_sub(1);
    for (repeat, colour) in colours.iter().enumerate() {
        let d = tracks::path(trajectory, repeat);
        stroke(&d, INK, 2.75);
        stroke(&d, colour, 1.5);
    }
    for minimum in &surface.minima {
        let [x, y] = minimum.w;
        let size = if tracks::is_global(minimum, surface) { 6.5 } else { 3.5 } / unit;
        let top = -y - size;
        stroke(
            &format!(
                "M{x:.4} {top:.4}l{size:.4} {size:.4}l-{size:.4} {size:.4}l-{size:.4} -{size:.4}z"
            ),
            INK,
            1.5,
        );
    }
    for (repeat, colour) in colours.iter().enumerate() {
        let Some([x, y]) = tracks::weights(trajectory, repeat, last) else { continue };
        // A line of no length with round ends.
        let d = format!("M{x:.4} {:.4}h0", -y);
        stroke(&d, INK, 8.5);
        stroke(&d, colour, 6.0);
    }
    sheet.raw("</g>");
    let (low, high) = tracks::range(surface);
    let models = plural(colours.len() as u64, "model");
    let biases = if sweep.bias { ", each point with its best biases" } else { ", without biases" };
    let mut words = format!(
        "Density 1 − S = {density}, importance r = {importance}{biases}. Loss from {} (dark) to {} (light). \
         Lines: the ways of {models} over {}, in the colours of the phases they end in; diamonds: minima, \
         the global ones larger.",
        three(low),
        three(high),
        plural(sweep.steps.into(), "step")
    );
    let end = sheet.notes(top + SIDE + 56.0, &words);
    let end = sheet.notes(end, link);
    for minimum in &surface.minima {
        let [x, y] = minimum.w.map(three);
        // Writing to a string cannot fail.
        let _ = write!(words, " Minimum at {x}, {y}: loss {}.", three(minimum.loss));
    }
    sheet.finish(end, "Loss over both weights of one pixel's models", &words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::ink::tests::well_formed;

    #[test]
    fn a_line_a_model_and_a_mark_a_minimum() {
        let sweep = Sweep { repeats: 3, steps: 20, ..Sweep::default() };
        let place = (32, 32);
        let (s, r) = (sweep.density_at(32), sweep.importance_at(32));
        let surface = Surface::new(s, r, true, 1.6, 21).expect("a surface");
        let trajectory = Trajectory::new(&sweep, 32, 32, 10);
        let colours = vec!["#d93b3b".to_owned(); 3];
        let link = "https://example.org/?v=1&pixel=32,32";
        let drawn = draw(&Landscape {
            sweep: &sweep,
            place,
            surface: &surface,
            trajectory: &trajectory,
            colours: &colours,
            link,
        });
        assert!(well_formed(&drawn.text), "{}", drawn.text);
        assert!(!drawn.text.contains("NaN") && drawn.text.contains("pixel=32,32"));
        assert_eq!(drawn.text.matches("<image").count(), 1);
        assert_eq!(drawn.text.matches("stroke=\"#d93b3b\"").count(), 2 * 3);
        assert_eq!(drawn.text.matches(" Minimum at ").count(), surface.minima.len());
        assert!(!surface.minima.is_empty());
    }
}
