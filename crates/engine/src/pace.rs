//! Pacing: how many steps make a slice of work short enough to stay responsive, and how many make
//! one long enough to measure a speed by. Backends whose slices hold only some of the models count
//! the steps of these.

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
        self.steps = wanted.clamp(self.steps / 4.0, self.steps * 4.0).clamp(1.0, 1e9);
    }
}

/// Measures a speed by ever more steps at once, until they take long enough to be told from
/// latency.
#[derive(Clone, Debug)]
pub struct Ramp {
    steps: u32,
    most: u32,
    /// Time of one step, once warm: mostly latency.
    one: Option<Duration>,
    warm: bool,
}

impl Ramp {
    /// Time that is long enough, and time that is aimed at.
    const ENOUGH: Duration = Duration::from_millis(20);
    const TARGET: Duration = Duration::from_millis(30);

    /// Begins with a single step; never takes more than `most` at once.
    pub fn new(most: u32) -> Self {
        Self { steps: 1, most: most.max(1), one: None, warm: false }
    }

    /// Steps to take next.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Notes how long they took; returns steps a second once that is known.
    pub fn took(&mut self, time: Duration) -> Option<f64> {
        // The first time, memory is touched that never was before.
        if !std::mem::replace(&mut self.warm, true) {
            return None;
        }
        let one = *self.one.get_or_insert(time);
        if time >= Self::ENOUGH || self.steps == self.most {
            let (steps, net) = match self.steps {
                1 => (1, time),
                // The one step may have been disturbed: it is not believed beyond half the time.
                steps => (steps - 1, time - one.min(time / 2)),
            };
            return Some(f64::from(steps) / net.as_secs_f64().max(1e-6));
        }
        let wanted = Self::TARGET.as_secs_f64() / time.as_secs_f64().max(1e-6);
        let steps = f64::from(self.steps) * wanted.clamp(2.0, 16.0);
        self.steps = (steps as u32).min(self.most);
        None
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

    #[test]
    fn latency_is_no_part_of_a_measured_speed() {
        for (latency, step, most) in [(5.0, 0.1, 1000), (0.0, 50.0, 1000), (0.1, 0.01, 40)] {
            let mut ramp = Ramp::new(most);
            let (mut total, mut rate) = (0.0, None);
            while rate.is_none() {
                assert!(ramp.steps() <= most);
                let time = (latency + step * f64::from(ramp.steps())) / 1e3;
                total += time;
                rate = ramp.took(Duration::from_secs_f64(time));
            }
            assert!(rate.is_some_and(|rate| (rate * step / 1e3 - 1.0).abs() < 0.01), "{rate:?}");
            assert!(total < 0.12, "{total}");
        }
    }
}
