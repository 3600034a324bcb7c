//! Networks on the CPU: models one after the other, natively on all cores at once.

use super::level_name;
use super::operation::kernels;
use crate::pace::Pace;
use fearless_simd::Level;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use toy::evaluate::Effort;
use toy::network::measure::Evaluator;
use toy::network::train::{Trainer, learner};
use toy::network::{Network, Snapshot};
use toy::study::curve::point_of;
use toy::study::snapshot::Trained;
use toy::study::train::Learner;
use web_time::Instant;

/// How long a slice should last. A page waits for one before it hears anything; the command can wait
/// longer, and of many models that do not fit the caches together, each then takes several steps
/// while it is there.
const SLICE: Duration = Duration::from_millis(if cfg!(target_arch = "wasm32") { 30 } else { 250 });

/// Models of a network in training on the CPU.
pub struct Training {
    level: Level,
    learners: Vec<Learner>,
    pace: Pace,
    /// Trainers that nobody is using; each thread takes one and puts it back.
    trainers: Mutex<Vec<Trainer<f32>>>,
}

impl Training {
    /// These models before their first step.
    pub fn new(network: &Network, models: &[u32]) -> Self {
        Self::with_level(network, models, Level::new())
    }

    /// The same with a certain instruction set, for tests and measurements.
    pub fn with_level(network: &Network, models: &[u32], level: Level) -> Self {
        Self {
            level,
            learners: models.iter().map(|&model| learner(network, model)).collect(),
            pace: Pace::new(SLICE),
            trainers: Mutex::default(),
        }
    }

    /// Trains these models, which may be under way, in the place of what it trained.
    pub fn take_over(&mut self, learners: Vec<Learner>) {
        self.learners = learners;
    }

    /// Parts with some models, which go on elsewhere.
    pub fn give(&mut self, models: &[u32]) -> Vec<Learner> {
        self.learners.extract_if(.., |learner| models.contains(&learner.model)).collect()
    }

    /// The instruction set.
    pub fn name(&self) -> String {
        level_name(self.level).into()
    }

    /// The models in training.
    pub fn learners(&self) -> &[Learner] {
        &self.learners
    }

    /// Trains for about one slice, at most `limit` steps from `step` on; returns the steps taken.
    pub fn advance(&mut self, network: &Network, step: u32, limit: u32) -> u32 {
        let (steps, start) = (self.pace.steps().min(limit), Instant::now());
        self.take(network, step, steps);
        self.pace.took(steps, start.elapsed());
        steps
    }

    /// Takes exactly these steps, however long it may last.
    pub fn take(&mut self, network: &Network, step: u32, steps: u32) {
        let (level, trainers) = (self.level, &self.trainers);
        let lock = || trainers.lock().unwrap_or_else(PoisonError::into_inner);
        let one = |learner: &mut Learner| {
            let idle = lock().pop();
            let mut own = idle.unwrap_or_else(|| Trainer::new(network, kernels(level)));
            let Learner { model, state, sums } = learner;
            for step in step..step + steps {
                sums[point_of(step, network.steps) as usize] += own.step(*model, step, state);
            }
            lock().push(own);
        };
        #[cfg(target_arch = "wasm32")]
        self.learners.iter_mut().for_each(one);
        #[cfg(not(target_arch = "wasm32"))]
        {
            use rayon::prelude::*;
            self.learners.par_iter_mut().with_max_len(1).for_each(one);
        }
    }

    /// What has been learned.
    pub fn read(&self) -> Vec<Trained> {
        let one = |learner: &Learner| Trained {
            model: learner.model,
            parameters: learner.state.parameters.clone(),
            sums: learner.sums.clone(),
        };
        self.learners.iter().map(one).collect()
    }
}

/// Measures networks with the CPU's kernels.
pub struct Measurer {
    network: Network,
    evaluator: Evaluator,
}

impl Measurer {
    /// A measurer of the models of a valid network.
    pub fn new(network: &Network) -> Self {
        let evaluator = Evaluator::new(network, kernels(Level::new()));
        Self { network: network.clone(), evaluator }
    }

    /// Snapshots of models after `taken` steps; the first repeats of each density come with their
    /// parameters.
    pub fn snapshots(
        &mut self,
        trained: Vec<Trained>,
        taken: u32,
        with_parameters: u32,
        effort: Effort,
    ) -> Vec<Snapshot> {
        self.evaluator.snapshots(&self.network, trained, taken, with_parameters, effort)
    }

    /// Snapshots of models before their first step.
    pub fn initial(&mut self, models: &[u32], effort: Effort) -> Vec<Snapshot> {
        let start = |&model: &u32| Trained {
            model,
            parameters: toy::network::train::start(&self.network, model),
            sums: vec![],
        };
        let all = models.iter().map(start).collect();
        self.snapshots(all, 0, 0, effort)
    }
}
