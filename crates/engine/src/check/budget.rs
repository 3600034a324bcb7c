//! How much of a run the CPU checks, by what that takes it.

use crate::gpu::record::{LONGEST, MOST_DISPATCHES, TOGETHER};
use std::time::Duration;
use web_time::Instant;

/// Time that the CPU may take to check a slice, which takes the GPU some 30 ms.
const A_SLICE: Duration = Duration::from_millis(8);
/// Where even the shortest check takes twice as long, checks are this many times their length apart.
const APART: u32 = 10;

/// What checks have taken so far.
pub struct Budget {
    /// Time for a step of the models that are checked together.
    step_time: Option<Duration>,
    /// When the last check was done, and how long it took.
    last: Instant,
    took: Duration,
    steps: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { step_time: None, last: Instant::now(), took: Duration::ZERO, steps: 0 }
    }
}

impl Budget {
    /// Notes how long the check of some steps took.
    pub fn took(&mut self, steps: u32, time: Duration) {
        if steps > 0 {
            let now = time / steps;
            // The first time, memory is touched that never was before.
            let measured = self.steps > 1;
            let before = self.step_time.filter(|_| measured);
            self.step_time = Some(before.map_or(now, |before| (3 * before + now) / 4));
            self.steps += u64::from(steps);
            (self.took, self.last) = (time, Instant::now());
        }
    }

    /// Steps checked so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    fn affordable(&self) -> u32 {
        let a_step = self.step_time.unwrap_or(A_SLICE).as_secs_f64().max(1e-9);
        (A_SLICE.as_secs_f64() / a_step).clamp(1.0, 1e9) as u32
    }

    /// Steps of a dispatch, such that one can be checked.
    pub fn longest(&self) -> u32 {
        self.affordable().min(LONGEST)
    }

    /// Dispatches of a slice that can be checked.
    pub fn passages(&self) -> usize {
        ((self.affordable() / self.longest()) as usize).clamp(1, MOST_DISPATCHES)
    }

    /// Whether records of so many steps each are to be checked before there are more: as many as are
    /// read together, or as take as long as one slice's may.
    pub fn is_enough(&self, records: impl ExactSizeIterator<Item = u32>) -> bool {
        records.len() >= TOGETHER || records.sum::<u32>() >= self.affordable()
    }

    /// Whether checks have taken so long that the next one has to wait.
    pub fn is_spent(&self) -> bool {
        self.took > 2 * A_SLICE && self.last.elapsed() < APART * self.took
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_checked_follows_what_it_takes() {
        let mut budget = Budget::default();
        for _ in 0..40 {
            budget.took(64, Duration::from_micros(64));
        }
        assert_eq!((budget.longest(), budget.passages()), (LONGEST, MOST_DISPATCHES));
        // Slices of one step each wait for each other.
        assert!(!budget.is_enough([1; TOGETHER - 1].into_iter()));
        assert!(budget.is_enough([1; TOGETHER].into_iter()));
        for _ in 0..40 {
            budget.took(8, Duration::from_millis(8));
        }
        assert_eq!((budget.longest(), budget.passages()), (8, 1));
        assert!(!budget.is_enough([3, 3].into_iter()) && budget.is_enough([3, 3, 3].into_iter()));
        assert!(!budget.is_spent());
        for _ in 0..40 {
            budget.took(1, Duration::from_secs(100));
        }
        assert_eq!((budget.longest(), budget.passages()), (1, 1));
        assert!(budget.is_spent());
    }
}
