//! What comes out of each output when one feature goes in.

use super::parts::{drawable, name};
use crate::diagram::colour::{self, Rgb};
use crate::diagram::number::three;
use crate::study::figures::sheet::{GUIDE, HEAD, SMALL, Sheet};
use toy::network::{Network, Snapshot};

/// Least distance from one panel to the next.
const PITCH: f64 = 126.0;

/// Where panels stand: how many fit beside each other, their distance and their side.
pub fn panels(width: f64, count: usize) -> (usize, f64, f64) {
    let across = ((width / PITCH) as usize).clamp(1, 8).min(count.max(2));
    let pitch = width / across as f64;
    (across, pitch, (pitch - 16.0).min(200.0))
}

/// A heat map a network; the place after it.
pub fn draw(sheet: &mut Sheet, network: &Network, now: &[&Snapshot], y: f64) -> f64 {
    sheet.text(0.0, y + 16.0, HEAD, "Responses: outputs (rows) to one feature (columns)");
    let (across, pitch, side) = panels(sheet.width, now.len());
    let n = network.features as usize;
    for (place, snapshot) in now.iter().enumerate() {
        let at =
            ((place % across) as f64 * pitch, y + 28.0 + (place / across) as f64 * (side + 50.0));
        let m = &snapshot.measures;
        let cells: Vec<Rgb> = m.response.iter().map(|&r| colour::signed(drawable(r))).collect();
        sheet.text(at.0, at.1 + 12.0, SMALL, &name(network, snapshot));
        if cells.len() == n * n {
            sheet.cells((at.0, at.1 + 18.0), (side, side), n, &cells);
        }
        sheet.rect(at.0, at.1 + 18.0, side, side, GUIDE);
        let words = format!("{} of {n}, bend {}", m.represented(), three(drawable(m.nonlinearity)));
        sheet.text(at.0, at.1 + side + 32.0, SMALL, &words);
    }
    let rows = now.len().div_ceil(across) as f64;
    let y = y + 28.0 + rows * (side + 50.0) + 12.0;
    sheet.ramp(y, ["−1", "1"], &|t| colour::signed(2.0 * t - 1.0));
    sheet.notes(
        y + 18.0,
        "Beneath: how many features their own output answers by more than 1/2, and how far the answer to \
         half a feature is from half the answer: 0 is a linear map.",
    ) + 8.0
}
