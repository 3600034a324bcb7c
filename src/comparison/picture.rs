//! Cosines of all rows against dimensions; no browser needed.

use crate::diagram::colour::{BLUE, RED};
use crate::export::ink::Drawn;
use crate::study::figures::chart::{Axis, frame};
use crate::study::figures::sheet::{HEAD, SMALL, Sheet, trace};
use toy::comparison::Row;
use toy::directions::{random_cosine, welch};

/// Mean and largest cosines against dimensions, random directions and the Welch bound as curves.
pub fn picture(rows: &[Row], width: f64) -> Drawn {
    let mut sheet = Sheet::new(width, true);
    sheet.text(0.0, 16.0, HEAD, "Cosines between features, against dimensions");
    let dimensions = rows.iter().map(|row| f64::from(row.dimensions.max(1)));
    let (low, high) = dimensions.fold((f64::INFINITY, 1.0), |(l, h), d: f64| (d.min(l), d.max(h)));
    let (low, high) = if low.is_finite() { (low / 1.5, high * 1.5) } else { (1.0, 64.0) };
    let x = Axis::log(low, high, (50.0, width - 18.0));
    let y = Axis::linear(0.0, 1.05, (300.0, 50.0));
    frame(&mut sheet, &x, &y, 0.0, ["dimensions", "|cosine|: mean (disks), largest (dots)"]);
    let steps = |of: &dyn Fn(u32) -> f64| -> Vec<(f64, f64)> {
        let all = (low.max(2.0).ceil() as u32)..=(high as u32).max(3);
        all.map(|d| (x.at(f64::from(d)), y.at(of(d)))).collect()
    };
    let features = rows.iter().map(|row| row.features).max().unwrap_or(64);
    sheet.path(
        &trace(&steps(&random_cosine)),
        "class=\"random\" fill=\"none\" stroke=\"currentColor\" stroke-dasharray=\"3 3\"",
    );
    sheet.path(
        &trace(&steps(&|d| welch(features, d))),
        "class=\"welch\" fill=\"none\" stroke=\"currentColor\" stroke-opacity=\".5\"",
    );
    for row in rows {
        let at = x.at(f64::from(row.dimensions.max(1)));
        let disk = format!("class=\"mean\" fill=\"{}\" fill-opacity=\".7\"", RED.css());
        sheet.disk(at, y.at(row.mean_cosine), 4.0, &disk);
        let dot = format!("class=\"largest\" fill=\"{}\" fill-opacity=\".7\"", BLUE.css());
        sheet.disk(at, y.at(row.largest_cosine), 2.0, &dot);
    }
    let words = format!(
        "Dashed: the mean of random directions. Line: the Welch bound of {features} features, below which the largest cannot be."
    );
    let end = sheet.notes(352.0, &words);
    sheet.text(0.0, end + 4.0, SMALL, "");
    sheet.finish(end + 8.0, "Cosines of all kept models", &words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::ink::tests::well_formed;

    #[test]
    fn every_row_is_drawn_and_nonsense_is_not() {
        let row = |dimensions, mean_cosine| Row { dimensions, mean_cosine, ..Row::default() };
        let rows = [row(10, 0.2), row(9, 0.3), row(100, 0.1)];
        for rows in [&rows[..], &[], &[row(0, f64::NAN)]] {
            let drawn = picture(rows, 700.0);
            assert!(well_formed(&drawn.text) && !drawn.text.contains("NaN"), "{}", drawn.text);
            let known = rows.iter().filter(|row| row.mean_cosine.is_finite()).count();
            assert_eq!(drawn.text.matches("class=\"mean\"").count(), known);
        }
    }
}
