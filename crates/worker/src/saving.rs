//! When a run's state is sent to the page, to go on from if the worker or its device is lost.

use std::time::Duration;

/// Training time from one checkpoint to the next: less than two seconds of work are ever lost, but
/// of runs so large that their checkpoints would fill memory faster than browsers clear it.
const INTERVAL: Duration = Duration::from_millis(1500);
/// Checkpoints take at most about one part in this many of the time. Where reading back is slow it
/// mostly waits for steps that are taken meanwhile.
const PART: u32 = 4;
/// Most bytes of checkpoints a second: every one leaves an old one behind.
const RATE: f64 = 8e6;

/// When the next checkpoint is due, by the time that the run has trained for.
#[derive(Clone, Copy, Debug)]
pub struct Saving {
    interval: Duration,
    last: Duration,
    rest: Duration,
    begun: bool,
}

impl Default for Saving {
    fn default() -> Self {
        Self::every(INTERVAL)
    }
}

impl Saving {
    /// A checkpoint after so much training time.
    pub fn every(interval: Duration) -> Self {
        Self { interval, last: Duration::ZERO, rest: Duration::ZERO, begun: false }
    }

    /// Whether a checkpoint is due.
    pub fn is_due(&self, trained: Duration) -> bool {
        trained.saturating_sub(self.last) >= self.interval.max(self.rest)
    }

    /// Notes a checkpoint, how long it took and how large it is.
    pub fn took(&mut self, trained: Duration, cost: Duration, bytes: usize) {
        let rest = (cost * PART).max(Duration::from_secs_f64(bytes as f64 / RATE));
        *self = Self { last: trained, rest, begun: true, ..*self };
    }

    /// Whether there was any.
    pub fn has_begun(&self) -> bool {
        self.begun
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cheap_and_small_is_saved_often() {
        let second = Duration::from_secs(1);
        let mut saving = Saving::default();
        assert!(!saving.is_due(second) && saving.is_due(2 * second));
        saving.took(2 * second, second / 1000, 1000);
        assert!(!saving.is_due(3 * second) && saving.is_due(4 * second));
        saving.took(4 * second, second, 1000);
        assert!(!saving.is_due(7 * second) && saving.is_due(8 * second));
        // Half of a million models.
        saving.took(8 * second, second / 100, 25_000_000);
        assert!(!saving.is_due(11 * second) && saving.is_due(12 * second));
    }
}
