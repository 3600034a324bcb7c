//! Axes of charts: where values stand, ticks, names.

use super::sheet::{END, GUIDE, MIDDLE, SMALL, Sheet};
use crate::diagram::axis::{place, ticks};
use crate::diagram::number::three;
use toy::axis::Span;

/// Points that a logarithmic axis is divided into, to place ticks.
const FINE: u32 = 1001;

/// An axis: its values and where they begin and end on the sheet.
#[derive(Clone, Copy)]
pub struct Axis {
    /// First and last value.
    pub span: Span,
    /// Whether it is logarithmic.
    pub log: bool,
    /// Where these stand.
    pub ends: (f64, f64),
}

impl Axis {
    /// A logarithmic axis; one value alone gets some room around it.
    pub fn log(from: f64, to: f64, ends: (f64, f64)) -> Self {
        let span = if from == to { Span::new(from / 2.0, to * 2.0) } else { Span::new(from, to) };
        Self { span, log: true, ends }
    }

    /// A linear axis.
    pub fn linear(from: f64, to: f64, ends: (f64, f64)) -> Self {
        let to = if from == to { from + 1.0 } else { to };
        Self { span: Span::new(from, to), log: false, ends }
    }

    /// Where a value stands.
    pub fn at(&self, value: f64) -> f64 {
        let Span { from, to } = self.span;
        let part = if self.log { self.span.position(value) } else { (value - from) / (to - from) };
        self.ends.0 + part * (self.ends.1 - self.ends.0)
    }

    /// Values worth a label.
    fn ticks(&self) -> Vec<(f64, String)> {
        let Span { from, to } = self.span;
        if self.log {
            let whole = f64::from(FINE - 1);
            let first = place(self.span, FINE, from);
            let at = |at: f64| (at - first) / whole * (self.ends.1 - self.ends.0) + self.ends.0;
            return ticks(self.span, FINE, "").into_iter().map(|t| (at(t.at), t.label)).collect();
        }
        let rough = (to - from) / 4.0;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|s| *s >= rough);
        let step = step.unwrap_or(rough);
        let count = ((to - from) / step + 1e-9) as u32;
        (0..=count).map(|i| from + f64::from(i) * step).map(|v| (self.at(v), three(v))).collect()
    }
}

/// Draws the frame of a chart: both axes with ticks and their names; the frame has `room` beyond
/// either end of the first axis.
pub fn frame(sheet: &mut Sheet, x: &Axis, y: &Axis, room: f64, names: [&str; 2]) {
    let (left, right, floor, top) = (x.ends.0 - room, x.ends.1 + room, y.ends.0, y.ends.1);
    let mut free = f64::NEG_INFINITY;
    for (at, label) in x.ticks() {
        sheet.line((at, floor), (at, floor + 4.0), GUIDE);
        // Labels that would touch the one before are left out.
        let half = 0.5 * MIDDLE.wide(&label);
        if at - half > free {
            sheet.text(at, floor + 17.0, MIDDLE, &label);
            free = at + half + 3.0;
        }
    }
    for (at, label) in y.ticks() {
        sheet.line((left, at), (right, at), GUIDE);
        sheet.label(left - 6.0, at + 4.0, left - 6.0, END, &label);
    }
    sheet.line((left, floor), (right, floor), "stroke=\"currentColor\" stroke-opacity=\".6\"");
    sheet.text((left + right) / 2.0, floor + 34.0, MIDDLE, shortened(sheet, names[0]));
    // Above the axis rather than along it: to be read without turning one's head.
    sheet.text(0.0, top - 10.0, SMALL, shortened(sheet, names[1]));
}

/// The name of an axis or, where it does not fit, what comes before its explanation.
fn shortened<'a>(sheet: &Sheet, name: &'a str) -> &'a str {
    if SMALL.wide(name) <= sheet.width {
        return name;
    }
    name.split_once([':', ',']).map_or(name, |(short, _)| short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_ticks_stand_where_they_belong() {
        let log = Axis::log(1.0, 100.0, (50.0, 250.0));
        assert_eq!([1.0, 10.0, 100.0].map(|v| log.at(v).round()), [50.0, 150.0, 250.0]);
        let ten = log.ticks().into_iter().find(|(_, label)| label == "10");
        assert!(ten.is_some_and(|(at, _)| (at - 150.0).abs() < 1e-6));
        let linear = Axis::linear(0.0, 1.0, (100.0, 0.0));
        let labels: Vec<_> = linear.ticks().into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, ["0", "0.5", "1"]);
        assert_eq!(linear.at(0.25), 75.0);
        assert!(Axis::log(0.05, 0.05, (0.0, 1.0)).at(0.05).is_finite());
    }
}
