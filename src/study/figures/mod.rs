//! The experiments' figures, as texts: SVG for eyes, a table of the numbers for everyone. Pure
//! functions of what a run has found; no browser needed.

pub mod chart;
mod computation;
pub mod course;
mod demonstration;
mod dimensionality;
mod dynamics;
mod geometry;
mod look;
mod numbers;
mod scaling;
pub mod sheet;
mod vulnerability;

pub use look::Look;
pub use numbers::numbers;

use super::run::{Found, Part};
use crate::diagram::number::{UNKNOWN, three};
use crate::export::ink::Drawn;
use sheet::Sheet;
use toy::study::Snapshot;
use toy::study::preset::View;
use toy::study::snapshot::lowest;

/// Draws the figure of a view; nothing has been found yet when there is `None`.
pub fn draw(view: View, found: &Found, look: Look) -> Option<Drawn> {
    let part = found.parts.first()?;
    let has_begun = |part: &Part| part.snapshots.iter().any(|s| !s.curve.is_empty());
    let begun = found.origin.is_some() || found.parts.iter().any(has_begun);
    let sheet = Sheet::new(look.width, begun);
    let look = Look { width: sheet.width, ..look };
    // Random weights have measures too, which would look like a result in a chart.
    let empty = Part { study: part.study.clone(), snapshots: vec![] };
    let (charted, film) = if begun { (part, &found.film[..]) } else { (&empty, &[][..]) };
    Some(match view {
        View::Geometry | View::Correlation => geometry::draw(sheet, view, part, look),
        View::Demonstration => demonstration::draw(sheet, &found.parts),
        View::Dimensionality => dimensionality::draw(sheet, charted, look),
        View::Dynamics => dynamics::draw(sheet, charted, film, look),
        View::Computation => computation::draw(sheet, part),
        View::Vulnerability => vulnerability::draw(sheet, charted),
        View::Scaling => scaling::draw(sheet, charted),
    })
}

/// Whether single features can be followed through a figure.
pub const fn follows(view: View) -> bool {
    matches!(view, View::Geometry | View::Correlation | View::Dynamics | View::Dimensionality)
}

