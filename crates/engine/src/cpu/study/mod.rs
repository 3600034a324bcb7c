//! Studies on the CPU: models one after the other, natively on all cores at once, each with the
//! features or the hidden units of its samples in lanes.
//!
//! What a model learns depends on nothing but itself: not on its neighbours, threads or slices.

mod direct;
mod draw;
mod error;
pub(super) mod gemm;
mod gram;
mod scratch;
mod sparse;

use crate::cpu::adam;
use crate::cpu::lanes::{Lanes, X4, X8, X16};
use crate::cpu::level_name;
use crate::pace::Pace;
use crate::study::Plan;
use direct::Direct;
use draw::{CHUNK, Chunk, Stream};
use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch};
use gram::Gram;
use scratch::{Network, Shape};
use std::time::Duration;
use toy::adam::Adam;
use toy::study::cost::Cost;
use toy::study::curve::point_of;
use toy::study::sample::Sampler;
use toy::study::snapshot::Trained;
use toy::study::train::Learner;
use toy::train::Model;
use web_time::Instant;

/// How a model's batches are worked through; the result is the same but for rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Through `A = W W^T`; tied weights only.
    Gram,
    /// Through the hidden units, active feature by active feature.
    Sparse,
    /// Through the hidden units, with zeros.
    Dense,
}

impl Way {
    /// The way that should take the least time.
    pub fn of(plan: &Plan, sampler: &Sampler) -> Self {
        let cost = Cost::of(plan.study.layout(), sampler);
        if cost.gram <= cost.least() {
            Self::Gram
        } else if cost.sparse <= cost.least() {
            Self::Sparse
        } else {
            Self::Dense
        }
    }
}

/// A share of a study in training on the CPU.
pub struct Training {
    level: Level,
    models: Vec<State>,
    pace: Pace,
}

/// One model.
struct State {
    way: Way,
    learner: Learner,
}

impl Training {
    /// The models of a plan before their first step.
    pub fn new(plan: &Plan) -> Self {
        Self::with(plan, Level::new(), None)
    }

    /// The same with a certain instruction set and way, for tests and measurements.
    pub fn with(plan: &Plan, level: Level, way: Option<Way>) -> Self {
        let learners = plan.models.iter().map(|&model| Learner::new(&plan.study, model)).collect();
        let mut training =
            Self { level, models: vec![], pace: Pace::new(Duration::from_millis(30)) };
        training.take_over(plan, learners, way);
        training
    }

    /// Models of a plan from states of any step on, to train them again; one may be there several
    /// times.
    pub fn again(plan: &Plan, learners: Vec<Learner>) -> Self {
        let pace = Pace::new(Duration::from_millis(30));
        let mut training = Self { level: Level::new(), models: vec![], pace };
        training.take_over(plan, learners, None);
        training
    }

    /// Trains these models of a plan, which may be under way, in the place of what it trained.
    pub fn take_over(&mut self, plan: &Plan, learners: Vec<Learner>, way: Option<Way>) {
        let state = |learner: Learner| State {
            way: way.unwrap_or_else(|| Way::of(plan, plan.sampler(learner.model))),
            learner,
        };
        self.models = learners.into_iter().map(state).collect();
    }

    /// All that the models in training go on from.
    pub fn learners(&self) -> Vec<Learner> {
        self.models.iter().map(|state| state.learner.clone()).collect()
    }

    /// Parts with some models, which go on elsewhere.
    pub fn give(&mut self, models: &[u32]) -> Vec<Learner> {
        let leaves = |state: &mut State| models.contains(&state.learner.model);
        self.models.extract_if(.., leaves).map(|state| state.learner).collect()
    }

    /// The instruction set.
    pub fn name(&self) -> String {
        level_name(self.level).into()
    }

    /// Models in training.
    pub fn size(&self) -> usize {
        self.models.len()
    }

    /// Trains for about one slice, at most `limit` steps from `step` on; returns the steps taken.
    pub fn advance(&mut self, plan: &Plan, step: u32, limit: u32) -> u32 {
        let (steps, start) = (self.pace.steps().min(limit), Instant::now());
        self.take(plan, step, steps);
        self.pace.took(steps, start.elapsed());
        steps
    }

