//! A share of a translation's bottlenecks in training.

use crate::checkpoint::{Checkpoint, Header, State};
use crate::cpu;
use crate::cpu::translation::Training;
use crate::error::EngineError;
use std::sync::Arc;
use toy::Spec;
use toy::study::snapshot::Trained;
use toy::study::train::Learner;
use toy::translation::{Base, Text, Translation};
use wire::{Job, Kind};

/// A share of bottlenecks in training, on the CPU.
pub struct TranslationRun {
    translation: Translation,
    text: Arc<Text>,
    base: Arc<Base>,
    training: Training,
    step: u32,
    /// Models that were done before others were taken over.
    finished: Vec<Trained>,
}

impl TranslationRun {
    /// Prepares some bottlenecks at step 0.
    ///
    /// # Errors
    /// When the run is not valid.
    pub fn new(
        translation: &Translation,
        models: &[u32],
        text: Arc<Text>,
        base: Arc<Base>,
    ) -> Result<Self, EngineError> {
        translation.validate()?;
        let training = Training::new(translation, models, text.clone(), &base);
        let translation = translation.clone();
        Ok(Self { translation, text, base, training, step: 0, finished: vec![] })
    }

    /// Goes on from a checkpoint.
    pub(crate) fn restore(
        translation: &Translation,
        header: &Header,
        learners: Vec<Learner>,
        finished: Vec<Trained>,
        (text, base): (Arc<Text>, Arc<Base>),
    ) -> Self {
        let mut training = Training::new(translation, &[], text.clone(), &base);
        training.take_over(learners, &base);
        let (translation, step) = (translation.clone(), header.step);
        Self { translation, text, base, training, step, finished }
    }

    /// See [`Run::checkpoint`](crate::Run::checkpoint).
    pub fn checkpoint(&self) -> Checkpoint {
        let learners: Vec<Learner> =
            self.training.learners().iter().map(|own| own.learner.clone()).collect();
        let header = Header {
            share: learners.iter().map(|learner| learner.model).collect(),
            name: cpu::name(),
            finished: self.finished.iter().map(|trained| trained.model).collect(),
            ..Header::new(Job::Translation(self.translation.clone()), Kind::Cpu, self.step)
        };
        let state = State::Study { learners, finished: self.finished.clone() };
        Checkpoint { header, state }
    }

    /// What is trained.
    pub fn translation(&self) -> &Translation {
        &self.translation
    }

    /// What is translated, and by what.
    pub fn material(&self) -> (Arc<Text>, Arc<Base>) {
        (self.text.clone(), self.base.clone())
    }

    /// Bottlenecks in training.
    pub fn models(&self) -> usize {
        self.training.learners().len()
    }

    /// Steps taken so far.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// Whether every step has been taken.
    pub fn is_done(&self) -> bool {
        self.step >= self.translation.steps
    }

    /// Trains for a slice of some 10 to 50 ms, or one step if that takes longer, but at most
    /// `limit` steps; returns the steps taken (0 when done).
    pub fn advance(&mut self, limit: u32) -> u32 {
        let left = (self.translation.steps - self.step).min(limit);
        if left == 0 {
            return 0;
        }
        let taken = self.training.advance(self.step, left);
        self.step += taken;
        taken
    }

    /// Parts with some of the bottlenecks, to go on elsewhere at this step. None of a run that is
    /// done.
    pub fn give(&mut self, models: &[u32]) -> Vec<Learner> {
        if self.is_done() { vec![] } else { self.training.give(models) }
    }

    /// Goes on from a step with these bottlenecks of another share, now that its own are done.
    pub fn take(&mut self, step: u32, learners: Vec<Learner>) {
        self.finished.extend(self.training.read());
        self.step = step;
        self.training.take_over(learners, &self.base);
    }

    /// Models that were done before others were taken over.
    pub fn finished(&self) -> &[Trained] {
        &self.finished
    }

    /// The bottlenecks in training as they are now.
    pub fn read(&self) -> Vec<Trained> {
        self.training.read()
    }
}
