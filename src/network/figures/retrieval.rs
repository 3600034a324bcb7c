//! What heads look at, and what each carries from feature to output.

use super::parts::{drawable, name};
use super::responses::panels;
use crate::diagram::colour::{self, Rgb};
use crate::diagram::number::three;
use crate::study::figures::sheet::{GUIDE, HEAD, SMALL, Sheet};
use toy::network::{Network, Snapshot};

/// The pattern and the map of every head of the first layer, network by network; the place after it.
pub fn draw(sheet: &mut Sheet, network: &Network, now: &[&Snapshot], y: f64) -> f64 {
    sheet.text(
        0.0,
        y + 16.0,
        HEAD,
        "Heads: weights of tokens for tokens in one sequence, and what is carried",
    );
    let [heads, tokens, n] = [network.heads, network.tokens, network.features].map(|x| x as usize);
    let (across, pitch, side) = panels(sheet.width, 2 * heads * now.len());
    let mut place = 0;
    let mut put = |sheet: &mut Sheet, title: &str, columns: usize, cells: &[Rgb], words: &str| {
        let at =
            ((place % across) as f64 * pitch, y + 28.0 + (place / across) as f64 * (side + 50.0));
        place += 1;
        sheet.text(at.0, at.1 + 12.0, SMALL, title);
        sheet.cells((at.0, at.1 + 18.0), (side, side), columns, cells);
        sheet.rect(at.0, at.1 + 18.0, side, side, GUIDE);
        sheet.text(at.0, at.1 + side + 32.0, SMALL, words);
    };
    for snapshot in now {
        let Some(found) = &snapshot.measures.heads else { continue };
        let patterns =
            found.example.chunks_exact(tokens * tokens).zip(&found.maps).zip(&found.right);
        for (head, ((pattern, map), &right)) in patterns.take(heads).enumerate() {
            let cells: Vec<Rgb> = pattern.iter().map(|&w| colour::measure(drawable(w))).collect();
            let words = format!("right token {} %", three(100.0 * drawable(right)));
            put(sheet, &name(network, snapshot), tokens, &cells, &words);
            let cells: Vec<Rgb> = map.iter().map(|&w| colour::signed(drawable(w))).collect();
            put(sheet, &format!("head {} carries", head + 1), n, &cells, "");
        }
    }
    let rows = place.div_ceil(across) as f64;
    sheet.notes(
        y + 28.0 + rows * (side + 50.0) + 4.0,
        "The last row of a pattern is the token that asks. A head's map is W_out W_O W_V W_in, from feature (column) to output (row).",
    ) + 8.0
}
