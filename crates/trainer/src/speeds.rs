//! How long a run will take: measured where it has been measured, guessed where not.

use toy::{Sweep, sweep::Data};
use wire::{Class, Job, Kind};

/// Runs longer than this, in seconds, wait to be asked for.
pub const LONG: f64 = 20.0;
/// How far a guess may be off.
const DOUBT: f64 = 8.0;

/// What the time of a model-step depends on.
#[derive(Clone, Debug, PartialEq)]
enum Work {
    Sweep { features: u32, hidden: u32, samples: Option<f64> },
    Other(Class),
}

/// What drawing a batch takes, in the time of as many samples.
const DRAWING: f64 = 60.0;

/// Samples of a batch that are not zero, on average over the rows: zeros cost nothing.
fn samples(sweep: &Sweep) -> f64 {
    let some = |row| 1.0 - (1.0 - sweep.density_at(row)).powi(sweep.features as i32);
    let share = (0..sweep.rows).map(some).sum::<f64>() / f64::from(sweep.rows.max(1));
    f64::from(sweep.batch) * share
}

impl Work {
    fn of(job: &Job) -> Self {
        match job {
            Job::Sweep(sweep) => {
                let samples = (sweep.data == Data::Sampled).then(|| samples(sweep));
                Self::Sweep { features: sweep.features, hidden: sweep.hidden, samples }
            }
            job => Self::Other(Class::of(job)),
        }
    }

    /// Operations of a model-step, roughly: only ratios matter once anything has been measured.
    /// `None` where nothing is known before.
    fn operations(&self) -> Option<f64> {
        let Self::Sweep { features, hidden, samples } = *self else { return None };
        let weights = f64::from(features * hidden);
        Some(match samples {
            Some(samples) => 15.0 * weights * (DRAWING + samples),
            // Every further feature is integrated over numerically.
            None => 200.0 * weights * 4f64.powi(features as i32 - 2),
        })
    }
}

/// Speeds measured so far on one kind of engine.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Speeds {
    measured: Vec<(Work, f64)>,
    /// Operations a second.
    general: f64,
}

impl Speeds {
    /// What to expect of an engine that has not run yet.
    pub fn new(kind: Kind, workers: usize) -> Self {
        let general = match kind {
            Kind::Gpu => 1e11,
            Kind::Cpu => 1e10 * workers as f64,
        };
        Self { measured: vec![], general }
    }

    /// Notes that this job trains at so many model-steps a second.
    pub fn note(&mut self, job: &Job, rate: f64) {
        if !(rate.is_finite() && rate > 0.0) {
            return;
        }
        let work = Work::of(job);
        if let Some(operations) = work.operations() {
            self.general = rate * operations;
        }
        self.measured.retain(|(known, _)| *known != work);
        self.measured.push((work, rate));
    }

    /// Whether a job is certain enough to be long that it is not even begun. One that may be short
    /// is, and waits when its speed has been measured.
    pub fn is_long(&self, job: &Job) -> bool {
        let known = self.measured.iter().any(|(known, _)| *known == Work::of(job));
        self.seconds(job).is_some_and(|s| s > if known { LONG } else { LONG * DOUBT })
    }

    /// Seconds that a job will take, if that can be said.
    pub fn seconds(&self, job: &Job) -> Option<f64> {
        let work = Work::of(job);
        let measured = self.measured.iter().find(|(known, _)| *known == work);
        let guessed = || work.operations().map(|operations| self.general / operations);
        let rate = measured.map(|(_, rate)| *rate).or_else(guessed)?;
        Some(job.model_steps() / rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use toy::Study;

    #[test]
    fn what_was_measured_counts_more_than_a_guess() {
        let sweep = Sweep::default();
        let job = |sweep: &Sweep| Job::Sweep(sweep.clone());
        let mut speeds = Speeds::new(Kind::Cpu, 2);
        let seconds = |speeds: &Speeds, sweep: &Sweep| speeds.seconds(&job(sweep)).unwrap();
        speeds.note(&job(&sweep), job(&sweep).model_steps() / 3.0);
        assert!((seconds(&speeds, &sweep) - 3.0).abs() < 1e-9);
        let longer = Sweep { steps: sweep.steps * 10, ..sweep.clone() };
        assert!((seconds(&speeds, &longer) - 30.0).abs() < 1e-9);
        speeds.note(&job(&sweep), f64::NAN);
        assert!((seconds(&speeds, &sweep) - 3.0).abs() < 1e-9);
        let sampled = Sweep { data: Data::Sampled, batch: 8192, ..sweep };
        assert!(seconds(&speeds, &sampled) > 30.0);
        assert!(speeds.is_long(&job(&longer)) && speeds.is_long(&job(&sampled)));
        // Never measured, and the guess is not far enough beyond the limit.
        let another = Sweep { batch: 512, ..sampled };
        assert!(seconds(&speeds, &another) > LONG && !speeds.is_long(&job(&another)));
    }

    /// Two workers in Chromium on two cores with AVX2, by `bench/compare`.
    #[test]
    fn a_first_guess_is_of_the_right_order() {
        let grid = Sweep { columns: 64, rows: 64, features: 2, hidden: 1, ..Sweep::default() };
        let exact = Sweep { data: Data::Exact, ..grid.clone() };
        let sampled = Sweep { data: Data::Sampled, batch: 1024, ..grid };
        for (sweep, measured) in [(exact, 63e6), (sampled, 2.3e6)] {
            let job = Job::Sweep(sweep);
            let guess = job.model_steps() / Speeds::new(Kind::Cpu, 2).seconds(&job).unwrap();
            assert!((1.0 / 3.0..3.0).contains(&(guess / measured)), "{guess} for {measured}");
        }
    }

    #[test]
    fn nothing_is_said_of_a_study_that_was_never_trained() {
        let job = Job::Study(Study::default());
        let mut speeds = Speeds::new(Kind::Cpu, 2);
        assert!(speeds.seconds(&job).is_none() && !speeds.is_long(&job));
        speeds.note(&job, job.model_steps() / 50.0);
        assert!(speeds.is_long(&job));
    }
}
