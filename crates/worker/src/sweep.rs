//! A sweep in training and what the page sees of it.

use crate::outbox::Outbox;
use crate::saving::Saving;
use crate::task::{Begin, Doing, Task};
use crate::turns::{INTERVAL, MEASURING, ON_SOFTWARE, Turns};
use engine::{EngineError, SweepRun};
use std::time::Duration;
use toy::aggregate::Aggregate;
use toy::evaluate::Effort;
use toy::phase::Thresholds;
use toy::picture::Measures;
use web_time::Instant;
use wire::{Report, Request};

/// Rows that were read back, by their places in the share.
struct Read {
    /// Steps that their models had taken.
    step: u32,
    rows: Vec<usize>,
    parameters: Vec<f32>,
    /// What reading them took.
    took: Duration,
}

/// A sweep in training.
pub struct SweepTask {
    id: u32,
    outbox: Outbox,
    run: SweepRun,
    /// Model-steps that its models had taken before.
    before: u64,
    saving: Saving,
    aggregate: Aggregate,
    thresholds: Thresholds,
    /// The step to pause at.
    goal: Option<u32>,
    trained: Duration,
    measures: Option<Measures>,
    /// The step of the rows measured last.
    measured: u32,
    turns: Turns,
    /// Time that measuring a row takes.
    a_row: Duration,
    /// When a picture was shown last, and when progress.
    shown: Instant,
    told: Instant,
    inspected: Option<(u32, u32)>,
}

