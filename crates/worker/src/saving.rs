//! When a run's state is sent to the page, to go on from if the worker or its device is lost.

use std::time::Duration;

/// Training time from one checkpoint to the next: less than two seconds of work are ever lost.
const INTERVAL: Duration = Duration::from_millis(1500);
/// Checkpoints take at most about one part in this many of the time. Where reading back is slow it
/// mostly waits for steps that are taken meanwhile.
const PART: u32 = 4;

/// When the next checkpoint is due, by the time that the run has trained for.
#[derive(Clone, Copy, Debug)]
pub struct Saving {
    interval: Duration,
    last: Duration,
    cost: Duration,
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
        Self { interval, last: Duration::ZERO, cost: Duration::ZERO, begun: false }
    }

    /// Whether a checkpoint is due.
    pub fn is_due(&self, trained: Duration) -> bool {
        trained.saturating_sub(self.last) >= self.interval.max(self.cost * PART)
    }

    /// Notes a checkpoint and how long it took.
    pub fn took(&mut self, trained: Duration, cost: Duration) {
        *self = Self { last: trained, cost, begun: true, ..*self };
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
    fn what_is_cheap_is_saved_often() {
        let second = Duration::from_secs(1);
        let mut saving = Saving::default();
        assert!(!saving.is_due(second) && saving.is_due(2 * second));
        saving.took(2 * second, second / 1000);
        assert!(!saving.is_due(3 * second) && saving.is_due(4 * second));
        saving.took(4 * second, second);
        assert!(!saving.is_due(7 * second) && saving.is_due(8 * second));
    }
}
