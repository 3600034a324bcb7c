//! Where the cursor goes: by keyboard and by pointer. A place is (row, column).

use super::axis::place;
use leptos::prelude::*;
use toy::Sweep;
use toy::axis::Span;

/// A place that diagrams share, seen from one whose axes may be others.
#[derive(Clone, Copy)]
pub struct Shared {
    /// The place.
    pub place: RwSignal<Option<(u32, u32)>>,
    /// Whose rows and columns it counts.
    pub of: Signal<Sweep>,
    /// Whose rows and columns are wanted.
    pub own: Signal<Sweep>,
}

impl Shared {
    /// The place here, if this diagram has it.
    pub fn get(self) -> Option<(u32, u32)> {
        let place = self.place.get()?;
        self.of.with(|of| self.own.with(|own| carried(place, of, own)))
    }

    /// The same, for those who do not follow it.
    pub fn get_untracked(self) -> Option<(u32, u32)> {
        untrack(|| self.get())
    }

    /// Goes to a place of this diagram.
    pub fn set(self, place: Option<(u32, u32)>) {
        let there = untrack(|| self.of.with(|of| self.own.with(|own| carried(place?, own, of))));
        if self.place.get_untracked() != there {
            self.place.set(there);
        }
    }
}

/// The pixel of one diagram that stands for what a pixel of another one does.
pub fn carried((row, column): (u32, u32), from: &Sweep, to: &Sweep) -> Option<(u32, u32)> {
    let along = |index: u32, own: (Span, u32), other: (Span, u32), value: f64| {
        if own == other {
            return Some(index);
        }
        let at = place(other.0, other.1, value).floor();
        (0.0..f64::from(other.1)).contains(&at).then_some(at as u32)
    };
    let rows = |s: &Sweep| (s.density, s.rows);
    let columns = |s: &Sweep| (s.importance, s.columns);
    Some((
        along(row, rows(from), rows(to), from.density_at(row))?,
        along(column, columns(from), columns(to), from.importance_at(column))?,
    ))
}

/// How far an arrow goes with the shift key.
const STRIDE: u32 = 8;

/// Where a key takes the cursor; `None` when the key does not move it. Without a cursor the first
/// key puts it in the middle.
pub fn step(
    place: Option<(u32, u32)>,
    key: &str,
    shift: bool,
    (rows, columns): (u32, u32),
) -> Option<(u32, u32)> {
    let stride = if shift { STRIDE } else { 1 };
    let (last_row, last_column) = (rows.saturating_sub(1), columns.saturating_sub(1));
    let (row, column) = place.unwrap_or((last_row / 2, last_column / 2));
    let moved = match key {
        "ArrowUp" => (row.saturating_sub(stride), column),
        "ArrowDown" => (row.saturating_add(stride), column),
        "ArrowLeft" => (row, column.saturating_sub(stride)),
        "ArrowRight" => (row, column.saturating_add(stride)),
        "PageUp" => (row.saturating_sub(STRIDE), column),
        "PageDown" => (row.saturating_add(STRIDE), column),
        "Home" => (row, 0),
        "End" => (row, last_column),
        _ => return None,
    };
    let target = if place.is_some() { moved } else { (row, column) };
    Some((target.0.min(last_row), target.1.min(last_column)))
}

/// Whether the reader points with a finger rather than a mouse.
pub fn touches() -> bool {
    let coarse = window().match_media("(pointer: coarse)").ok().flatten();
    coarse.is_some_and(|query| query.matches())
}

/// The pixel at a point of the picture, given as fractions of its height and width; points outside
/// count as the nearest edge.
pub fn at(down: f64, across: f64, (rows, columns): (u32, u32)) -> (u32, u32) {
    let index = |fraction: f64, count: u32| {
        let scaled = (fraction * f64::from(count)).floor();
        scaled.clamp(0.0, f64::from(count.saturating_sub(1))) as u32
    };
    (index(down, rows), index(across, columns))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_same_density_and_importance_on_every_diagram() {
        let of = |rows, columns| Sweep { rows, columns, ..Sweep::default() };
        let (fine, coarse) = (of(64, 64), of(16, 8));
        assert_eq!(carried((63, 0), &fine, &coarse), Some((15, 0)));
        assert_eq!(carried((5, 7), &fine, &fine), Some((5, 7)));
        let (row, column) = carried((7, 5), &coarse, &fine).unwrap();
        assert_eq!(carried((row, column), &fine, &coarse), Some((7, 5)));
        let dense = Sweep { density: Span::new(1.0, 0.5), ..fine.clone() };
        assert_eq!(carried((63, 3), &fine, &dense), None, "it has no pixel that sparse");
    }

    #[test]
    fn keys_move_within_the_picture() {
        let grid = (64, 32);
        assert_eq!(step(None, "ArrowUp", false, grid), Some((31, 15)));
        assert_eq!(step(Some((0, 0)), "ArrowUp", false, grid), Some((0, 0)));
        assert_eq!(step(Some((0, 0)), "ArrowDown", true, grid), Some((8, 0)));
        assert_eq!(step(Some((60, 30)), "ArrowDown", true, grid), Some((63, 30)));
        assert_eq!(step(Some((60, 30)), "End", false, grid), Some((60, 31)));
        assert_eq!(step(Some((60, 30)), "a", false, grid), None);
        assert_eq!(step(None, "Home", false, (0, 0)), Some((0, 0)));
    }

    #[test]
    fn points_outside_count_as_the_edge() {
        assert_eq!(at(0.5, 0.999, (64, 64)), (32, 63));
        assert_eq!(at(-3.0, 7.0, (64, 64)), (0, 63));
        assert_eq!(at(f64::NAN, 0.0, (64, 64)), (0, 0));
    }
}
