//! A study, or networks, in training and what the page sees of them.

use crate::models::Models;
use crate::outbox::Outbox;
use crate::saving::Saving;
use crate::task::{Begin, Doing, Task};
use crate::turns::{INTERVAL, MEASURING};
use engine::{EngineError, Live};
use std::time::Duration;
use toy::evaluate::Effort;
use toy::study::Wanted;
use toy::study::snapshot::Trained;
use web_time::Instant;
use wire::{Parcel, Report, Request, frame_step};

/// A study in training.
pub struct StudyTask {
    id: u32,
    outbox: Outbox,
    saving: Saving,
    run: Models,
    wanted: Wanted,
    paused: bool,
    /// Steps to take before pausing, after a request to step.
    allowance: Option<u32>,
    /// Frames of the film, and the next one.
    frames: u32,
    frame: u32,
    trained: Duration,
    model_steps: f64,
    measuring: Duration,
    shown: Option<Instant>,
    told: Instant,
}

impl StudyTask {
    /// Wraps a run and shows where it begins.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn new(begin: Begin, outbox: Outbox, run: Models) -> Result<Self, EngineError> {
        let Begin { id, paused, wanted, frames, saving, .. } = begin;
        let mut task = Self {
            id,
            outbox,
            saving,
            run,
            wanted,
            paused,
            allowance: None,
            frames,
            frame: 0,
            trained: Duration::ZERO,
            model_steps: 0.0,
            measuring: Duration::ZERO,
            shown: None,
            told: Instant::now(),
        };
        if task.run.step() > 0 {
            task.skip_frames();
        }
        let finished = task.run.finished().to_vec();
        task.show(finished).await?;
        task.end();
        Ok(task)
    }

    /// Step of the next frame.
    fn next_frame(&self) -> Option<u32> {
        frame_step(self.frame, self.frames, self.run.steps())
    }

    /// Trains for a slice, which ends where the next frame is, and shows what is due.
    async fn slice(&mut self) -> Result<(), EngineError> {
        let start = Instant::now();
        let to_frame = self.next_frame().map_or(u32::MAX, |step| step - self.run.step());
        let taken = self.run.advance(self.allowance.unwrap_or(u32::MAX).min(to_frame)).await?;
        self.trained += start.elapsed();
        self.model_steps += f64::from(taken) * self.run.models() as f64;
        if let Some(allowance) = &mut self.allowance {
            *allowance -= taken.min(*allowance);
            if *allowance == 0 {
                self.allowance = None;
                self.paused = true;
            }
        }
        let due =
            self.shown.is_none_or(|t| t.elapsed() >= INTERVAL.max(self.measuring * MEASURING));
        let is_frame = self.next_frame() == Some(self.run.step());
        if due || is_frame || !self.is_active() {
            self.show(vec![]).await?;
        } else if self.told.elapsed() >= INTERVAL {
            self.progress();
        }
        // One that takes long ends with a last one, for what comes after it.
        if self.saving.is_due(self.trained) || (self.run.is_done() && self.saving.has_begun()) {
            self.save().await?;
        }
        self.end();
        Ok(())
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
        let checkpoint = self.run.checkpoint().await?;
        let (parts, finished) =
            (checkpoint.header.share.clone(), checkpoint.header.finished.clone());
        let (run, step) = (self.id, self.run.step());
        let report = Report::Checkpoint { run, step, parts, finished };
        let live = Live::Whole(checkpoint);
        self.outbox.send_with(report, &live);
        self.saving.took(self.trained, start.elapsed(), live.size());
        Ok(())
    }

    /// Leaves out the frames up to here, which have been sent before.
    fn skip_frames(&mut self) {
        self.frame = 0;
        while self.next_frame().is_some_and(|next| next <= self.run.step()) {
            self.frame += 1;
        }
    }

    /// Measures the models as they are, and others, and sends them, and progress. Attacks wait for
    /// the end.
    async fn show(&mut self, others: Vec<Trained>) -> Result<(), EngineError> {
        let start = Instant::now();
        let step = self.run.step();
        let frame = (self.next_frame() == Some(step)).then_some(self.frame);
        // With more frames than steps, several are the same step.
        while self.next_frame() == Some(step) {
            self.frame += 1;
        }
        let mut trained = self.run.read().await?;
        trained.extend(others);
        let (wanted, effort) = if self.is_active() {
            (Wanted { vulnerability: false, ..self.wanted }, Effort::Live)
        } else {
            (self.wanted, Effort::Final)
        };
        let report = self.run.report(self.id, trained, frame, wanted, effort);
        self.outbox.send(report);
        self.progress();
        self.measuring = start.elapsed();
        self.shown = Some(Instant::now());
        Ok(())
    }

    fn progress(&mut self) {
        self.told = Instant::now();
        self.outbox.send(Report::Progress {
            run: self.id,
            step: self.run.step(),
            model_steps: self.model_steps,
            seconds: self.trained.as_secs_f64(),
            paused: self.paused,
        });
    }

    /// Stops after the current slice.
    async fn pause(&mut self) -> Result<(), EngineError> {
        self.paused = true;
        self.allowance = None;
        self.show(vec![]).await
    }

    /// Goes on.
    fn resume(&mut self) {
        self.paused = false;
        self.allowance = None;
        self.progress();
    }

    /// Takes some steps, then pauses.
    fn step(&mut self, steps: u32) {
        self.allowance = Some(steps.max(1));
        self.paused = false;
    }

    /// Sends something else from now on.
    async fn want(&mut self, wanted: Wanted) -> Result<(), EngineError> {
        self.wanted = wanted;
        // Models are only ever together at the last step.
        let finished = if self.run.is_done() { self.run.finished().to_vec() } else { vec![] };
        self.show(finished).await
    }

    /// Says what the models make of a sentence.
    fn translate(&self, sentence: String) {
        let said = self.run.translate(&sentence);
        self.outbox.send(Report::Translated { run: self.id, sentence, said });
    }

    /// Parts with some models and sends them.
    async fn give(&mut self, models: &[u32]) -> Result<(), EngineError> {
        let (run, step, learners) = (self.id, self.run.step(), self.run.give(models));
        let none = learners.is_empty();
        self.outbox.send(Report::Given(Parcel { run, step, learners }));
        if none { Ok(()) } else { self.save().await }
    }

    /// Goes on with models of another worker, now that its own are done.
    async fn take(&mut self, parcel: Parcel) -> Result<(), EngineError> {
        self.run.take(parcel.step, parcel.learners);
        (self.paused, self.allowance) = (false, None);
        // The other worker has sent the frames up to here.
        self.skip_frames();
        self.save().await
    }
}

impl Task for StudyTask {
    fn id(&self) -> u32 {
        self.id
    }

    fn is_active(&self) -> bool {
        !self.paused && !self.run.is_done()
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
                Request::Translate(sentence) => self.translate(sentence),
                Request::Wanted(wanted) => self.want(wanted).await?,
                Request::Give { run, models } if run == self.id => self.give(&models).await?,
                Request::Take(parcel) if parcel.run == self.id => self.take(parcel).await?,
                _ => {}
            }
            Ok(())
        })
    }
}