    /// Takes exactly these steps, however long it may last.
    pub fn take(&mut self, plan: &Plan, step: u32, steps: u32) {
        let level = self.level;
        let fresh = || dispatch!(level, simd => Bench::new(plan, lanes_of(simd)));
        let one = |bench: &mut Bench, state: &mut State| {
            dispatch!(level, simd => match lanes_of(simd) {
                4 => bench.train(X4(simd), plan, state, step, steps),
                8 => bench.train(X8(simd), plan, state, step, steps),
                _ => bench.train(X16(simd), plan, state, step, steps),
            });
        };
        #[cfg(target_arch = "wasm32")]
        {
            let mut bench = fresh();
            self.models.iter_mut().for_each(|state| one(&mut bench, state));
        }
        #[cfg(not(target_arch = "wasm32"))]
        {
            use rayon::prelude::*;
            // Dense models take many times as long as sparse ones: each is a task of its own.
            self.models.par_iter_mut().with_max_len(1).for_each_init(fresh, one);
        }
    }

    /// What has been learned.
    pub fn read(&self) -> Vec<Trained> {
        let one = |state: &State| Trained {
            model: state.learner.model,
            parameters: state.learner.state.parameters.clone(),
            sums: state.learner.sums.clone(),
        };
        self.models.iter().map(one).collect()
    }

    /// Every model with its optimiser state.
    pub fn models(&self) -> Vec<Model<f32>> {
        self.models.iter().map(|state| state.learner.state.clone()).collect()
    }

    /// Replaces the state of every model.
    pub fn set_models(&mut self, models: &[Model<f32>]) {
        for (state, model) in self.models.iter_mut().zip(models) {
            state.learner.state = model.clone();
        }
    }
}

#[inline(always)]
fn lanes_of<S: Simd>(_: S) -> usize {
    S::f32s::LEN
}

/// Where one thread trains one model after the other.
struct Bench {
    net: Network,
    gram: Option<Gram>,
    sparse: Option<Direct>,
    dense: Option<Direct>,
    chunk: Chunk,
    gradient: Vec<f32>,
}

impl Bench {
    fn new(plan: &Plan, lanes: usize) -> Self {
        let layout = plan.study.layout();
        Self {
            net: Network::new(plan, Shape::new(layout, lanes)),
            gram: None,
            sparse: None,
            dense: None,
            chunk: Chunk::new(layout.n),
            gradient: vec![0.0; layout.parameters()],
        }
    }

    fn train<L: Lanes>(&mut self, lanes: L, plan: &Plan, state: &mut State, step: u32, steps: u32) {
        let State { way, learner } = state;
        let (study, sampler) = (&plan.study, plan.sampler(learner.model));
        let adam = Adam {
            beta1: study.beta1 as f32,
            beta2: study.beta2 as f32,
            epsilon: study.epsilon as f32,
        };
        let weights = study.layout().weights();
        for step in step..step + steps {
            let stream = Stream { seed: study.seed, model: learner.model, step };
            self.net.load(&learner.state.parameters);
            let loss = self.batch(lanes, *way, sampler, stream);
            self.net.gradient(plan.scale(), &mut self.gradient);
            if !study.bias {
                self.gradient[weights..].fill(0.0);
            }
            let lr = study.course().lr_at(step);
            study.decay.apply(study.layout(), lr, &mut learner.state.parameters);
            adam::update(
                lanes,
                &adam,
                &plan.rates[step as usize],
                &mut learner.state,
                &self.gradient,
            );
            learner.sums[point_of(step, study.steps) as usize] += loss / study.batch as f32;
        }
    }

    /// Gradients of a batch, left in the network; returns the sum of its weighted squares.
    fn batch<L: Lanes>(&mut self, lanes: L, way: Way, sampler: &Sampler, stream: Stream) -> f32 {
        let Self { net, gram, sparse, dense, chunk, .. } = self;
        let count = sampler.nonzero_count(stream.seed, stream.model, stream.step);
        let mut each = |observe: &mut dyn FnMut(&Chunk)| {
            for first in (0..count).step_by(CHUNK) {
                let samples = CHUNK.min((count - first) as usize);
                chunk.draw(lanes, sampler, stream, first, samples);
                observe(chunk);
            }
        };
        let loss = match way {
            Way::Gram => {
                let gram = gram.get_or_insert_with(|| Gram::new(net.shape));
                gram.begin(lanes, net);
                each(&mut |chunk| gram.observe(lanes, net, chunk));
                gram.end(lanes, net)
            }
            Way::Sparse | Way::Dense => {
                let (place, is_dense) =
                    if way == Way::Dense { (dense, true) } else { (sparse, false) };
                let direct = place.get_or_insert_with(|| Direct::new(net.shape, is_dense));
                direct.begin(net);
                each(&mut |chunk| direct.observe(lanes, net, chunk));
                direct.end(net)
            }
        };
        loss + net.observe_zeros((sampler.batch - count) as f32)
    }
}
