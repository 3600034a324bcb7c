//! Ticks of a logarithmic axis.

use super::number::three;
use toy::axis::Span;

/// A value worth a label and where it stands, in units of pixels of the diagram from its near
/// edge; the centre of the first pixel is at 0.5.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Position.
    pub at: f64,
    /// Text.
    pub label: String,
}

/// Fewest labels that explain a logarithmic axis.
const FEWEST: usize = 3;
/// Most labels before they crowd.
const MOST: usize = 7;

/// Ticks at round values of an axis of `count` pixels: 1 and 3 times powers of ten, as in the
/// paper, or finer or coarser ones when these are too few or too many.
pub fn ticks(span: Span, count: u32, unit: &str) -> Vec<Tick> {
    const CHOICES: [&[f64]; 3] = [&[1.0], &[1.0, 3.0], &[1.0, 2.0, 5.0]];
    let tick = |value: f64| Tick { at: place(span, count, value), label: three(value) + unit };
    let (low, high) = (span.from.min(span.to), span.from.max(span.to));
    // Also false for NaN, which is no axis at all.
    let range = low > 0.0 && high < f64::INFINITY && low < high && count > 1;
    if !range {
        return if span.from.is_finite() { vec![tick(span.from)] } else { vec![] };
    }
    let decades = low.log10().floor() as i32..=high.log10().ceil() as i32;
    let round = |steps: &[f64]| -> Vec<f64> {
        let values = decades.clone().flat_map(|d| steps.iter().map(move |s| s * 10f64.powi(d)));
        values.filter(|v| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(v)).collect()
    };
    let lists = CHOICES.map(round);
    let [powers, thirds, fifths] = &lists;
    let values = match (powers.len(), thirds.len(), fifths.len()) {
        (few, _, _) if few > MOST => powers.iter().copied().step_by(few.div_ceil(MOST)).collect(),
        (_, good, _) if (FEWEST..=MOST).contains(&good) => thirds.clone(),
        (good, many, _) if many > MOST && good >= FEWEST => powers.clone(),
        (_, _, good) if good >= FEWEST => fifths.clone(),
        _ => vec![low, high],
    };
    values.into_iter().map(tick).collect()
}

/// Position of a value along an axis of `count` pixels, in pixels from its near edge.
pub fn place(span: Span, count: u32, value: f64) -> f64 {
    let position = span.position(value);
    let position = if position.is_finite() { position } else { 0.0 };
    0.5 + position * f64::from(count.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(from: f64, to: f64) -> Vec<String> {
        ticks(Span::new(from, to), 64, "").into_iter().map(|t| t.label).collect()
    }

    #[test]
    fn the_papers_axes() {
        assert_eq!(labels(1.0, 0.01), ["0.01", "0.03", "0.1", "0.3", "1"]);
        assert_eq!(labels(0.1, 10.0), ["0.1", "0.3", "1", "3", "10"]);
        let density = ticks(Span::new(1.0, 0.01), 101, "");
        let at: Vec<f64> = density.iter().map(|t| t.at).collect();
        assert!((at[0] - 100.5).abs() < 1e-9 && (at[2] - 50.5).abs() < 1e-9 && at[4] == 0.5);
        assert_eq!(ticks(Span::new(0.1, 10.0), 9, "×")[2].label, "1×");
    }

    #[test]
    fn any_range_gets_a_few_labels() {
        assert_eq!(labels(0.8, 1.25), ["0.8", "1.25"]);
        assert_eq!(labels(0.2, 5.0), ["0.3", "1", "3"]);
        assert_eq!(labels(1e-9, 1e9).len(), 7);
        assert_eq!(labels(1.0, 5.0), ["1", "2", "5"]);
        assert_eq!(labels(0.5, 0.5), ["0.5"]);
        assert_eq!(labels(0.0, 1.0), ["0"]);
        assert!(labels(f64::NAN, 1.0).is_empty());
        assert_eq!(ticks(Span::new(1.0, 0.01), 1, "")[0].at, 0.5);
    }
}
