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
const MEASURING: u32 = 40;

/// A run in training.
pub struct Job {
    id: u32,
    run: Run,
    aggregate: Aggregate,
    thresholds: Thresholds,
    /// The step to pause at.
    goal: Option<u32>,
    trained: Duration,
    measures: Option<(u32, Measures)>,
    measuring: Duration,
    /// When a picture was shown last, and when progress.
    shown: Instant,
    told: Instant,
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
            goal: paused.then_some(0),
            trained: Duration::ZERO,
            measures: None,
            measuring: Duration::ZERO,
            shown: Instant::now(),
            told: Instant::now(),
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
        !self.is_paused() && !self.run.is_done()
    }

    /// Whether every model has come to where it is to wait.
    fn is_paused(&self) -> bool {
        self.goal.is_some_and(|goal| self.run.step() >= goal)
    }

    /// Trains for a slice and shows what is due.
    pub async fn work(&mut self) -> Result<(), EngineError> {
        let start = Instant::now();
        let limit = self.goal.map_or(u32::MAX, |goal| goal.saturating_sub(self.run.step()));
        self.run.advance(limit).await?;
        self.trained += start.elapsed();
        // Pictures wait until all models are at one step.
        let due = self.shown.elapsed() >= INTERVAL.max(self.measuring * MEASURING);
        if !self.is_active() || (due && self.run.ahead() == 0) {
            self.show().await?;
        } else if self.told.elapsed() >= INTERVAL {
            self.progress();
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
        let measures = Measures::new(sweep, rows, parameters, &self.thresholds, effort);
        self.measures = Some((self.run.step(), measures));
        self.picture();
        self.pixel();
        self.progress();
        self.measuring = start.elapsed();
        self.shown = Instant::now();
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
            let repeats = measures.pixel(row, column);
            send(&Report::Pixel { run: self.id, row, column, step: *step, repeats });
        }
    }

    fn progress(&mut self) {
        self.told = Instant::now();
        send(&Report::Progress {
            run: self.id,
            step: self.run.step(),
            model_steps: self.run.model_steps() as f64,
            seconds: self.trained.as_secs_f64(),
            paused: self.is_paused(),
        });
    }

    /// Stops after the current slice, or as soon as no model is ahead of the others.
    pub async fn pause(&mut self) -> Result<(), EngineError> {
        self.goal = Some(self.run.step() + self.run.ahead());
        if self.is_paused() { self.show().await } else { Ok(()) }
    }

    /// Goes on.
    pub fn resume(&mut self) {
        self.goal = None;
        self.progress();
    }

    /// Takes some steps, then pauses.
    pub fn step(&mut self, steps: u32) {
        self.goal = Some((self.run.step() + self.run.ahead()).saturating_add(steps.max(1)));
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
