//! The CPU backend: SIMD lanes across models, and natively all cores. For browsers without WebGPU
//! and machines without a GPU.
//!
//! Neighbouring models of a row form a group, one model a lane; rows are padded to whole groups by
//! repeating their last model. Lanes never exchange anything and every model has its own random
//! stream, so what a model learns does not depend on its neighbours, on threads or on slices. A
//! slice may leave some groups ahead of others, see [`pass`].

mod adam;
mod exact;
mod kernel;
mod lanes;
pub mod network;
pub mod operation;
mod pass;
mod region;
mod sampled;
mod step;
mod stream;
pub mod study;
pub mod translation;

use crate::pace::Pace;
use crate::plan::Plan;
pub use fearless_simd::Level;
use kernel::{Group, Slice};
use pass::Pass;
use std::ops::Range;
use std::time::Duration;
use step::Constants;
use toy::sweep::Data;
use toy::train::Model;
use web_time::Instant;

/// The backend in a person's words.
pub fn name() -> String {
    let level = Level::new();
    let (set, lanes) = (level_name(level), kernel::lanes(level, Data::Sampled, 2));
    let threads = threads();
    let plural = if threads == 1 { "" } else { "s" };
    format!("CPU, {set}, {lanes} lanes, {threads} thread{plural}")
}

/// Name of an instruction set.
pub fn level_name(level: Level) -> &'static str {
    match level {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        Level::Avx512(_) => "AVX-512",
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        Level::Avx2(_) => "AVX2",
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        Level::Sse4_2(_) => "SSE4.2",
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        Level::Sse2(_) => "SSE2",
        #[cfg(target_arch = "aarch64")]
        Level::Neon(_) => "NEON",
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        Level::WasmSimd128(_) => "wasm SIMD",
        #[allow(unreachable_patterns, reason = "some targets have one level only")]
        _ => "no SIMD",
    }
}

/// Every instruction set this machine can run, the best first.
pub fn levels() -> Vec<Level> {
    let best = Level::new();
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    let all = [
        best.as_avx512().map(Level::Avx512),
        best.as_avx2().map(Level::Avx2),
        best.as_sse4_2().map(Level::Sse4_2),
        best.as_sse2().map(Level::Sse2),
    ];
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    let all = [Some(best)];
    all.into_iter().flatten().collect()
}

/// Does something with lanes of every width, on every instruction set this machine can run.
#[cfg(test)]
macro_rules! every_width {
    ($lanes:ident => $check:expr) => {
        for level in $crate::cpu::levels() {
            fearless_simd::dispatch!(level, simd => {
                {
                    let $lanes = $crate::cpu::lanes::X4(simd);
                    $check;
                }
                {
                    let $lanes = $crate::cpu::lanes::X8(simd);
                    $check;
                }
                {
                    let $lanes = $crate::cpu::lanes::X16(simd);
                    $check;
                }
            });
        }
    };
}
#[cfg(test)]
pub(crate) use every_width;

/// A share of a sweep in training on the CPU.
pub struct Training {
    level: Level,
    /// Lanes of a group.
    lanes: usize,
    /// Parameters of a model.
    size: usize,
    constants: Constants,
    /// The exact data of each row.
    shares: Vec<exact::Shares>,
    groups: Vec<Span>,
    /// Key and last importance of every lane of every group.
    keys: Vec<u32>,
    last: Vec<f32>,
    /// State of every group, as [`Group::state`].
    state: Vec<f32>,
    models: usize,
    rows: usize,
    /// Chooses how many steps of one group make a slice.
    pace: Pace,
    /// The pass under way, if some groups are ahead of others.
    pass: Option<Pass>,
}

/// Where a group's models are.
#[derive(Clone, Copy, Debug)]
struct Span {
    row: usize,
    /// The first local model, and how many lanes hold a model of their own.
    first: usize,
    used: usize,
}

impl Training {
    /// The models of a plan before their first step.
    pub fn new(plan: &Plan) -> Self {
        Self::with_level(plan, Level::new())
    }

    /// The same with a certain instruction set, for tests and measurements.
    pub fn with_level(plan: &Plan, level: Level) -> Self {
        let lanes = Self::lanes(plan, level);
        let (models, per_row) = (plan.models(), plan.models_per_row());
        let span = |row: usize, from: usize| Span {
            row,
            first: row * per_row + from,
            used: lanes.min(per_row - from),
        };
        // Through all rows again and again: the cost of a row depends on its density, and slices
        // that train some groups only should take alike.
        let groups: Vec<Span> = (0..per_row)
            .step_by(lanes)
            .flat_map(|from| (0..plan.rows.len()).map(move |row| span(row, from)))
            .collect();
        // What stands in a lane; a lane without a model repeats the group's last one.
        let locals: Vec<usize> =
            groups.iter().flat_map(|g| (0..lanes).map(|l| g.first + l.min(g.used - 1))).collect();
        let mut training = Self::of(plan, level, groups, &locals);
        let start = plan.initial_parameters();
        training.fill(training.size, |local, plane| start[plane * models + local]);
        training
    }

