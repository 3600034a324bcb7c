//! The figures of bottlenecks, as texts. Pure functions of what a run has found; no browser needed.

mod curves;
mod features;
mod geometry;
mod plane;

use super::found::Found;
use crate::diagram::number::three;
use crate::export::ink::Drawn;
use crate::study::figures::sheet::Sheet;
use toy::translation::{Snapshot, Translation};

/// How figures are looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Width there is, in the figure's units.
    pub width: f64,
    /// Frame of the film that is shown.
    pub frame: usize,
    /// Dimensions of the bottleneck whose directions are shown; 0 leaves that to the figure.
    pub k: u32,
}

/// Dimensions of the bottleneck whose directions and units are shown: what was chosen if there is
/// such a one, else the widest up to 8, of which there are more features than dimensions.
pub fn chosen(run: &Translation, look: Look) -> u32 {
    let widths = run.widths();
    let own = widths.iter().copied().find(|&k| k == look.k);
    let usual = || widths.iter().copied().filter(|&k| k <= 8).max();
    own.or_else(usual).or(widths.first().copied()).unwrap_or(1)
}

/// Draws everything; nothing has been found yet when there is `None`.
pub fn draw(found: &Found, look: Look) -> Option<Drawn> {
    let run = &found.translation;
    let frame = found.film.frame(look.frame)?;
    let all = &frame.snapshots;
    let mut sheet = Sheet::new(look.width, frame.step > 0);
    let mut y = curves::draw(&mut sheet, run, all, 0.0);
    y = curves::training(&mut sheet, run, all, y);
    y = match &found.source {
        None => known(&mut sheet, run, (all, chosen(run, look)), y),
        Some(name) => sheet.notes(y + 8.0, &unknown(name)) + 10.0,
    };
    let bleu =
        all.iter().map(|s| format!("{} at k = {}", three(s.measures.bleu), run.place(s.model).0));
    let words = format!("At step {} BLEU is {}.", frame.step, bleu.collect::<Vec<_>>().join(", "));
    Some(sheet.finish(y, "Translation through bottlenecks: BLEU, features and what passes", &words))
}

/// What is known of the language's words, in the bottlenecks; the place after it.
fn known(sheet: &mut Sheet, run: &Translation, (all, k): (&[Snapshot], u32), y: f64) -> f64 {
    let mut y = features::draw(sheet, run, all, y);
    if let Some(snapshot) = all.iter().find(|s| run.place(s.model) == (k, 0)) {
        y = geometry::draw(sheet, k, snapshot, y);
    }
    plane::draw(sheet, run, all, y)
}

/// Why there is less to see of a text of the reader's own.
fn unknown(name: &str) -> String {
    format!(
        "Bottlenecks in a model of {name}. What its words have in common is nobody's to know, so no features are read from z; \
         the words that excite each unit are below."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use toy::translation::language::Class;
    use toy::translation::language::Part;
    use toy::translation::probe::Feature;
    use toy::translation::probe::Tokens;
    use toy::translation::snapshot::Dot;
    use toy::translation::{Geometry, Text};

    #[test]
    fn figures_show_every_bottleneck_at_any_width() {
        let run = Translation::default();
        let mut found = Found { translation: run.clone(), ..Found::default() };
        let look = |width| Look { width, frame: usize::MAX, k: 0 };
        assert!(draw(&found, look(800.0)).is_none());
        let one = |model: u32| {
            let mut snapshot = Snapshot { model, curve: vec![2.0, 1.0], ..Snapshot::default() };
            snapshot.measures.bleu = 10.0 * f64::from(model);
            snapshot.dots = vec![Dot { x: 1.0, y: f32::NAN, class: Class::Noun }; 3];
            snapshot
        };
        found.film.take(5, None, (0..7).map(one).collect());
        for width in [0.0, 320.0, 800.0, 2000.0] {
            let drawn = draw(&found, look(width)).unwrap();
            assert_eq!(drawn.text.matches("class=\"bleu\"").count(), 7, "{width}");
            assert!(!drawn.text.contains("NaN") && drawn.text.contains("probes"));
        }
        let mut last = one(3);
        last.measures.probes = vec![0.99; Feature::all().len()];
        last.measures.read = 77;
        found.film.take(600, None, vec![last]);
        let drawn = draw(&found, look(800.0)).unwrap();
        assert!(drawn.text.contains("counts as") && !drawn.text.contains("are fitted"));
    }

    #[test]
    fn of_a_text_of_one_s_own_no_features_are_told() {
        let mut found = Found { source: Some("a<b.tsv".into()), ..Found::default() };
        let one = |model: u32| Snapshot { model, curve: vec![1.0], ..Snapshot::default() };
        found.film.take(5, None, (0..7).map(one).collect());
        let drawn = draw(&found, Look { width: 800.0, frame: usize::MAX, k: 0 }).unwrap();
        assert!(drawn.text.contains("a&lt;b.tsv") && !drawn.text.contains("features pass"));
        assert_eq!(drawn.text.matches("class=\"bleu\"").count(), 7);
    }

    #[test]
    fn directions_are_those_of_the_bottleneck_that_is_chosen() {
        let run = Translation::default();
        let held = Text::language().held(Part::Test, 40);
        let known = held.known.concat();
        let numbers = held.rows.words(Text::language().shape().words);
        let one = |model: u32| {
            let k = run.place(model).0 as usize;
            let codes: Vec<f32> = (0..k * known.len()).map(|i| (i as f32).sin()).collect();
            let tokens = Tokens { dimensions: k, codes: &codes, known: &known };
            let geometry = Geometry::new(tokens, &numbers, false);
            let mut snapshot = Snapshot { model, ..Snapshot::default() };
            snapshot.beside.start = geometry.clone();
            snapshot.measures.geometry = geometry;
            snapshot
        };
        let mut found = Found { translation: run.clone(), ..Found::default() };
        found.film.take(5, None, (0..7).map(one).collect());
        for (k, shown) in [(0, 8), (16, 16), (3, 8)] {
            for width in [0.0, 320.0, 900.0] {
                let drawn = draw(&found, Look { width, frame: usize::MAX, k }).unwrap();
                let text = &drawn.text;
                assert!(text.contains(&format!("directions in z of k = {shown}<")), "{k}");
                let n = found.film.now.snapshots[3].measures.geometry.features.len();
                // A dot a feature, trained and at the start.
                for class in ["dimensionality", "norm"] {
                    assert_eq!(text.matches(&format!("class=\"{class}\"")).count(), 2 * n);
                }
                assert!(!text.contains("NaN"));
            }
        }
    }
}