impl SweepTask {
    /// Wraps a run and shows where it begins.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn new(begin: Begin, outbox: Outbox, run: SweepRun) -> Result<Self, EngineError> {
        let Begin { id, paused, thresholds, saving, .. } = begin;
        let aggregate = run.plan().sweep.aggregate;
        let turns = Turns::new(run.plan().rows.len());
        let mut task = Self {
            id,
            outbox,
            before: run.model_steps(),
            saving,
            aggregate,
            thresholds,
            goal: paused.then_some(run.step()),
            run,
            trained: Duration::ZERO,
            measures: None,
            measured: 0,
            turns,
            a_row: Duration::ZERO,
            shown: Instant::now(),
            told: Instant::now(),
            inspected: None,
        };
        task.show().await?;
        task.end();
        Ok(task)
    }

    /// Whether every model has come to where it is to wait.
    fn is_paused(&self) -> bool {
        self.goal.is_some_and(|goal| self.run.step() >= goal)
    }

    async fn slice(&mut self) -> Result<(), EngineError> {
        let mut read = None;
        if self.is_due() {
            let rows = self.some_rows();
            read = Some(self.read(rows, true).await?);
        }
        // A GPU works on the next slice while these rows are measured.
        if let Some(read) = read.take_if(|_| !self.run.on_gpu()) {
            self.measure(read, Effort::Live);
        }
        let start = Instant::now();
        let limit = self.goal.map_or(u32::MAX, |goal| goal.saturating_sub(self.run.step()));
        self.run.advance(limit).await?;
        self.trained += start.elapsed();
        if let Some(read) = read {
            self.measure(read, Effort::Live);
        }
        if !self.is_active() {
            self.show().await?;
        } else if self.told.elapsed() >= INTERVAL {
            self.progress();
        }
        // Where all models are at one step, any of them can go on anywhere.
        if self.run.ahead() == 0 && !self.run.is_done() && self.saving.is_due(self.trained) {
            self.save().await?;
        }
        self.end();
        Ok(())
    }

    /// Whether some rows are to be shown as they are: some time after the last, when all models are
    /// at one step.
    fn is_due(&self) -> bool {
        let least = if self.run.on_software() { ON_SOFTWARE } else { INTERVAL };
        let due = self.shown.elapsed() >= least.max(self.a_row * MEASURING);
        due && self.run.ahead() == 0 && self.run.step() > self.measured
    }

    /// Says when every step has been taken.
    fn end(&self) {
        if self.run.is_done() {
            self.outbox.send(Report::Done { run: self.id });
        }
    }

    /// Sends what to go on from.
    async fn save(&mut self) -> Result<(), EngineError> {
        let start = Instant::now();
        let parts = self.run.plan().rows.clone();
        let (run, step) = (self.id, self.run.step());
        let report = Report::Checkpoint { run, step, parts, finished: vec![] };
        let live = self.run.live().await?;
        self.outbox.send_with(report, &live);
        let bytes = live.size();
        self.saving.took(self.trained, start.elapsed(), bytes);
        Ok(())
    }

    /// Measures all models as they are and sends picture, progress and the inspected pixel.
    async fn show(&mut self) -> Result<(), EngineError> {
        let rows = (0..self.run.plan().rows.len()).collect();
        let read = self.read(rows, false).await?;
        let effort = if self.is_active() { Effort::Live } else { Effort::Final };
        self.measure(read, effort);
        Ok(())
    }

    /// Reads back some rows, by their places in the share; a `slice` is to follow or not.
    async fn read(&mut self, rows: Vec<usize>, slice: bool) -> Result<Read, EngineError> {
        let start = Instant::now();
        let parameters = match slice {
            true => self.run.parameters_before_next(&rows).await?,
            false => self.run.parameters_of(&rows).await?,
        };
        Ok(Read { step: self.run.step(), rows, parameters, took: start.elapsed() })
    }

    /// Measures what was read back and sends it, with the progress.
    fn measure(&mut self, read: Read, effort: Effort) {
        let start = Instant::now();
        let Read { step, rows, parameters, took } = read;
        let plan = self.run.plan();
        let all = plan.rows.len();
        let numbers: Vec<u32> = rows.iter().map(|&row| plan.rows[row]).collect();
        let part = Measures::new(&plan.sweep, &numbers, parameters, &self.thresholds, effort);
        self.measured = step;
        self.picture(&part);
        match &mut self.measures {
            Some(measures) if rows.len() < all => measures.place(&part),
            measures => *measures = Some(part),
        }
        self.pixel();
        self.progress();
        let took = (took + start.elapsed()) / rows.len().max(1) as u32;
        // Less is believed at once: the first time no code is compiled yet, and any time another
        // process may have had the core.
        let before = self.a_row;
        self.a_row = if took < before || before.is_zero() { took } else { (7 * before + took) / 8 };
        self.shown = Instant::now();
    }

    /// The rows to be measured now, as many as [`MEASURING`] allows, by their places in the share; one looked at is always among them.
    fn some_rows(&mut self) -> Vec<usize> {
        let time = self.shown.elapsed() / MEASURING;
        let mut rows = self.turns.take((time.as_nanos() / self.a_row.as_nanos().max(1)) as usize);
        let inspected = self.inspected.map(|(row, _)| row);
        let place = self.run.plan().rows.iter().position(|&row| Some(row) == inspected);
        if let Some(place) = place
            && let Err(at) = rows.binary_search(&place)
        {
            rows.insert(at, place);
        }
        rows
    }

    fn picture(&self, measures: &Measures) {
        let picture = measures.picture(self.aggregate);
        self.outbox.send(Report::Picture { run: self.id, step: self.measured, picture });
    }

    fn picture_again(&self) {
        self.measures.iter().for_each(|measures| self.picture(measures));
    }

    fn pixel(&self) {
        if let (Some((row, column)), Some(measures)) = (self.inspected, &self.measures) {
            let (step, repeats) = (self.measured, measures.pixel(row, column));
            self.outbox.send(Report::Pixel { run: self.id, row, column, step, repeats });
        }
    }

    fn progress(&mut self) {
        self.told = Instant::now();
        self.outbox.send(Report::Progress {
            run: self.id,
            step: self.run.step(),
            model_steps: (self.run.model_steps() - self.before) as f64,
            seconds: self.trained.as_secs_f64(),
            paused: self.is_paused(),
        });
    }

    /// Stops after the current slice, or as soon as no model is ahead of the others.
    async fn pause(&mut self) -> Result<(), EngineError> {
        self.goal = Some(self.run.step() + self.run.ahead());
        if self.is_paused() { self.show().await } else { Ok(()) }
    }

    /// Goes on.
    fn resume(&mut self) {
        self.goal = None;
        self.progress();
    }

    /// Takes some steps, then pauses.
    fn step(&mut self, steps: u32) {
        self.goal = Some((self.run.step() + self.run.ahead()).saturating_add(steps.max(1)));
    }

    /// Shows the repeats under another aggregation.
    fn aggregate(&mut self, aggregate: Aggregate) {
        self.aggregate = aggregate;
        self.picture_again();
    }

    /// Shows the phases by other thresholds.
    fn thresholds(&mut self, thresholds: Thresholds) {
        self.thresholds = thresholds;
        if let Some(measures) = &mut self.measures {
            measures.reclassify(&self.run.plan().sweep, &thresholds);
        }
        self.picture_again();
        self.pixel();
    }

    /// Sends the parameters of all models as they are.
    async fn weights(&mut self) -> Result<(), EngineError> {
        let rows = self.run.plan().rows.clone();
        let parameters = self.run.parameters_of(&(0..rows.len()).collect::<Vec<_>>()).await?;
        self.outbox.send(Report::Weights { run: self.id, rows, parameters });
        Ok(())
    }

    /// Shows a pixel's repeats, now and with every picture to come.
    fn inspect(&mut self, row: u32, column: u32) {
        self.inspected = Some((row, column));
        self.pixel();
    }
}

impl Task for SweepTask {
    fn id(&self) -> u32 {
        self.id
    }

    fn is_active(&self) -> bool {
        !self.is_paused() && !self.run.is_done()
    }

    fn work(&mut self) -> Doing<'_, ()> {
        Box::pin(self.slice())
    }

    fn handle(&mut self, request: Request) -> Doing<'_, ()> {
        Box::pin(async move {
            match request {
                Request::Pause => self.pause().await?,
                Request::Resume => self.resume(),
                Request::Step(steps) => self.step(steps),
                Request::Aggregate(aggregate) => self.aggregate(aggregate),
                Request::Thresholds(thresholds) => self.thresholds(thresholds),
                Request::Inspect { row, column } => self.inspect(row, column),
                Request::Weights { run } if run == self.id => self.weights().await?,
                _ => {}
            }
            Ok(())
        })
    }
}