    /// Models that are trained together.
    pub fn lanes(plan: &Plan, level: Level) -> usize {
        kernel::lanes(level, plan.sweep.data, plan.sweep.features)
    }

    /// Some models of one row of a plan, by their local numbers and each any number of times, at
    /// most as many as are trained together: to train them again, from states that are to be set.
    pub fn again(plan: &Plan, locals: &[usize]) -> Self {
        let level = Level::new();
        let lanes = Self::lanes(plan, level);
        assert!((1..=lanes).contains(&locals.len()), "one group");
        let row = locals[0] / plan.models_per_row();
        let group = Span { row, first: 0, used: locals.len() };
        let all: Vec<usize> = (0..lanes).map(|l| locals[l.min(locals.len() - 1)]).collect();
        Self { models: locals.len(), rows: 1, ..Self::of(plan, level, vec![group], &all) }
    }

    /// Groups with these models in their lanes, and no state yet.
    fn of(plan: &Plan, level: Level, groups: Vec<Span>, locals: &[usize]) -> Self {
        let sweep = &plan.sweep;
        let (lanes, size) = (Self::lanes(plan, level), sweep.parameters());
        let column = |local: usize| local % plan.models_per_row() / sweep.repeats as usize;
        // What the moments are multiples of.
        let samples = match sweep.data {
            Data::Exact => f64::from(exact::FACTOR),
            Data::Sampled => f64::from(sweep.batch),
        };
        Self {
            level,
            lanes,
            size,
            constants: Constants {
                hidden: sweep.hidden as usize,
                bias: sweep.bias,
                scale: (2.0 / (f64::from(sweep.features) * samples)) as f32,
                beta1: sweep.beta1 as f32,
                beta2: sweep.beta2 as f32,
                epsilon: sweep.epsilon as f32,
            },
            shares: plan.densities.iter().map(|&s| exact::shares(sweep.features, s)).collect(),
            state: vec![0.0; groups.len() * 3 * size * lanes],
            keys: locals.iter().map(|&i| plan.key(i)).collect(),
            last: locals.iter().map(|&i| plan.importances[column(i)] as f32).collect(),
            groups,
            models: plan.models(),
            rows: plan.rows.len(),
            pace: Pace::new(Duration::from_millis(30)),
            pass: None,
        }
    }

    /// Trains for about one slice: some groups for some steps from `step` on, at most `limit`.
    /// Returns the steps that all models have taken with it, 0 while some are
    /// [`ahead`](Self::ahead). A slice after that takes the others there, whatever its limit.
    pub fn advance(&mut self, plan: &Plan, step: u32, limit: u32) -> u32 {
        let (groups, fit) = (self.groups.len(), self.pace.steps());
        if groups == 0 {
            return limit;
        }
        let mut pass = self.pass.take().unwrap_or_else(|| Pass::new(fit, groups, limit));
        let (slice, start) = (pass.slice(fit, groups, threads()), Instant::now());
        pass.done = slice.end;
        let work = slice.len() as u32 * pass.steps;
        self.train(plan, slice, step, pass.steps);
        self.pace.took(work, start.elapsed());
        if pass.done < groups {
            self.pass = Some(pass);
            return 0;
        }
        pass.steps
    }

    /// Steps that some models have taken and others have not.
    pub fn ahead(&self) -> u32 {
        self.pass.map_or(0, |pass| pass.steps)
    }

    /// How many models have taken them.
    pub fn models_ahead(&self) -> usize {
        let done = self.pass.map_or(0, |pass| pass.done);
        self.groups[..done].iter().map(|group| group.used).sum()
    }

    /// The instruction set.
    pub fn name(&self) -> String {
        level_name(self.level).into()
    }

    /// Which local models have taken them.
    pub fn leaders(&self) -> Vec<bool> {
        let done = self.pass.map_or(0, |pass| pass.done);
        let mut leaders = vec![false; self.models];
        for &Span { first, used, .. } in &self.groups[..done] {
            leaders[first..first + used].fill(true);
        }
        leaders
    }

    /// Takes exactly these steps with all models, however long it may last; none may be ahead.
    pub fn take(&mut self, plan: &Plan, step: u32, steps: u32) {
        debug_assert!(self.pass.is_none(), "a pass is under way");
        self.train(plan, 0..self.groups.len(), step, steps);
    }

