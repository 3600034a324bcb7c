//! Names of the regions of a diagram, and where there is room for them.

use toy::phase::Phase;
use toy::picture::Picture;

/// A name and where its middle stands, in parts of the picture's width and height.
pub type Region = (&'static str, (f64, f64));

/// Part of the picture's side that a region must reach to every side of its name.
const ROOM: f64 = 0.11;

/// The regions that are large enough for their names: each is named where it is widest.
pub fn named(picture: &Picture) -> Vec<Region> {
    let (columns, rows) = (picture.columns as usize, picture.rows.len());
    let kind = |pixel: usize| match picture.phase_of(pixel)? {
        Phase::NotRepresented => Some("left out"),
        Phase::Dedicated => Some("a dimension of its own"),
        Phase::Diverged => None,
        _ => Some("superposition"),
    };
    let kinds: Vec<_> = (0..columns * rows).map(kind).collect();
    // Steps to whatever is something else, or to the edge, from above and from below.
    let mut far = vec![0usize; kinds.len()];
    let mut sweep = |order: &mut dyn Iterator<Item = usize>, back: bool| {
        for pixel in order {
            let (row, column) = (pixel / columns, pixel % columns);
            let inside = (1..rows.saturating_sub(1)).contains(&row)
                && (1..columns.saturating_sub(1)).contains(&column);
            let beside = if back {
                [pixel + 1, pixel + columns - 1, pixel + columns, pixel + columns + 1]
            } else {
                [
                    pixel.wrapping_sub(1),
                    pixel.wrapping_sub(columns + 1),
                    pixel.wrapping_sub(columns),
                    pixel.wrapping_sub(columns - 1),
                ]
            };
            let near = beside.iter().map(|&other| match kinds.get(other) {
                Some(own) if inside && *own == kinds[pixel] => far[other] + 1,
                _ => 0,
            });
            let near = near.min().unwrap_or(0);
            far[pixel] = if back { far[pixel].min(near) } else { near };
        }
    };
    sweep(&mut (0..columns * rows), false);
    sweep(&mut (0..columns * rows).rev(), true);
    let widest = |name: &'static str| {
        let own = (0..kinds.len()).filter(|&pixel| kinds[pixel] == Some(name));
        let pixel = own.max_by_key(|&pixel| far[pixel])?;
        let enough = far[pixel] as f64 >= ROOM * columns.min(rows) as f64;
        let at = |index: usize, count: usize| (index as f64 + 0.5) / count as f64;
        enough.then(|| (name, (at(pixel % columns, columns), at(pixel / columns, rows))))
    };
    ["left out", "a dimension of its own", "superposition"].into_iter().filter_map(widest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use toy::Sweep;

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
            assert_eq!(phase == Phase::Dedicated, name.starts_with("a dimension"), "{name}");
        }
        assert!(named(&Picture::of(&sweep)).is_empty(), "nothing is known yet");
        assert!(named(&Picture::default()).is_empty());
    }
}
