//! Tables: grids, models and theory as comma-separated values. [`load`](crate::load) reads grids back.

use crate::phase::Phase;
use crate::picture::{Measures, PHASES, Picture, Reference};
use crate::sweep::Sweep;
use std::fmt::Write;

/// Columns of a grid table. The first six are those of repro-superposition, in its order and
/// meaning, so that its notebook reads ours: "sparsity" there is the density, logarithms are
/// decimal, and polysemanticity is the root of the superposition.
pub const GRID_COLUMNS: [&str; 9] = [
    "log_sparsity_index",
    "log_weight_index",
    "log_sparsity",
    "log_weight",
    "last_polysemanticity",
    "last_norm",
    "last_superposition",
    "loss",
    "phase",
];

/// Columns that follow when there is something to compare with: its phase, empty where unknown,
/// and the percentage of all pixels whose phases agree, in every row the same.
pub const COMPARED_COLUMNS: [&str; 2] = ["compared_phase", "agreement_percent"];

/// A picture as a table, a row a pixel, from the first row of the diagram (density 1) on. Measures
/// and phase of a pixel that nothing is known of are empty; `NaN` is what a model has that diverged.
pub fn grid(sweep: &Sweep, picture: &Picture, reference: Option<Reference>) -> String {
    let other = reference.map(|r| r.picture);
    let agreement = other.and_then(|other| picture.agreeing_fraction(other));
    let percent = agreement.map_or(String::new(), |part| (100.0 * part).to_string());
    let compared = |pixel: usize| {
        let known = other.filter(|other| other.knows(pixel))?;
        Phase::from_code(*known.phase.get(pixel)?).map(Phase::name)
    };
    let mut text = GRID_COLUMNS.join(",");
    if other.is_some() {
        text = text + "," + &COMPARED_COLUMNS.join(",");
    }
    text.push('\n');
    for (index, &row) in picture.rows.iter().enumerate() {
        let log_density = sweep.density.log10_at(row, sweep.rows);
        for column in 0..picture.columns {
            let pixel = index * picture.columns as usize + column as usize;
            let log_importance = sweep.importance.log10_at(column, sweep.columns);
            // Writing to a string cannot fail.
            let _ = write!(text, "{row},{column},{log_density},{log_importance}");
            let counts = &picture.counts[pixel * PHASES..(pixel + 1) * PHASES];
            if picture.knows(pixel) || counts.iter().any(|&count| count > 0) {
                let phase = Phase::from_code(picture.phase[pixel]).unwrap_or(Phase::Diverged);
                let _ = write!(
                    text,
                    ",{},{},{},{},{phase}",
                    picture.polysemanticity[pixel],
                    picture.norm[pixel],
                    picture.superposition[pixel],
                    picture.loss[pixel],
                );
            } else {
                text.push_str(",,,,,");
            }
            if other.is_some() {
                let _ = write!(text, ",{},{percent}", compared(pixel).unwrap_or_default());
            }
            text.push('\n');
        }
    }
    text
}

/// Every model as a table: row, column, repeat, population loss, phase, weights, biases.
pub fn models(sweep: &Sweep, measures: &Measures) -> String {
    let (n, m) = (sweep.features, sweep.hidden);
    let mut text = String::from("row,column,repeat,loss,phase");
    for (i, k) in (0..n).flat_map(|i| (0..m).map(move |k| (i, k))) {
        let _ = write!(text, ",w_{i}_{k}");
    }
    for i in 0..n {
        let _ = write!(text, ",b_{i}");
    }
    text.push('\n');
    let per_row = (sweep.columns * sweep.repeats) as usize;
    for (index, model) in measures.models().iter().enumerate() {
        let row = measures.rows()[index / per_row];
        let (place, repeats) = (index % per_row, sweep.repeats as usize);
        let (column, repeat) = (place / repeats, place % repeats);
        let _ = write!(text, "{row},{column},{repeat},{},{}", model.loss, model.phase);
        for p in measures.parameters(index) {
            let _ = write!(text, ",{p}");
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_is_density_one() {
        let sweep = Sweep { columns: 3, rows: 2, ..Sweep::default() };
        let text = grid(&sweep, &Picture::ansatz(&sweep), None);
        assert_eq!(
            text,
            "log_sparsity_index,log_weight_index,log_sparsity,log_weight,last_polysemanticity,last_norm,last_superposition,loss,phase\n\
             0,0,0,-1,0,0,0,0.008333334,not-represented\n\
             0,1,0,0,0,0,0,0.083333336,not-represented\n\
             0,2,0,1,0,1,0,0.083333336,dedicated\n\
             1,0,-2,-1,1,1,1,0.000018333334,antipodal\n\
             1,1,-2,0,1,1,1,0.000033333334,antipodal\n\
             1,2,-2,1,1,1,1,0.00018333334,antipodal\n"
        );
    }
}
