//! `W W^T`, biases and norms of larger models: those with a ReLU above linear ones.

use super::sheet::{END, GUIDE, MIDDLE, SMALL, Sheet, hint};
use crate::diagram::colour::{self, Rgb};
use crate::diagram::number::three;
use crate::export::ink::Drawn;
use crate::format::plural;
use crate::study::run::Part;
use toy::study::snapshot::lowest;
use toy::study::{Snapshot, Variant};

/// Least distance from one density to the next.
const PITCH: f64 = 118.0;
/// Height of the bars.
const BAR: f64 = 46.0;
/// Height of the histograms.
const HISTOGRAM: f64 = 26.0;
/// Height of a density's picture beside the square.
const BENEATH: f64 = BAR + HISTOGRAM + 74.0;
/// Norm at the top of the bars.
const TOP: f64 = 1.25;

/// Draws every density of every study.
pub fn draw(mut sheet: Sheet, parts: &[Part]) -> Drawn {
    let mut sorted: Vec<&Part> = parts.iter().collect();
    sorted.sort_by_key(|part| part.study.variant == Variant::Linear);
    let mut words = String::new();
    let mut y = 0.0;
    let Some(first) = sorted.first() else { return sheet.finish(1.0, "", "") };
    let count = first.study.instances as usize;
    let across = ((sheet.width / PITCH) as usize).clamp(1, 8).min(count.max(2));
    let pitch = sheet.width / across as f64;
    let side = (pitch - 22.0).min(180.0);
    for part in &sorted {
        let name = match part.study.variant {
            Variant::Linear => "Linear model: x′ = W Wᵀ x + b",
            Variant::Relu => "ReLU model: x′ = ReLU(W Wᵀ x + b)",
            Variant::Hidden => "Hidden layer: y = ReLU(W₂ ReLU(W₁ x) + b)",
        };
        y = sheet.heading(y + 16.0, name) - 8.0;
        let best = lowest(&part.study, &part.snapshots);
        for k in 0..count {
            let at = ((k % across) as f64 * pitch, y + (k / across) as f64 * (side + BENEATH));
            let density = part.study.density_at(k as u32);
            sheet.label(at.0, at.1 + 12.0, side, SMALL, &format!("1 − S = {}", three(density)));
            sheet.rect(at.0, at.1 + 18.0, side, side, GUIDE);
            let own = best.iter().find(|s| part.study.place(s.model).0 as usize == k);
            if let Some(snapshot) = own {
                model(&mut sheet, part, snapshot, (at.0, at.1 + 18.0), side);
                let all = 100.0 * snapshot.measures.represented;
                words += &format!(
                    "{name}, density {}: {all:.0} % of the features represented. ",
                    three(density)
                );
            }
        }
        y += count.div_ceil(across) as f64 * (side + BENEATH) + 6.0;
    }
    y += 10.0;
    y = sheet.ramp(y, ["−1", "1 in W Wᵀ and b"], &|t| colour::signed(2.0 * t - 1.0));
    y = sheet.ramp(y, ["own direction", "superposed"], &|t| colour::paper(1.0, t));
    let end = sheet.notes(
        y,
        "Bars: length of each feature's direction, the most important on the left; the line is 1. \
         Beneath: interference, how many pairs of represented features have which cosine, \
         on a logarithmic scale.",
    );
    sheet.finish(end, "What comes out of the models, and which features they represent", &words)
}

