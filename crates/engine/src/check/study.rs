//! A study in training on a GPU that is checked.

use super::budget::Budget;
use super::judge::{NEAR, WIDER, misfit, nearby};
use crate::EngineError;
use crate::cpu::study::Training;
use crate::gpu::record::{Follow, Record};
use crate::gpu::{Gpu, StudyTraining};
use crate::study::Plan;
use std::ops::Range;
use toy::Study;
use toy::random::block;
use toy::study::curve;
use toy::study::snapshot::Trained;
use toy::study::train::Learner;
use toy::train::Model;
use web_time::Instant;
use wire::Shard;

/// States from which the CPU trains a model at a first look and at a second one.
const FIRST_LOOK: u32 = 2;
const SECOND_LOOK: u32 = 6;

/// Whether a GPU takes a model of a study through its first steps as the CPU does.
pub(super) async fn rehearse(gpu: &Gpu, study: &Study) -> Result<(), EngineError> {
    let models = 0..study.models() as u32;
    let density = |model: &u32| study.density_at(study.place(*model).0);
    let densest = models.max_by(|a, b| density(a).total_cmp(&density(b))).unwrap_or(0);
    let plan = Plan { models: vec![densest], ..Plan::new(study, Shard::ALL) };
    CheckedStudy::new(gpu, &plan).await.map(drop)
}

/// A share of a study in training on a GPU, some of whose models the CPU trains again.
pub struct CheckedStudy {
    gpu: StudyTraining,
    /// What the CPU is yet to compare.
    pending: Option<Record>,
    budget: Budget,
    turn: u32,
    /// Place in the share of a model with the most work.
    densest: usize,
}

impl CheckedStudy {
    /// Uploads the models of a plan, once the GPU has shown that it trains one of them as the CPU
    /// does.
    ///
    /// # Errors
    /// When it does not, is lost or has too little memory.
    pub async fn new(gpu: &Gpu, plan: &Plan) -> Result<Self, EngineError> {
        gpu.trusted()?;
        let training = StudyTraining::new(gpu, plan).await?;
        let density =
            |place: &usize| plan.study.density_at(plan.study.place(plan.models[*place]).0);
        let places = 0..plan.models.len();
        let densest = places.max_by(|a, b| density(a).total_cmp(&density(b))).unwrap_or(0);
        let budget = Budget::default();
        let mut checked = Self { gpu: training, pending: None, budget, turn: 0, densest };
        if !plan.models.is_empty() {
            checked.rehearse(plan).await?;
        }
        Ok(checked)
    }

    /// Takes one model through the first steps and back.
    async fn rehearse(&mut self, plan: &Plan) -> Result<(), EngineError> {
        let (place, mut start) = (self.densest, None);
        for first in [0, 1] {
            // One step, to see what a step takes the CPU; then as many as a dispatch will have.
            let longest = if first == 0 { 1 } else { self.budget.longest() };
            let steps = (plan.study.steps - first).min(longest);
            if steps == 0 {
                break;
            }
            self.gpu.keep_short(steps);
            self.gpu.rehearse(place, first, steps);
            let Some(record) = self.gpu.recorded() else { break };
            let states = self.gpu.read_record(record).await?;
            start.get_or_insert_with(|| states[0].1.clone());
            self.compare(plan, place, &states)?;
        }
        if let Some(start) = start {
            self.gpu.put_back(place, &start);
        }
        Ok(())
    }

    /// Trains for about one slice, at most `limit` steps from `step` on; returns the steps taken.
    /// Meanwhile, the CPU checks the slice before; at the end of the run this one as well.
    ///
    /// # Errors
    /// When the GPU is lost or computes something wrong.
    pub async fn advance(
        &mut self,
        plan: &Plan,
        step: u32,
        limit: u32,
    ) -> Result<u32, EngineError> {
        self.turn += 1;
        let follow = (!plan.models.is_empty()).then(|| {
            self.gpu.keep_short(self.budget.longest());
            let place = self.pick(plan);
            let (passages, last_only) = (self.budget.passages(), self.budget.is_spent());
            Follow { models: place..place + 1, passages, last_only }
        });
        let taken = self.gpu.advance_recording(step, limit, follow).await?;
        let record = self.gpu.recorded();
        if let Some(before) = std::mem::replace(&mut self.pending, record) {
            self.check(plan, before).await?;
        }
        if step + taken >= plan.study.steps {
            self.settle(plan).await?;
        }
        Ok(taken)
    }

