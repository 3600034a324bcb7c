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

/// Measures a GPU's speed by ever more work at once. It begins with so little that no machine takes
/// long for it, since drivers are reset that take seconds, and adds models first, then steps: many
/// models take a large GPU no longer than few.
#[derive(Clone, Debug)]
pub struct Growth {
    models: u32,
    all_models: u32,
    steps: u32,
    most_steps: u32,
    /// Whether part of the models says how long all of them take.
    serial: bool,
    /// Model-steps and time of the first work, once warm: mostly latency.
    first: Option<(f64, Duration)>,
    warm: bool,
}

impl Growth {
    /// Operations to begin with: some ten milliseconds on one core.
    pub const FIRST: u64 = 16_000_000;
    /// Time that is long enough, and time that is aimed at.
    const ENOUGH: Duration = Duration::from_millis(20);
    const TARGET: Duration = Duration::from_millis(30);
    /// Time that is long enough even for part of the models of a machine that has more to give. It is
    /// doubled at most: what takes more than twice as long is never asked for.
    pub const LONG: Duration = Duration::from_millis(100);

    /// Begins with some of so many models, a model-step of which takes so many operations.
    pub fn new(operations: u64, models: u32, most_steps: u32, serial: bool) -> Self {
        let fit = u32::try_from(Self::FIRST / operations.max(1)).unwrap_or(u32::MAX);
        let (all_models, most_steps) = (models.max(1), most_steps.max(1));
        let models = fit.clamp(1, all_models);
        Self { models, all_models, steps: 1, most_steps, serial, first: None, warm: false }
    }

    /// Models and steps to take next.
    pub fn next(&self) -> (u32, u32) {
        (self.models, self.steps)
    }

    /// Notes how long they took; returns model-steps a second once that is known.
    pub fn took(&mut self, time: Duration) -> Option<f64> {
        // The first time, memory is touched that never was before.
        if !std::mem::replace(&mut self.warm, true) {
            return None;
        }
        let work = f64::from(self.models) * f64::from(self.steps);
        let (little, latency) = *self.first.get_or_insert((work, time));
        let all = self.models == self.all_models;
        let enough = time >= Self::ENOUGH && (all || self.serial);
        if enough || time >= Self::LONG || (all && self.steps == self.most_steps) {
            // The first may have been disturbed: it is not believed beyond half the time.
            let (work, net) = if work > little {
                (work - little, time - latency.min(time / 2))
            } else {
                (work, time)
            };
            return Some(work / net.as_secs_f64().max(1e-6));
        }
        let wanted = Self::TARGET.as_secs_f64() / time.as_secs_f64().max(1e-6);
        let factor = wanted.clamp(2.0, 16.0);
        if all {
            self.steps = ((f64::from(self.steps) * factor) as u32).min(self.most_steps);
        } else {
            self.models = ((f64::from(self.models) * factor) as u32).min(self.all_models);
        }
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

    /// On machines as slow as a software adapter on one core and faster, with latency and without,
    /// whatever a model-step takes and however many there are.
    #[test]
    fn no_trial_takes_long_at_once() {
        for operations in [350u64, 20_000, 1_000_000, 30_000_000] {
            for models in [1u32, 63, 4096, 1 << 16, 1 << 20] {
                for (speed, at_once) in [(0.8e9, 4.0), (5e9, 16.0), (1e12, 1e3), (5e13, 1e5)] {
                    for latency in [0.0, 0.005] {
                        // So many models take as long as one.
                        let seconds = |(models, steps): (u32, u32)| {
                            let rounds = (f64::from(models) / at_once).ceil() * at_once;
                            latency + rounds * f64::from(steps) * operations as f64 / speed
                        };
                        let mut growth = Growth::new(operations, models, 1024, false);
                        let (mut rate, mut total) = (None, 0.0);
                        while rate.is_none() {
                            let time = seconds(growth.next());
                            let what = format!("{operations} {models} {speed} {latency}: {time}");
                            assert!(time < 0.2, "{what}");
                            total += time;
                            rate = growth.took(Duration::from_secs_f64(time));
                        }
                        assert!(total < 2.0, "{operations} {models} {speed} {latency}: {total}");
                    }
                }
            }
        }
    }
}
