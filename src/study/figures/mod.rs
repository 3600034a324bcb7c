//! The experiments' figures, as texts: SVG for eyes, a table of the numbers for everyone. Pure
//! functions of what a run has found; no browser needed.

mod chart;
mod computation;
mod demonstration;
mod dimensionality;
mod dynamics;
mod geometry;
mod numbers;
mod scaling;
mod sheet;
mod vulnerability;

pub use numbers::numbers;

use super::run::{Found, Part};
use crate::export::ink::Drawn;
use toy::study::preset::View;

/// How figures are looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Width there is, in the figure's units.
    pub width: f64,
    /// Turn about the upright axis and tilt of what has three dimensions, in radians.
    pub turn: (f64, f64),
    /// Frame of the film that is shown.
    pub frame: usize,
}

/// Draws the figure of a view; nothing has been found yet when there is `None`.
pub fn draw(view: View, found: &Found, look: Look) -> Option<Drawn> {
    let part = found.parts.first()?;
    Some(match view {
        View::Geometry | View::Correlation => geometry::draw(view, part, look),
        View::Demonstration => demonstration::draw(&found.parts, look),
        View::Dimensionality => dimensionality::draw(part, look),
        View::Dynamics => dynamics::draw(part, &found.film, look),
        View::Computation => computation::draw(part, look),
        View::Vulnerability => vulnerability::draw(part, look),
        View::Scaling => scaling::draw(part, look),
    })
}

/// Whether a figure has a third dimension to turn.
pub fn turns(view: View, found: &Found) -> bool {
    let shows = matches!(view, View::Geometry | View::Correlation | View::Dynamics);
    shows && found.parts.first().is_some_and(|Part { study, .. }| study.hidden == 3)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::export::ink::tests::well_formed;
    use toy::Spec;
    use toy::evaluate::Effort;
    use toy::study::snapshot::{Evaluators, Trained};
    use toy::study::{Wanted, train};

    const LOOK: Look = Look { width: 800.0, turn: (0.5, 0.4), frame: 1 };

    /// A preset's models before the first step.
    pub fn found(preset: &toy::study::preset::Preset) -> Found {
        let mut study = (preset.spec)();
        study.instances = study.instances.min(3);
        study.features = study.features.min(20);
        study.hidden = study.hidden.min(6);
        study.hidden_from = study.hidden_from.min(3);
        let trained = |model| Trained {
            model,
            parameters: train::start(&study, model),
            sums: vec![3.0, 2.0],
        };
        let all = (0..study.models() as u32).map(trained).collect();
        let attacked = preset.view == View::Vulnerability;
        let wanted = Wanted { parameters: u32::MAX, vulnerability: attacked };
        let snapshots = Evaluators::default().snapshots(&study, all, 2, wanted, Effort::Live);
        let frame = |step| super::super::run::Frame { step, snapshots: snapshots.clone() };
        let film = vec![frame(0), frame(1), frame(2)];
        Found { parts: vec![Part { study, snapshots }], film }
    }

    #[test]
    fn every_preset_draws_a_well_formed_figure_that_fits() {
        for preset in Study::PRESETS {
            for width in [340.0, 1100.0] {
                let found = found(preset);
                let look = Look { width, ..LOOK };
                let drawn = draw(preset.view, &found, look).unwrap();
                assert!(well_formed(&drawn.text), "{}: {}", preset.name, drawn.text);
                assert!(!drawn.text.contains("NaN") && !drawn.text.contains("inf"));
                assert_eq!(drawn.size.0, width);
                assert!(drawn.size.1 > 80.0 && drawn.size.1 < 12.0 * width, "{}", preset.name);
                assert!(drawn.text.contains("<desc>"));
            }
        }
        assert!(draw(View::Geometry, &Found::default(), LOOK).is_none());
    }

    #[test]
    fn a_run_that_has_not_been_heard_of_has_its_frame() {
        for preset in Study::PRESETS {
            let study = (preset.spec)();
            let found = Found { parts: vec![Part { study, snapshots: vec![] }], film: vec![] };
            assert!(well_formed(&draw(preset.view, &found, LOOK).unwrap().text));
        }
    }

    #[test]
    fn what_diverged_is_drawn_without_nonsense() {
        for preset in Study::PRESETS {
            let mut found = found(preset);
            for snapshot in &mut found.parts[0].snapshots {
                snapshot.parameters.fill(f32::NAN);
                snapshot.curve.fill(f32::INFINITY);
                let m = &mut snapshot.measures;
                (m.loss, m.dimensions_per_feature) = (f32::NAN, f32::NAN);
                for list in [&mut m.norm, &mut m.superposition, &mut m.dimensionality] {
                    list.fill(f32::NAN);
                }
            }
            let text = draw(preset.view, &found, LOOK).unwrap().text;
            for nonsense in ["x=\"NaN", "y=\"NaN", "height=\"NaN", "MNaN", "LNaN", ">NaN<"] {
                assert!(!text.contains(nonsense), "{}: {nonsense}", preset.name);
            }
        }
    }
}
