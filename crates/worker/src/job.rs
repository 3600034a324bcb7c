//! A run in training and what the page sees of it.

use crate::post::send;
use engine::{EngineError, Run};
use std::time::Duration;
use toy::aggregate::Aggregate;
use toy::evaluate::Effort;
use toy::phase::Thresholds;
use toy::picture::Measures;
use web_time::Instant;
use wire::Report;

/// Pictures and progress are sent no more often than this.
const INTERVAL: Duration = Duration::from_millis(100);
/// Measuring takes at most about one part in this many of the time.
const MEASURING: u32 = 10;

/// A run in training.
pub struct Job {
    id: u32,
    run: Run,
    aggregate: Aggregate,
    thresholds: Thresholds,
    paused: bool,
    /// Steps to take before pausing, after a request to step.
    allowance: Option<u32>,
    trained: Duration,
    steps_trained: u32,
    measures: Option<(u32, Measures)>,
    measuring: Duration,
    shown: Option<Instant>,
    inspected: Option<(u32, u32)>,
}

impl Job {
    /// Wraps a run at step 0 and shows its start.
    pub async fn new(
        id: u32,
        run: Run,
        thresholds: Thresholds,
        paused: bool,
    ) -> Result<Self, EngineError> {
        let aggregate = run.plan().sweep.aggregate;
        let mut job = Self {
            id,
            run,
            aggregate,
            thresholds,
            paused,
            allowance: None,
            trained: Duration::ZERO,
            steps_trained: 0,
            measures: None,
            measuring: Duration::ZERO,
            shown: None,
            inspected: None,
        };
        job.show().await?;
        Ok(job)
    }

    /// Number the page knows the run by.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Whether there is work to do now.
    pub fn is_active(&self) -> bool {
        !self.paused && !self.run.is_done()
    }

    /// Trains for a slice and shows what is due.
    pub async fn work(&mut self) -> Result<(), EngineError> {
        let start = Instant::now();
        let taken = self.run.advance(self.allowance.unwrap_or(u32::MAX)).await?;
        self.trained += start.elapsed();
        self.steps_trained += taken;
        if let Some(allowance) = &mut self.allowance {
            *allowance -= taken.min(*allowance);
            if *allowance == 0 {
                self.allowance = None;
                self.paused = true;
            }
        }
        let due =
            self.shown.is_none_or(|t| t.elapsed() >= INTERVAL.max(self.measuring * MEASURING));
        if due || !self.is_active() {
            self.show().await?;
        }
        if self.run.is_done() {
            send(&Report::Done { run: self.id });
        }
        Ok(())
    }

    /// Measures the models as they are and sends picture, progress and the inspected pixel.
    async fn show(&mut self) -> Result<(), EngineError> {
        let start = Instant::now();
        let parameters = self.run.parameters().await?;
        let plan = self.run.plan();
        let effort = if self.is_active() { Effort::Live } else { Effort::Final };
        let (sweep, rows) = (&plan.sweep, &plan.rows);
        let measures = Measures::new(sweep, rows, &parameters, &self.thresholds, effort);
        self.measures = Some((self.run.step(), measures));
        self.picture();
        self.pixel();
        self.progress();
        self.measuring = start.elapsed();
        self.shown = Some(Instant::now());
        Ok(())
    }

    fn picture(&self) {
        if let Some((step, measures)) = &self.measures {
            let picture = measures.picture(self.aggregate);
            send(&Report::Picture { run: self.id, step: *step, picture });
        }
    }

    fn pixel(&self) {
        if let (Some((row, column)), Some((step, measures))) = (self.inspected, &self.measures) {
            let repeats = measures.pixel(row, column).to_vec();
            send(&Report::Pixel { run: self.id, row, column, step: *step, repeats });
        }
    }

    fn progress(&self) {
        send(&Report::Progress {
            run: self.id,
            step: self.run.step(),
            model_steps: f64::from(self.steps_trained) * self.run.plan().models() as f64,
            seconds: self.trained.as_secs_f64(),
            paused: self.paused,
        });
    }

    /// Stops after the current slice.
    pub async fn pause(&mut self) -> Result<(), EngineError> {
        self.paused = true;
        self.allowance = None;
        self.show().await
    }

    /// Goes on.
    pub fn resume(&mut self) {
        self.paused = false;
        self.allowance = None;
        self.progress();
    }

    /// Takes some steps, then pauses.
    pub fn step(&mut self, steps: u32) {
        self.allowance = Some(steps.max(1));
        self.paused = false;
    }

    /// Shows the repeats under another aggregation.
    pub fn aggregate(&mut self, aggregate: Aggregate) {
        self.aggregate = aggregate;
        self.picture();
    }

    /// Shows the phases by other thresholds.
    pub fn thresholds(&mut self, thresholds: Thresholds) {
        self.thresholds = thresholds;
        if let Some((_, measures)) = &mut self.measures {
            measures.reclassify(&self.run.plan().sweep, &thresholds);
        }
        self.picture();
        self.pixel();
    }

    /// Shows a pixel's repeats, now and with every picture to come.
    pub fn inspect(&mut self, row: u32, column: u32) {
        self.inspected = Some((row, column));
        self.pixel();
    }
}
