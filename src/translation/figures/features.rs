//! Which known features a linear probe reads from `z`, a row a bottleneck.

use crate::diagram::colour::{GREY, RED, Rgb};
use crate::study::figures::sheet::{END, GUIDE, HEAD, SMALL, Sheet};
use toy::translation::language::TYPES;
use toy::translation::probe::{Feature, READ};
use toy::translation::{Snapshot, Translation};

const LEFT: f64 = 66.0;
const ROW: f64 = 16.0;

/// A cell a feature; the place after them.
pub fn draw(sheet: &mut Sheet, run: &Translation, all: &[Snapshot], y: f64) -> f64 {
    sheet.text(0.0, y + 16.0, HEAD, "Which features pass");
    let features = Feature::all().len();
    let rows: Vec<&Snapshot> = all.iter().filter(|s| s.measures.probes.len() == features).collect();
    if rows.is_empty() {
        let words = "Linear probes on z, a feature each, are fitted at the last step.";
        return sheet.notes(y + 36.0, words) + 16.0;
    }
    let colour = |accuracy: f32| -> Rgb {
        let part = (f64::from(accuracy) - 0.5) / 0.5;
        GREY.mix(RED, if part.is_finite() { part.clamp(0.0, 1.0).powi(3) } else { 0.0 })
    };
    let width = (sheet.width - LEFT - 4.0).max(60.0);
    let top = y + 48.0;
    let at = |feature: usize| LEFT + feature as f64 / features as f64 * width;
    let groups = [(0, "64 words"), (TYPES, "class, gender, number, place")];
    for (first, name) in groups {
        let narrow = width < 420.0 && first > 0;
        if !narrow {
            sheet.text(at(first).min(sheet.width - SMALL.wide(name)), top - 8.0, SMALL, name);
        }
    }
    for (row, snapshot) in rows.iter().enumerate() {
        let y = top + row as f64 * ROW;
        let cells: Vec<Rgb> = snapshot.measures.probes.iter().map(|&a| colour(a)).collect();
        sheet.cells((LEFT, y), (width, ROW - 2.0), features, &cells);
        let name = format!("k = {}", run.place(snapshot.model).0);
        sheet.label(LEFT - 6.0, y + 11.0, LEFT - 6.0, END, &name);
    }
    let floor = top + rows.len() as f64 * ROW;
    sheet.line((at(TYPES), top - 4.0), (at(TYPES), floor), GUIDE);
    let read: Vec<String> =
        rows.iter().map(|s| format!("k = {}: {}", run.place(s.model).0, s.measures.read)).collect();
    let most = rows.iter().map(|s| s.measures.read).max().unwrap_or(0);
    let random: Vec<String> = rows.iter().map(|s| s.beside.random.read.to_string()).collect();
    let words = format!(
        "Red: a linear probe on z tells the feature with a balanced accuracy of 1; grey: as chance does. From {READ} on it \
         counts as read: {} (at most {most} of {features}). More than k is superposition. Of as many random directions: {}; \
         so it need not be learned to be there.",
        read.join(", "),
        random.join(", "),
    );
    sheet.notes(floor + 20.0, &words) + 16.0
}
