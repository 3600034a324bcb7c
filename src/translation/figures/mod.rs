//! The figures of bottlenecks, as texts. Pure functions of what a run has found; no browser needed.

mod curves;
mod features;
mod plane;

use super::found::Found;
use crate::diagram::number::three;
use crate::export::ink::Drawn;
use crate::study::figures::sheet::Sheet;

/// How figures are looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Width there is, in the figure's units.
    pub width: f64,
    /// Frame of the film that is shown.
    pub frame: usize,
}

/// Draws everything; nothing has been found yet when there is `None`.
pub fn draw(found: &Found, look: Look) -> Option<Drawn> {
    let run = &found.translation;
    let frame = found.film.frame(look.frame)?;
    let all = &frame.snapshots;
    let mut sheet = Sheet::new(look.width, frame.step > 0);
    let mut y = curves::draw(&mut sheet, run, all, 0.0);
    y = curves::training(&mut sheet, run, all, y);
    y = features::draw(&mut sheet, run, all, y);
    y = plane::draw(&mut sheet, run, all, y);
    let bleu =
        all.iter().map(|s| format!("{} at k = {}", three(s.measures.bleu), run.place(s.model).0));
    let words = format!("At step {} BLEU is {}.", frame.step, bleu.collect::<Vec<_>>().join(", "));
    Some(sheet.finish(y, "Translation through bottlenecks: BLEU, features and what passes", &words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use toy::translation::language::Class;
    use toy::translation::probe::Feature;
    use toy::translation::snapshot::Dot;
    use toy::translation::{Snapshot, Translation};

    #[test]
    fn figures_show_every_bottleneck_at_any_width() {
        let run = Translation::default();
        let mut found = Found::new(run.clone());
        assert!(draw(&found, Look { width: 800.0, frame: 0 }).is_none());
        let one = |model: u32| {
            let mut snapshot = Snapshot { model, curve: vec![2.0, 1.0], ..Snapshot::default() };
            snapshot.measures.bleu = 10.0 * f64::from(model);
            snapshot.dots = vec![Dot { x: 1.0, y: f32::NAN, class: Class::Noun }; 3];
            snapshot
        };
        found.film.take(5, None, (0..7).map(one).collect());
        for width in [0.0, 320.0, 800.0, 2000.0] {
            let drawn = draw(&found, Look { width, frame: usize::MAX }).unwrap();
            assert_eq!(drawn.text.matches("class=\"bleu\"").count(), 7, "{width}");
            assert!(!drawn.text.contains("NaN") && drawn.text.contains("probes"));
        }
        let mut last = one(3);
        last.measures.probes = vec![0.99; Feature::all().len()];
        last.measures.read = 77;
        found.film.take(600, None, vec![last]);
        let drawn = draw(&found, Look { width: 800.0, frame: usize::MAX }).unwrap();
        assert!(drawn.text.contains("counts as") && !drawn.text.contains("are fitted"));
    }
}