    /// Takes these steps with some groups.
    fn train(&mut self, plan: &Plan, some: Range<usize>, step: u32, steps: u32) {
        let rates = &plan.rates[step as usize..][..steps as usize];
        let (constants, shares) = (self.constants, &self.shares);
        let slice = Slice { plan, shares, constants, step, rates };
        let (level, lanes, groups) = (self.level, self.lanes, &self.groups[some.clone()]);
        let (keys, last) = (&self.keys[some.start * lanes..], &self.last[some.start * lanes..]);
        // Each group takes all its steps before the next one starts: its state stays in registers.
        let one = |(g, state): (usize, &mut [f32])| {
            let at = g * lanes..(g + 1) * lanes;
            let (keys, last) = (&keys[at.clone()], &last[at]);
            slice.train(level, Group { row: groups[g].row, keys, last, state });
        };
        let size = 3 * self.size * lanes;
        let state = &mut self.state[some.start * size..some.end * size];
        #[cfg(target_arch = "wasm32")]
        state.chunks_exact_mut(size).enumerate().for_each(one);
        #[cfg(not(target_arch = "wasm32"))]
        {
            use rayon::prelude::*;
            state.par_chunks_exact_mut(size).enumerate().for_each(one);
        }
    }

    /// Parameters by parameter, then model.
    pub fn parameters(&self) -> Vec<f32> {
        let all: Vec<usize> = (0..self.rows).collect();
        self.parameters_of(&all)
    }

    /// The same of some rows, by their places in the share.
    pub fn parameters_of(&self, rows: &[usize]) -> Vec<f32> {
        let size = 3 * self.size * self.lanes;
        let width = self.models / self.rows.max(1);
        let mut all = vec![0.0; rows.len() * width * self.size];
        // All rows' first groups come first, then all their second ones.
        for first in (0..self.groups.len()).step_by(self.rows.max(1)) {
            for (place, row) in rows.iter().enumerate() {
                let Span { first: local, used, .. } = self.groups[first + row];
                let at = place * width + local - row * width;
                let state = &self.state[(first + row) * size..];
                for (p, plane) in state.chunks_exact(self.lanes).take(self.size).enumerate() {
                    all[p * rows.len() * width + at..][..used].copy_from_slice(&plane[..used]);
                }
            }
        }
        all
    }

    /// Parameters, first and second moments of all local models, each by parameter, then model.
    pub fn state(&self) -> [Vec<f32>; 3] {
        [0, 1, 2].map(|part| self.part(part))
    }

    /// One of the three vectors of [`state`](Self::state).
    pub fn part(&self, part: usize) -> Vec<f32> {
        let mut all = vec![0.0; self.size * self.models];
        let size = 3 * self.size * self.lanes;
        for (&Span { first, used, .. }, state) in
            self.groups.iter().zip(self.state.chunks_exact(size))
        {
            let own = &state[part * self.size * self.lanes..][..self.size * self.lanes];
            for (p, values) in own.chunks_exact(self.lanes).enumerate() {
                all[p * self.models + first..][..used].copy_from_slice(&values[..used]);
            }
        }
        all
    }

    /// Replaces what [`state`](Self::state) returns; all models are then at one step.
    ///
    /// # Panics
    /// When a vector has another length.
    pub fn set_state(&mut self, state: &[Vec<f32>; 3]) {
        let (size, models) = (self.size, self.models);
        assert!(
            state.iter().all(|part| part.len() == size * models),
            "a value a parameter and model"
        );
        self.pass = None;
        self.fill(3 * size, |local, plane| state[plane / size][plane % size * models + local]);
    }

    /// The state of every local model.
    pub fn models(&self) -> Vec<Model<f32>> {
        let mut lanes = vec![0; self.models];
        self.places().for_each(|(local, lane)| lanes[local] = lane);
        let model = |lane: usize| {
            let part = |k: usize| {
                let planes = k * self.size..(k + 1) * self.size;
                planes.map(|plane| self.state[lane + plane * self.lanes]).collect()
            };
            Model { parameters: part(0), first: part(1), second: part(2) }
        };
        lanes.into_iter().map(model).collect()
    }

    /// Replaces the state of every local model.
    pub fn set_models(&mut self, models: &[Model<f32>]) {
        let size = self.size;
        self.fill(3 * size, |local, plane| {
            let model = &models[local];
            let part = [&model.parameters, &model.first, &model.second][plane / size];
            part[plane % size]
        });
    }

    /// Local models, in the order of groups, and where their state begins.
    fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        let (lanes, size) = (self.lanes, 3 * self.size * self.lanes);
        let groups = self.groups.iter().enumerate();
        groups.flat_map(move |(g, span)| {
            (0..span.used.min(lanes)).map(move |lane| (span.first + lane, g * size + lane))
        })
    }

    /// Sets the first planes (parameters, first moments, second moments) of every lane.
    fn fill(&mut self, planes: usize, value: impl Fn(usize, usize) -> f32) {
        let size = 3 * self.size * self.lanes;
        for (span, state) in self.groups.iter().zip(self.state.chunks_exact_mut(size)) {
            for (plane, xs) in state.chunks_exact_mut(self.lanes).take(planes).enumerate() {
                for (lane, x) in xs.iter_mut().enumerate() {
                    *x = value(span.first + lane.min(span.used - 1), plane);
                }
            }
        }
    }
}

#[cfg(target_arch = "wasm32")]
fn threads() -> usize {
    1
}

#[cfg(not(target_arch = "wasm32"))]
fn threads() -> usize {
    rayon::current_num_threads()
}
