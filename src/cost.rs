//! How long a run will take: measured where it has been measured, guessed where not.

use toy::Sweep;
use toy::sweep::Data;
use wire::Kind;

/// Runs longer than this, in seconds, wait to be asked for.
pub const LONG: f64 = 20.0;
/// How far a guess may be off.
const DOUBT: f64 = 8.0;

/// What the time of a model-step depends on.
#[derive(Clone, Copy, PartialEq)]
struct Work {
    features: u32,
    hidden: u32,
    batch: Option<u32>,
}

impl Work {
    fn of(sweep: &Sweep) -> Self {
        let batch = (sweep.data == Data::Sampled).then_some(sweep.batch);
        Self { features: sweep.features, hidden: sweep.hidden, batch }
    }

    /// Operations of a model-step, roughly: only ratios matter once anything has been measured.
    fn operations(self) -> f64 {
        let weights = f64::from(self.features * self.hidden);
        match self.batch {
            Some(batch) => 30.0 * weights * f64::from(batch),
            // Every further feature is integrated over numerically.
            None => 200.0 * weights * 4f64.powi(self.features as i32 - 2),
        }
    }
}

/// Speeds measured so far on the engine that runs.
#[derive(Default)]
pub struct Speeds {
    measured: Vec<(Work, f64)>,
    /// Operations a second.
    general: f64,
}

impl Speeds {
    /// What to expect of an engine that has not run yet.
    pub fn new(kind: Kind, workers: usize) -> Self {
        let general = match kind {
            Kind::Gpu => 1e11,
            Kind::Cpu => 2e9 * workers as f64,
        };
        Self { measured: vec![], general }
    }

    /// Notes that this sweep trains at so many model-steps a second.
    pub fn note(&mut self, sweep: &Sweep, rate: f64) {
        if !(rate.is_finite() && rate > 0.0) {
            return;
        }
        let work = Work::of(sweep);
        self.general = rate * work.operations();
        self.measured.retain(|(known, _)| *known != work);
        self.measured.push((work, rate));
    }

    /// Whether a sweep is certain enough to be long that it is not even begun. One that may be
    /// short is, and waits when its speed has been measured.
    pub fn is_long(&self, sweep: &Sweep) -> bool {
        let known = self.measured.iter().any(|(known, _)| *known == Work::of(sweep));
        self.seconds(sweep) > if known { LONG } else { LONG * DOUBT }
    }

    /// Seconds that a sweep will take.
    pub fn seconds(&self, sweep: &Sweep) -> f64 {
        let work = Work::of(sweep);
        let measured = self.measured.iter().find(|(known, _)| *known == work);
        let rate = measured.map_or(self.general / work.operations(), |(_, rate)| *rate);
        total(sweep) / rate
    }
}

/// Model-steps of a whole run.
pub fn total(sweep: &Sweep) -> f64 {
    sweep.models() as f64 * f64::from(sweep.steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_counts_more_than_a_guess() {
        let sweep = Sweep::default();
        let mut speeds = Speeds::new(Kind::Cpu, 2);
        speeds.note(&sweep, total(&sweep) / 3.0);
        assert!((speeds.seconds(&sweep) - 3.0).abs() < 1e-9);
        let longer = Sweep { steps: sweep.steps * 10, ..sweep.clone() };
        assert!((speeds.seconds(&longer) - 30.0).abs() < 1e-9);
        speeds.note(&sweep, f64::NAN);
        assert!((speeds.seconds(&sweep) - 3.0).abs() < 1e-9);
        let sampled = Sweep { data: Data::Sampled, ..sweep };
        assert!(speeds.seconds(&sampled) > 30.0);
        assert!(speeds.is_long(&longer) && speeds.is_long(&sampled));
        // Never measured, and the guess is not far enough beyond the limit.
        let another = Sweep { batch: 64, ..sampled };
        assert!(speeds.seconds(&another) > LONG && !speeds.is_long(&another));
    }
}
