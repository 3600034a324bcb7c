//! Where the cursor goes: by keyboard and by pointer. A place is (row, column).

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
