//! Boundary curves drawn over a diagram.

use super::axis::place;
use std::fmt::Write;
use toy::Sweep;
use toy::ansatz::{TRIPLE_DENSITY, lower_boundary, upper_boundary};
use toy::optimum::{Edge, Transition};

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// Without gaps.
    Solid,
    /// As dashes.
    Dashed,
    /// As dots.
    Dotted,
}

impl Stroke {
    /// Its class in the style sheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Solid => "solid",
            Self::Dashed => "dashed",
            Self::Dotted => "dotted",
        }
    }
}

/// A named line through the plane of density and importance.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// What it is, for the legend; curves of one name count as one.
    pub name: String,
    /// How it is drawn.
    pub stroke: Stroke,
    /// Its points: density and importance.
    pub points: Vec<(f64, f64)>,
}

impl Curve {
    /// The line as an SVG path in units of pixels of the diagram, broken where a point is not finite.
    pub fn path(&self, sweep: &Sweep) -> String {
        let mut path = String::new();
        let mut pen = 'M';
        for &(density, importance) in &self.points {
            let x = place(sweep.importance, sweep.columns, importance);
            let y = place(sweep.density, sweep.rows, density);
            let known = density > 0.0 && importance > 0.0 && x.is_finite() && y.is_finite();
            if known {
                // Writing to a string cannot fail.
                let _ = write!(path, "{pen}{x:.3} {y:.3}");
            }
            pen = if known { 'L' } else { 'M' };
        }
        path
    }
}

/// Where the closed-form theory's phases meet, if there is room for all features but one; no other
/// shape has simple formulas for it. With three and more features the extra one is dedicated
/// wherever it matters more than the others: two of those share a dimension in its stead.
pub fn ansatz(sweep: &Sweep) -> Vec<Curve> {
    const STEPS: u32 = 96;
    if sweep.hidden + 1 != sweep.features {
        return vec![];
    }
    let (a, b) = (sweep.density.from, sweep.density.to);
    let (low, high) = (a.min(b), a.max(b));
    let curve =
        |points| Curve { name: "closed-form boundary".into(), stroke: Stroke::Dashed, points };
    let mut curves = vec![];
    if low < TRIPLE_DENSITY {
        let top = high.min(TRIPLE_DENSITY);
        let density = |i| low * (top / low).powf(f64::from(i) / f64::from(STEPS));
        let boundaries: &[fn(f64) -> Option<f64>] =
            if sweep.features == 2 { &[lower_boundary, upper_boundary] } else { &[lower_boundary] };
        for boundary in boundaries {
            // The last density may be rounded to above the triple point.
            let point = |s: f64| boundary(s.min(top)).map(|r| (s.min(top), r));
            curves.push(curve((0..=STEPS).map(density).filter_map(point).collect()));
        }
    }
    let bottom = if sweep.features == 2 { low.max(TRIPLE_DENSITY) } else { low };
    if high > bottom {
        curves.push(curve(vec![(bottom, 1.0), (high, 1.0)]));
    }
    curves
}

/// Where the true phases end at one density.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ends {
    /// The density.
    pub density: f64,
    /// Where the extra feature begins to be represented.
    pub lower: Option<Edge>,
    /// Where it begins to have a dimension of its own.
    pub upper: Option<Edge>,
}

/// The lines that the ends of the true phases make up, one density after the other. A line ends
/// where there is no edge, and half-way to where weights no longer change in the same manner.
pub fn exact(ends: &[Ends]) -> Vec<Curve> {
    let sides: [fn(&Ends) -> Option<Edge>; 2] = [|ends| ends.lower, |ends| ends.upper];
    let mut curves = vec![];
    for side in sides {
        let mut line: Option<(Transition, Curve)> = None;
        for ends in ends {
            let Some(edge) = side(ends) else {
                curves.extend(line.take().map(|(_, curve)| curve));
                continue;
            };
            let point = (ends.density, edge.r);
            if line.as_ref().is_some_and(|(transition, _)| *transition != edge.transition) {
                let last = line.as_ref().and_then(|(_, curve)| curve.points.last().copied());
                let joint = last.map(|(s, r)| ((s * point.0).sqrt(), (r * point.1).sqrt()));
                if let Some((_, curve)) = &mut line {
                    curve.points.extend(joint);
                }
                curves.extend(line.take().map(|(_, curve)| curve));
                let begun = Curve { points: joint.into_iter().collect(), ..of(edge.transition) };
                line = Some((edge.transition, begun));
            }
            let (_, curve) = line.get_or_insert_with(|| (edge.transition, of(edge.transition)));
            curve.points.push(point);
        }
        curves.extend(line.map(|(_, curve)| curve));
    }
    curves
}

