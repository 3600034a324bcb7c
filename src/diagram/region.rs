//! Names of the regions of a diagram, and where there is room for them.

use toy::phase::Phase;
use toy::picture::Picture;

/// A name and where its middle stands, in parts of the picture's width and height.
pub type Region = (&'static str, (f64, f64));

/// What becomes of features in a region, as arrows: first the last feature's direction, then that of
/// one beside it, as ends of arrows from the middle, upwards positive; no length is not represented.
/// With one hidden dimension two features have a line to themselves or share it; with more, one that
/// has a dimension of its own stands at a right angle to another.
pub fn arrows(name: &str, hidden: u32) -> [(f64, f64); 2] {
    match (name, hidden) {
        ("left out", _) => [(0.0, 0.0), (1.0, 0.0)],
        ("own dimension", 1) => [(1.0, 0.0), (0.0, 0.0)],
        ("own dimension", _) => [(0.0, 1.0), (1.0, 0.0)],
        _ => [(1.0, 0.0), (-1.0, 0.0)],
    }
}

/// How far a region must reach to the left and right, and up and down, of the middle of its name, in
/// parts of the picture.
const ROOM: (f64, f64) = (0.13, 0.045);

/// The regions that are large enough for their names: each is named where it is widest.
pub fn named(picture: &Picture) -> Vec<Region> {
    let (columns, rows) = (picture.columns as usize, picture.rows.len());
    let kind = |pixel: usize| match picture.phase_of(pixel)? {
        Phase::NotRepresented => Some("left out"),
        Phase::Dedicated => Some("own dimension"),
        Phase::Diverged => None,
        _ => Some("superposition"),
    };
    let kinds: Vec<_> = (0..columns * rows).map(kind).collect();
    // How far each pixel is from whatever is something else, along rows and along columns.
    let across = reach(&kinds, columns, 1, rows, columns);
    let down = reach(&kinds, rows, columns, columns, 1);
    let part = |pixel: usize| {
        let (x, y) = (across[pixel] as f64 / columns as f64, down[pixel] as f64 / rows as f64);
        (x / ROOM.0).min(y / ROOM.1)
    };
    let widest = |name: &'static str| {
        let own = (0..kinds.len()).filter(|&pixel| kinds[pixel] == Some(name));
        let pixel = own.max_by(|&a, &b| part(a).total_cmp(&part(b)))?;
        let at = |index: usize, count: usize| (index as f64 + 0.5) / count as f64;
        let place = (at(pixel % columns, columns), at(pixel / columns, rows));
        (part(pixel) >= 1.0).then_some((name, place))
    };
    ["left out", "own dimension", "superposition"].into_iter().filter_map(widest).collect()
}

/// Along lines of so many pixels, `step` apart: how many of its kind there are to either side of a
/// pixel, the lesser number. There are `lines` of them, whose first pixels are `next` apart.
fn reach<T: PartialEq>(
    kinds: &[T],
    length: usize,
    step: usize,
    lines: usize,
    next: usize,
) -> Vec<usize> {
    let mut far = vec![usize::MAX; kinds.len()];
    for line in 0..lines {
        let at = |place: usize| line * next + place * step;
        for back in [false, true] {
            let mut run = 0;
            for place in 0..length {
                let place = if back { length - 1 - place } else { place };
                let before = if back { place + 1 < length } else { place > 0 };
                let other = if back { place + 1 } else { place.wrapping_sub(1) };
                run = if before && kinds[at(other)] == kinds[at(place)] { run + 1 } else { 0 };
                far[at(place)] = far[at(place)].min(run);
            }
        }
    }
    far
}

#[cfg(test)]
mod tests {
    use super::*;
    use toy::Sweep;

    /// What the arrows say is what the measures would: norm and superposition of the last feature.
    #[test]
    fn arrows_are_of_the_phase_that_the_region_is_named_after() {
        use toy::model::Shape;
        use toy::phase::{Context, Thresholds};
        for m in [1, 2] {
            let shape = Shape { n: 2, m };
            for (name, phases) in [
                ("left out", [Phase::NotRepresented].as_slice()),
                ("own dimension", &[Phase::Dedicated]),
                ("superposition", &[Phase::Antipodal]),
            ] {
                let [last, first] = arrows(name, m as u32);
                let row = |(x, y): (f64, f64)| [x as f32, y as f32];
                let weights: Vec<f32> =
                    [first, last].into_iter().flat_map(|end| row(end)[..m].to_vec()).collect();
                let context = Context { biases: true, excess: None };
                let found = Thresholds::default().classify(&weights, shape.m, context).phase;
                assert!(phases.contains(&found), "{name} in {m}: {found:?}");
            }
        }
    }

    #[test]
    fn names_stand_inside_their_regions() {
        let sweep = Sweep { columns: 48, rows: 48, ..Sweep::default() };
        let picture = Picture::ansatz(&sweep);
        let regions = named(&picture);
        assert_eq!(regions.len(), 3, "{regions:?}");
        for (name, (x, y)) in regions {
            let pixel = (y * 48.0) as usize * 48 + (x * 48.0) as usize;
            let phase = picture.phase_of(pixel).unwrap();
            assert_eq!(phase == Phase::NotRepresented, name == "left out", "{name}");
            assert_eq!(phase == Phase::Dedicated, name == "own dimension", "{name}");
        }
        assert!(named(&Picture::of(&sweep)).is_empty(), "nothing is known yet");
        assert!(named(&Picture::default()).is_empty());
    }
}
