//! A translation model in training, for bottlenecks to be put into.

use crate::outbox::Outbox;
use engine::cpu::translation::{BaseTraining, Evaluator};
use std::sync::Arc;
use std::time::Duration;
use toy::translation::base::Recipe;
use toy::translation::language::Part;
use toy::translation::{Brief, Text, Translation};
use web_time::Instant;
use wire::Report;

/// How long it trains between two looks at the worker's inbox; a step may take longer.
const SLICE: Duration = Duration::from_millis(50);
/// How often it says how far it is.
const EVERY: Duration = Duration::from_secs(1);
/// Held-out sentences that it is judged by at the end.
const JUDGED: u32 = 128;

/// A model in training.
pub struct BaseTask {
    run: u32,
    text: Arc<Text>,
    training: BaseTraining,
    /// Losses since the last report.
    losses: Vec<f32>,
    told: Instant,
}

impl BaseTask {
    /// A model of a text, trained by so many steps of the recipe.
    pub fn new(run: u32, text: Text, steps: u32) -> Self {
        let text = Arc::new(text);
        let training = BaseTraining::new(text.clone(), Recipe::of_steps(steps));
        Self { run, text, training, losses: vec![], told: Instant::now() }
    }

    /// Trains for a slice and says how far it is; returns whether anything is left to do.
    pub fn work(&mut self, outbox: &Outbox) -> bool {
        let start = Instant::now();
        while start.elapsed() < SLICE && !self.training.is_done() {
            self.losses.push(self.training.advance());
        }
        if self.training.is_done() {
            self.end(outbox);
            return false;
        }
        if self.told.elapsed() >= EVERY {
            self.tell(outbox);
        }
        true
    }

    fn tell(&mut self, outbox: &Outbox) {
        let losses = std::mem::take(&mut self.losses);
        if !losses.is_empty() {
            let loss = losses.iter().sum::<f32>() / losses.len() as f32;
            let (step, validation) = (self.training.step(), self.training.validation());
            outbox.send(Report::Base { run: self.run, step, loss, validation });
        }
        self.told = Instant::now();
    }

    /// Hands the model over as it is.
    pub fn end(&mut self, outbox: &Outbox) {
        self.tell(outbox);
        // What is judged is what its file gives back.
        let base = self.training.base().rounded();
        let bytes = base.to_bytes();
        let judge_by = Translation { held_out: JUDGED, ..Translation::default() };
        let evaluator = Evaluator::new(&judge_by, self.text.clone(), Arc::new(base), Part::Test);
        let judged = Brief::from(&evaluator.without_probes().base());
        let step = self.training.step();
        outbox.send(Report::Learned { run: self.run, step, base: bytes, judged });
    }
}