/// A line without points for this kind of transition.
fn of(transition: Transition) -> Curve {
    let (name, stroke) = match transition {
        Transition::FirstOrder => ("true boundary, first order", Stroke::Solid),
        Transition::Continuous => ("true boundary, continuous", Stroke::Dotted),
    };
    Curve { name: name.into(), stroke, points: vec![] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use toy::ansatz::best;
    use toy::phase::Phase;

    #[test]
    fn the_three_lines_meet_at_the_triple_point() {
        let curves = ansatz(&Sweep::default());
        assert_eq!(curves.len(), 3);
        let ends: Vec<_> = curves[..2].iter().filter_map(|c| c.points.last()).collect();
        for &&(s, r) in &ends {
            assert!((s - TRIPLE_DENSITY).abs() < 1e-12 && (r - 1.0).abs() < 1e-9);
        }
        assert_eq!(ends.len(), 2);
        assert_eq!(curves[2].points[0], (TRIPLE_DENSITY, 1.0));
        assert!(ansatz(&Sweep { features: 4, hidden: 2, ..Sweep::default() }).is_empty());
    }

    /// On either side of each line the closed-form theory has different phases.
    #[test]
    fn phases_change_across_the_lines() {
        for features in [2, 3, 4, 5] {
            let sweep = Sweep { features, hidden: features - 1, ..Sweep::default() };
            for (s, r) in ansatz(&sweep).into_iter().flat_map(|curve| curve.points) {
                let near = (s - TRIPLE_DENSITY).abs() < 1e-6 || s == 1.0;
                let phase = |r| Phase::from(best(features, features - 1, s, r).0);
                assert!(near || phase(r * 0.999) != phase(r * 1.001), "{features} {s} {r}");
            }
        }
    }

    #[test]
    fn paths_are_in_pixels_and_broken_at_gaps() {
        let sweep = Sweep { columns: 101, rows: 101, ..Sweep::default() };
        let points = vec![(1.0, 0.1), (0.1, 1.0), (f64::NAN, 1.0), (0.01, 10.0)];
        let curve = Curve { name: String::new(), stroke: Stroke::Solid, points };
        assert_eq!(curve.path(&sweep), "M0.500 0.500L50.500 50.500M100.500 100.500");
    }

    #[test]
    fn true_lines_break_at_gaps_and_where_the_transition_changes() {
        let edge = |r, transition| Some(Edge { r, transition, jump: 0.5 });
        let ends = |density, lower| Ends { density, lower, upper: None };
        let curves = exact(&[
            ends(1.0, edge(1.0, Transition::FirstOrder)),
            ends(0.25, edge(1.0, Transition::FirstOrder)),
            ends(0.04, edge(0.25, Transition::Continuous)),
            ends(0.02, None),
            ends(0.01, edge(0.1, Transition::Continuous)),
        ]);
        let strokes: Vec<_> = curves.iter().map(|curve| curve.stroke).collect();
        assert_eq!(strokes, [Stroke::Solid, Stroke::Dotted, Stroke::Dotted]);
        assert_eq!(curves[0].points, [(1.0, 1.0), (0.25, 1.0), (0.1, 0.5)]);
        assert_eq!(curves[1].points, [(0.1, 0.5), (0.04, 0.25)]);
        assert_eq!(curves[2].points, [(0.01, 0.1)]);
        assert!(exact(&[]).is_empty());
    }
}