    /// A model: one with the most work, or any.
    fn pick(&self, plan: &Plan) -> usize {
        let word = block(plan.study.seed, self.turn, 0, 0x636b)[0];
        let any = (u64::from(word) * plan.models.len() as u64) >> 32;
        if self.turn.is_multiple_of(2) { self.densest } else { any as usize }
    }

    /// Checks what has not been checked yet.
    ///
    /// # Errors
    /// When the GPU is lost or has computed something wrong.
    pub async fn settle(&mut self, plan: &Plan) -> Result<(), EngineError> {
        match self.pending.take() {
            Some(record) => self.check(plan, record).await,
            None => Ok(()),
        }
    }

    /// What has been learned, once the last steps have been checked.
    ///
    /// # Errors
    /// When the GPU is lost or has computed something wrong.
    pub async fn read(&mut self, plan: &Plan) -> Result<Vec<Trained>, EngineError> {
        self.settle(plan).await?;
        self.gpu.read().await
    }

    /// All that the models go on from, once the last steps have been checked.
    ///
    /// # Errors
    /// When the GPU is lost or has computed something wrong.
    pub async fn learners(&mut self, plan: &Plan) -> Result<Vec<Learner>, EngineError> {
        self.settle(plan).await?;
        self.gpu.learners().await
    }

    /// Replaces what [`learners`](Self::learners) returns, of the same models in the same order.
    pub fn set_learners(&mut self, learners: &[Learner]) {
        self.pending = None;
        self.gpu.set_learners(learners);
    }

    /// The adapter's name.
    pub fn name(&self) -> &str {
        self.gpu.name()
    }

    async fn check(&mut self, plan: &Plan, record: Record) -> Result<(), EngineError> {
        let place = record.models.start;
        let states = self.gpu.read_record(record).await?;
        self.compare(plan, place, &states)
    }

    /// Trains a model from each recorded state to the next on the CPU and compares.
    fn compare(
        &mut self,
        plan: &Plan,
        place: usize,
        states: &[(u32, Model<f32>)],
    ) -> Result<(), EngineError> {
        let (begun, model) = (Instant::now(), plan.models[place]);
        let mut steps = 0;
        for pair in states.windows(2) {
            let [(step, before), (end, after)] = pair else { continue };
            steps += end - step;
            let cpu = |states: u32, distance: f64| {
                let near = (0..states).map(|k| nearby(before, distance, k));
                again(plan, model, near, *step..*end)
            };
            if misfit(after, &cpu(FIRST_LOOK, NEAR)).is_rounding() {
                continue;
            }
            let misfit = misfit(after, &cpu(SECOND_LOOK, WIDER));
            if !misfit.is_rounding() {
                let what = format!("after step {end} of model {model}, {misfit}");
                self.gpu.distrust(&what);
                return Err(EngineError::Wrong { name: self.gpu.name().to_owned(), what });
            }
        }
        self.budget.took(steps, begun.elapsed());
        Ok(())
    }
}

/// Trains a model on the CPU, from these states and through these steps.
fn again(
    plan: &Plan,
    model: u32,
    states: impl Iterator<Item = Model<f32>>,
    steps: Range<u32>,
) -> Vec<Model<f32>> {
    let points = curve::points(plan.study.steps) as usize;
    let learners = states.map(|state| Learner { model, state, sums: vec![0.0; points] }).collect();
    let mut training = Training::again(plan, learners);
    training.take(plan, steps.start, steps.end - steps.start);
    training.models()
}