/// What became of one feature in each of the models that the figure shows, in words.
pub fn followed(found: &Found, feature: usize) -> String {
    let Some(Part { study, snapshots }) = found.parts.first() else { return String::new() };
    let mut words = format!("Feature {}", feature + 1);
    let shown: Vec<&Snapshot> = match study.instances {
        1 => snapshots.iter().collect(),
        _ => lowest(study, snapshots),
    };
    for (place, snapshot) in shown.iter().enumerate() {
        let (instance, repeat) = study.place(snapshot.model);
        let m = &snapshot.measures;
        let value = |all: &[f32]| all.get(feature).map_or(UNKNOWN.into(), |&v| three(v.into()));
        let of = match study.instances {
            1 => format!("repeat {}", repeat + 1),
            _ => format!("1 − S = {}", three(study.density_at(instance))),
        };
        let (norm, d) = (value(&m.norm), value(&m.dimensionality));
        words += if place == 0 { ": " } else { "; " };
        words += &format!("{of}: norm {norm}, dimensionality {d}");
    }
    words + "."
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
    use crate::origin::Origin;
    use toy::evaluate::Effort;
    use toy::study::snapshot::{Evaluators, Trained};
    use toy::study::{Wanted, train};
    use toy::{Spec, Study};

    const LOOK: Look = Look { width: 800.0, turn: (0.5, 0.4), frame: 1, follow: None };

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
        let frame = |step| crate::experiment::Frame { step, snapshots: snapshots.clone() };
        let film = vec![frame(0), frame(1), frame(2)];
        Found { parts: vec![Part { study, snapshots }], film, ..Found::default() }
    }

    /// What a run knows of its models at some moment.
    #[derive(Clone, Copy, Debug)]
    enum Known {
        Nothing,
        Untrained,
        Some,
        All,
        Diverged,
        /// Models of a file, which has weights alone.
        File,
    }

    fn at(mut found: Found, known: Known) -> Found {
        let all = found.parts.iter_mut().flat_map(|part| &mut part.snapshots);
        let film = found.film.iter_mut().flat_map(|frame| &mut frame.snapshots);
        match known {
            Known::All => {}
            Known::Nothing => {
                found.parts.iter_mut().for_each(|part| part.snapshots.clear());
                found.film.clear();
            }
            Known::File => {
                for snapshot in all {
                    snapshot.curve.clear();
                    snapshot.measures.vulnerability = None;
                }
                found.parts.truncate(1);
                found.film.clear();
                found.origin = Some(Origin::File("mine.npz".into()));
            }
            Known::Untrained => all.chain(film).for_each(|s| s.curve.clear()),
            Known::Some => {
                found.parts.iter_mut().for_each(|part| part.snapshots.truncate(1));
                found.film.truncate(1);
            }
            Known::Diverged => all.chain(film).for_each(|snapshot| {
                snapshot.parameters.fill(f32::NAN);
                snapshot.curve.fill(f32::INFINITY);
                let m = &mut snapshot.measures;
                (m.loss, m.dimensions_per_feature, m.capacity) = (f32::NAN, f32::NAN, f32::NAN);
                for list in [&mut m.norm, &mut m.superposition, &mut m.dimensionality] {
                    list.fill(f32::NAN);
                }
                if let Some(v) = &mut m.vulnerability {
                    (v.clean, v.attacked, v.norm) = (f32::NAN, f32::INFINITY, f32::NAN);
                }
            }),
        }
        found
    }

    /// The number behind `name="` in a tag.
    fn number(tag: &str, name: &str) -> Option<f64> {
        let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
        tag[start..].split('"').next()?.parse().ok()
    }

    /// Everything in a figure that reaches beyond its box.
    fn outside(svg: &str, (width, height): (f64, f64)) -> Vec<String> {
        let inside = |x: f64, y: f64| {
            (-1.0..=width + 1.0).contains(&x) && (-1.0..=height + 1.0).contains(&y)
        };
        let mut found = vec![];
        for part in svg.split('<').skip(1) {
            let (tag, words) = part.split_once('>').unwrap_or((part, ""));
            let value = |name| number(tag, name).unwrap_or(0.0);
            let (x, y) = (value("x"), value("y"));
            let kind = tag.split(' ').next().unwrap_or("");
            let fits = match kind {
                "rect" | "image" if tag.contains("100%") => true,
                "rect" | "image" => {
                    value("width") >= 0.0
                        && value("height") >= 0.0
                        && inside(x, y)
                        && inside(x + value("width"), y + value("height"))
                }
                "circle" => inside(value("cx"), value("cy")),
                "path" => {
                    let d = tag.split(" d=\"").nth(1).and_then(|d| d.split('"').next());
                    let points = d.unwrap_or("").split(['M', 'L']).filter(|p| !p.is_empty());
                    points.map(|p| p.trim_end_matches("h0")).all(|p| {
                        let point = p.split_once(' ').map(|(x, y)| (x.parse(), y.parse()));
                        matches!(point, Some((Ok(x), Ok(y))) if inside(x, y))
                    })
                }
                "text" => {
                    // Letters as wide as a wide font has them.
                    let wide = 0.56 * value("font-size") * words.chars().count() as f64;
                    let before = match () {
                        () if tag.contains("middle") => 0.5,
                        () if tag.contains("\"end\"") => 1.0,
                        () => 0.0,
                    };
                    inside(x - before * wide, y) && inside(x + (1.0 - before) * wide, y)
                }
                _ => true,
            };
            if !fits {
                found.push(format!("<{part}"));
            }
        }
        found
    }

    const WIDTHS: [f64; 12] =
        [f64::NAN, -5.0, 0.0, 1.0, 160.0, 250.0, 320.0, 390.0, 768.0, 1440.0, 2560.0, 3840.0];

    /// Every view with every preset at every size, whatever is known: a well-formed figure without
    /// nonsense, in which nothing is cut off.
    #[test]
    fn figures_fit_at_every_size_whatever_is_known() {
        for preset in Study::PRESETS {
            for known in [
                Known::Nothing,
                Known::Untrained,
                Known::Some,
                Known::All,
                Known::Diverged,
                Known::File,
            ] {
                let found = at(found(preset), known);
                for width in WIDTHS {
                    let name = format!("{} {known:?} {width}", preset.name);
                    let drawn = draw(preset.view, &found, Look { width, ..LOOK }).unwrap();
                    let (text, size) = (&drawn.text, drawn.size);
                    assert!(well_formed(text), "{name}: {text}");
                    let shown = text.replace("data-", "");
                    for nonsense in [" x=\"NaN", " y=\"NaN", "=\"inf", "MNaN", "LNaN", ">NaN<"] {
                        assert!(!shown.contains(nonsense), "{name}: {nonsense}");
                    }
                    assert!(
                        size.0 >= 160.0 && (size.0 == width || width.is_nan() || width < 160.0),
                        "{name}"
                    );
                    assert!(size.1 > 80.0 && size.1 < 80.0 * size.0, "{name}: {size:?}");
                    assert_eq!(outside(text, size), [""; 0], "{name}");
                    assert!(text.contains("<desc>"));
                    let untrained = matches!(known, Known::Nothing | Known::Untrained);
                    assert_eq!(text.contains(sheet::UNTRAINED), untrained, "{name}");
                    let line = text.contains("class=\"attacked\"") || text.contains("D* = ");
                    assert!(!(untrained && line), "{name}: a curve of what was not trained");
                }
            }
        }
        assert!(draw(View::Geometry, &Found::default(), LOOK).is_none());
    }

    #[test]
    fn a_feature_is_followed_through_all_models() {
        for preset in Study::PRESETS.iter().filter(|preset| follows(preset.view)) {
            let found = found(preset);
            let draw = |follow| draw(preset.view, &found, Look { follow, ..LOOK }).unwrap().text;
            assert!(draw(Some(2)).contains("class=\"followed") && !draw(None).contains("followed"));
            assert!(well_formed(&draw(Some(2))), "{}", preset.name);
            // A feature that there is not is nothing to follow.
            draw(Some(9_999));
            let words = followed(&found, 2);
            let study = &found.parts[0].study;
            let models = if study.instances == 1 { study.repeats } else { study.instances };
            assert_eq!(words.matches("dimensionality").count(), models as usize, "{words}");
            assert!(words.starts_with("Feature 3: "));
        }
    }
}