/// One model: the product of its weights, its biases beside, the norms beneath.
fn model(sheet: &mut Sheet, part: &Part, snapshot: &Snapshot, (x, y): (f64, f64), side: f64) {
    let (instance, m) = (part.study.place(snapshot.model).0, &snapshot.measures);
    sheet.raw(&format!("<g data-instance=\"{instance}\" data-represented=\"{}\">", m.represented));
    let layout = part.study.layout();
    if snapshot.parameters.len() == layout.parameters() {
        let cells = |values: &[f32]| -> Vec<Rgb> {
            values
                .iter()
                .map(|&v| colour::signed(if v.is_finite() { v.into() } else { 0.0 }))
                .collect()
        };
        let product = layout.product(&snapshot.parameters);
        sheet.cells((x, y), (side, side), layout.n, &cells(&product));
        let biases = layout.biases(&snapshot.parameters);
        sheet.cells((x + side + 3.0, y), (8.0, side), 1, &cells(biases));
        sheet.rect(x + side + 3.0, y, 8.0, side, GUIDE);
    }
    let (floor, pitch) = (y + side + 6.0 + BAR, side / m.norm.len().max(1) as f64);
    for (i, (&norm, &shared)) in m.norm.iter().zip(&m.superposition).enumerate() {
        let height = BAR * (f64::from(norm) / TOP).clamp(0.0, 1.0);
        let fill = format!("class=\"norm\" fill=\"{}\"", colour::paper(1.0, shared.into()).css());
        let gap = if pitch > 3.0 { 0.5 } else { 0.0 };
        sheet.rect(x + i as f64 * pitch, floor - height, pitch - gap, height, &fill);
    }
    let one = floor - BAR / TOP;
    sheet.line((x, one), (x + side, one), GUIDE);
    sheet.line((x, floor), (x + side, floor), GUIDE);
    histogram(sheet, &m.interference, (x, floor + 12.0), side);
    sheet.raw("</g>");
}

/// How often pairs of features interfere how much.
fn histogram(sheet: &mut Sheet, bins: &[u32], (x, y): (f64, f64), side: f64) {
    let log = |count: u32| f64::from(count).ln_1p();
    let most = bins.iter().copied().max().map_or(0.0, log).max(1.0);
    let pitch = side / bins.len().max(1) as f64;
    for (bin, &count) in bins.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = HISTOGRAM * log(count) / most;
        let look = format!("class=\"interference\" data-pairs=\"{count}\" fill-opacity=\".55\"");
        let left = x + bin as f64 * pitch;
        let cosine = |bin: usize| three(2.0 * bin as f64 / bins.len() as f64 - 1.0);
        let pairs = plural(count.into(), "pair");
        let words = format!("{pairs} with a cosine from {} to {}", cosine(bin), cosine(bin + 1));
        sheet.raw(&format!("<g>{}", hint(&words)));
        sheet.rect(left, y + HISTOGRAM - height, (pitch - 0.5).max(0.5), height, &look);
        sheet.raw("</g>");
    }
    sheet.line((x, y + HISTOGRAM), (x + side, y + HISTOGRAM), GUIDE);
    for (part, face, name) in [(0.0, SMALL, "−1"), (0.5, MIDDLE, "0"), (1.0, END, "1")] {
        let at = (x + part * side, y + HISTOGRAM);
        sheet.line(at, (at.0, at.1 + 4.0), GUIDE);
        sheet.label(at.0, at.1 + 15.0, side, face, name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::figures::tests::found;
    use toy::{Spec, Study};

    #[test]
    fn the_relu_model_stands_above_whichever_was_trained_first() {
        let mut parts = found(Study::preset("twenty-in-five-linear").unwrap()).parts;
        parts.extend(found(Study::preset("twenty-in-five").unwrap()).parts);
        let text = draw(Sheet::new(900.0, true), &parts).text;
        assert!(text.find("ReLU model") < text.find("Linear model"));
        assert_eq!(text.matches("<image").count(), 2 * 3 * 2 + 2);
        assert_eq!(text.matches("class=\"norm\"").count(), 2 * 3 * 20);
        let pairs = |text: &str| -> u32 {
            let counts = text.split("data-pairs=\"").skip(1);
            counts.filter_map(|rest| rest.split('"').next()?.parse::<u32>().ok()).sum()
        };
        // Of the histograms, and of the ramp of colours.
        assert_eq!(text.matches(">−1<").count(), 2 * 3 + 1);
        let expected = parts.iter().flat_map(|part| lowest(&part.study, &part.snapshots));
        let expected: u32 = expected.map(|s| s.measures.interference.iter().sum::<u32>()).sum();
        assert!(expected > 0 && pairs(&text) == expected, "{} of {expected} pairs", pairs(&text));
    }
}
