//! What is measured when, so that measuring does not hold training up: how often, and which rows
//! next.

use std::time::Duration;

/// Pictures, snapshots and progress are sent no more often than this.
pub const INTERVAL: Duration = Duration::from_millis(100);
/// The same of pictures where a software adapter trains: to draw one, with all that stands beside
/// it, takes the page some 50 ms of the very cores.
pub const ON_SOFTWARE: Duration = Duration::from_millis(700);
/// Measuring takes at most about one part in this many of the time.
pub const MEASURING: u32 = 33;

/// Goes through rows again and again, each time as many as are asked for, spread over all.
#[derive(Clone, Debug)]
pub struct Turns {
    rows: usize,
    /// Distance from one row to the next, without a divisor in common with the number of rows.
    stride: usize,
    next: usize,
}

impl Turns {
    /// Turns of so many rows.
    pub fn new(rows: usize) -> Self {
        // Near the golden section every few rows in a row are far from each other.
        let near = (0.618 * rows as f64).round() as usize;
        let stride = (near..).find(|&stride| divisor(stride, rows) == 1).unwrap_or(1);
        Self { rows, stride, next: 0 }
    }

    /// The next so many rows, at least one and at most all, in ascending order.
    pub fn take(&mut self, count: usize) -> Vec<usize> {
        let mut taken = vec![false; self.rows];
        for _ in 0..count.max(1).min(self.rows) {
            taken[self.next] = true;
            self.next = (self.next + self.stride) % self.rows;
        }
        (0..self.rows).filter(|&row| taken[row]).collect()
    }
}

/// The greatest common divisor.
fn divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_its_turn() {
        for rows in [1, 2, 3, 32, 33, 128, 255, 1024] {
            let mut turns = Turns::new(rows);
            assert_eq!(turns.take(rows + 5), (0..rows).collect::<Vec<_>>());
            let mut seen = vec![0; rows];
            for _ in 0..rows {
                turns.take(3).into_iter().for_each(|row| seen[row] += 1);
            }
            assert!(seen.iter().all(|&times| times == 3.min(rows)), "{rows}: {seen:?}");
        }
        assert!(Turns::new(0).take(4).is_empty());
    }

    #[test]
    fn few_rows_are_far_from_each_other() {
        let taken = Turns::new(128).take(8);
        let gaps = taken.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(gaps.clone().min() >= Some(8) && gaps.max() <= Some(30), "{taken:?}");
    }
}
