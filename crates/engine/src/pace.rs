//! Pacing: how many steps make a slice of work short enough to stay responsive.

use std::time::Duration;

/// Chooses the number of steps a slice so that a slice takes about its target time.
#[derive(Clone, Debug)]
pub struct Pace {
    target: Duration,
    steps: f64,
}

impl Pace {
    /// Starts careful, with one step, since nothing is known of the machine yet.
    pub fn new(target: Duration) -> Self {
        Self { target, steps: 1.0 }
    }

    /// Steps for the next slice, at least 1.
    pub fn steps(&self) -> u32 {
        self.steps as u32
    }

    /// Learns from a slice: moves towards the target, at most fourfold up or down at a time.
    pub fn took(&mut self, steps: u32, time: Duration) {
        let seconds = time.as_secs_f64().max(1e-6);
        let wanted = f64::from(steps) * self.target.as_secs_f64() / seconds;
        self.steps = wanted.clamp(self.steps / 4.0, self.steps * 4.0).clamp(1.0, 1e6);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settles_at_the_target() {
        let mut pace = Pace::new(Duration::from_millis(30));
        for _ in 0..10 {
            let steps = pace.steps();
            pace.took(steps, Duration::from_micros(100) * steps);
        }
        assert_eq!(pace.steps(), 300);
        pace.took(300, Duration::from_secs(3));
        assert_eq!(pace.steps(), 75);
    }
}
