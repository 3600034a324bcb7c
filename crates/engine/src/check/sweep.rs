//! A sweep in training on a GPU that is checked.

use super::budget::Budget;
use super::judge::{NEAR, misfit, nearby};
use super::replay::{Fault, fault};
use crate::gpu::record::{Follow, Record};
use crate::gpu::shader::Kernel;
use crate::gpu::{self, Gpu};
use crate::plan::Plan;
use crate::{EngineError, cpu};
use fearless_simd::Level;
use std::ops::Range;
use std::time::Duration;
use toy::Sweep;
use toy::random::block;
use toy::train::Model;
use web_time::Instant;

/// A record's states: after so many steps, its models.
type States = Vec<(u32, Vec<f32>)>;

/// States from which the CPU trains a model to see how far rounding leads: the given one first.
const STATES: usize = 4;

/// Whether a GPU takes some models of a sweep through their first steps as the CPU does.
///
/// # Errors
/// When it does not, or fails.
pub async fn rehearse(gpu: &Gpu, sweep: &Sweep) -> Result<(), EngineError> {
    let all: Vec<u32> = (0..sweep.rows).collect();
    let plan = Plan::of_rows(sweep, vec![densest(&all, |row| sweep.density_at(row))]);
    // The kernel is that of the whole run.
    let kernel = gpu::Training::choose(gpu, &plan).await?;
    Checked::with(gpu, &plan, kernel).await.map(drop)
}

/// The row with the highest density, which has the most samples to work through.
fn densest(rows: &[u32], density: impl Fn(u32) -> f64) -> u32 {
    rows.iter().copied().max_by(|&a, &b| density(a).total_cmp(&density(b))).unwrap_or(0)
}

/// A share of a sweep in training on a GPU, some of whose models the CPU trains again.
pub struct Checked {
    device: Gpu,
    gpu: gpu::Training,
    /// What is yet to be read; all in one buffer.
    pending: Vec<Record>,
    /// What has been read, and the CPU is yet to compare: models, and their states.
    unchecked: Vec<(Range<usize>, States)>,
    budget: Budget,
    /// Checks so far.
    turn: u32,
    /// Place in the share of the row with the most work.
    densest: usize,
}

impl Checked {
    /// Uploads the models of a plan, once the GPU has shown that it trains some of them as the CPU
    /// does.
    ///
    /// # Errors
    /// When it does not, is lost or has too little memory.
    pub async fn new(gpu: &Gpu, plan: &Plan) -> Result<Self, EngineError> {
        let kernel = gpu::Training::choose(gpu, plan).await?;
        Self::with(gpu, plan, kernel).await
    }

    /// As [`new`](Self::new), with a workgroup a model or an invocation, as before: kernels add in
    /// other orders.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub async fn as_before(gpu: &Gpu, plan: &Plan, shared: bool) -> Result<Self, EngineError> {
        let alone = Kernel::of(&plan.sweep);
        Self::with(gpu, plan, Kernel { shared: shared && !alone.exact, ..alone }).await
    }

    async fn with(gpu: &Gpu, plan: &Plan, kernel: Kernel) -> Result<Self, EngineError> {
        gpu.trusted()?;
        let training = gpu::Training::with(gpu, plan, kernel, gpu.largest_binding()).await?;
        let densest = densest(&(0..plan.rows.len() as u32).collect::<Vec<_>>(), |place| {
            plan.densities[place as usize]
        });
        let mut checked = Self {
            device: gpu.clone(),
            gpu: training,
            pending: vec![],
            unchecked: vec![],
            budget: Budget::default(),
            turn: 0,
            densest: densest as usize,
        };
        if plan.models() > 0 {
            checked.rehearse(plan).await?;
        }
        Ok(checked)
    }

    /// Takes the models of a few workgroups through the first steps and back.
    async fn rehearse(&mut self, plan: &Plan) -> Result<(), EngineError> {
        let mut start = None;
        let few = self.pick(plan, 0);
        let models = few.clone();
        // One step, to see what a step takes the CPU; then as many as a dispatch will have.
        for first in [0, 1] {
            let steps =
                (plan.sweep.steps - first).min(if first == 0 { 1 } else { self.budget.longest() });
            if steps == 0 {
                break;
            }
            self.gpu.keep_short(steps);
            self.gpu.rehearse(models.clone(), first, steps);
            let Some(record) = self.gpu.recorded() else { break };
            let states = self.gpu.read_record(record).await?;
            start.get_or_insert_with(|| states[0].1.clone());
            let compared = self.compare(plan, &models, &few, &states).await;
            if compared.is_err() || first == 1 || steps == plan.sweep.steps {
                let state = start.take().unwrap_or_default();
                self.gpu.put_back(models.clone(), &state);
                compared?;
                break;
            }
        }
        self.gpu.keep_short(self.budget.longest());
        Ok(())
    }

    /// Neighbouring models of one row: of the one with the most work, or of any.
    fn pick(&self, plan: &Plan, turn: u32) -> Range<usize> {
        let words = block(plan.sweep.seed, turn, 0, 0x636b);
        let any = |word: u32, end: usize| ((u64::from(word) * end as u64) >> 32) as usize;
        let row =
            if turn.is_multiple_of(2) { self.densest } else { any(words[0], plan.rows.len()) };
        let per_row = plan.models_per_row();
        let count = (cpu::Training::lanes(plan, Level::new()) / STATES).clamp(1, per_row);
        let first = row * per_row + any(words[1], per_row - count + 1);
        self.gpu.together(first..first + count)
    }

    /// Trains for about one slice, at most `limit` steps from `step` on; returns the steps taken.
    /// Meanwhile, the CPU checks slices before; at the end of the run this one as well.
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
        let follow = (plan.models() > 0).then(|| {
            self.gpu.keep_short(self.budget.longest());
            Follow {
                models: self.pick(plan, self.turn),
                passages: self.budget.passages(),
                last_only: self.budget.is_spent(),
                apart: self.budget.is_enough(self.pending.iter().map(Record::length)),
            }
        });
        let taken = self.gpu.advance_recording(step, limit, follow).await?;
        self.compare_read(plan).await?;
        if let Some(record) = self.gpu.recorded() {
            // The GPU has done all that is in another buffer.
            if self.pending.last().is_some_and(|before| !before.is_beside(&record)) {
                self.settle(plan).await?;
            }
            self.pending.push(record);
        }
        if step + taken >= plan.sweep.steps {
            self.settle(plan).await?;
        }
        Ok(taken)
    }

    /// Checks what has not been checked yet.
    ///
    /// # Errors
    /// When the GPU is lost or has computed something wrong.
    pub async fn settle(&mut self, plan: &Plan) -> Result<(), EngineError> {
        self.read().await?;
        self.compare_read(plan).await
    }

    /// Reads what has been recorded.
    async fn read(&mut self) -> Result<(), EngineError> {
        let records = std::mem::take(&mut self.pending);
        let all = self.gpu.read_records(&records).await?;
        self.unchecked.extend(records.into_iter().map(|record| record.models).zip(all));
        Ok(())
    }

    /// Compares what has been read.
    async fn compare_read(&mut self, plan: &Plan) -> Result<(), EngineError> {
        for (models, states) in std::mem::take(&mut self.unchecked) {
            self.compare(plan, &models, &models, &states).await?;
        }
        Ok(())
    }

    /// Whether the adapter is software.
    pub fn on_software(&self) -> bool {
        self.device.is_software()
    }

    /// The adapter's name.
    pub fn name(&self) -> &str {
        self.gpu.name()
    }

    /// The kernel that trains.
    pub fn kernel(&self) -> Kernel {
        self.gpu.kernel()
    }

    /// Steps that were checked, a model each at least.
    pub fn checked_steps(&self) -> u64 {
        self.budget.steps()
    }

    /// Parameters by parameter, then model, once the last steps have been checked.
    ///
    /// # Errors
    /// When the GPU is lost or has computed something wrong.
    pub async fn parameters(&mut self, plan: &Plan) -> Result<Vec<f32>, EngineError> {
        self.settle(plan).await?;
        self.gpu.parameters().await
    }

    /// The same without waiting for the check, which is made once the GPU has the next slice.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn parameters_unchecked(&mut self) -> Result<Vec<f32>, EngineError> {
        self.read().await?;
        self.gpu.parameters().await
    }

    /// Parameters, first and second moments, once the last steps have been checked.
    ///
    /// # Errors
    /// When the GPU is lost or has computed something wrong.
    pub async fn state(&mut self, plan: &Plan) -> Result<[Vec<f32>; 3], EngineError> {
        self.settle(plan).await?;
        self.gpu.state().await
    }

    /// Replaces what [`state`](Self::state) returns.
    pub fn set_state(&mut self, state: &[Vec<f32>; 3]) {
        self.pending.clear();
        self.unchecked.clear();
        self.gpu.set_state(state);
    }

    /// Trains a few of the models recorded from each state to the next on the CPU and compares;
    /// what comes to another one, step by step.
    async fn compare(
        &mut self,
        plan: &Plan,
        models: &Range<usize>,
        few: &Range<usize>,
        states: &[(u32, Vec<f32>)],
    ) -> Result<(), EngineError> {
        let (count, skipped) = (few.len(), few.start - models.start);
        let begun = Instant::now();
        let (mut steps, mut replaying) = (0, Duration::ZERO);
        for pair in states.windows(2) {
            let [(step, before), (end, after)] = pair else { continue };
            steps += end - step;
            let pick = |state: &[f32], place: usize| model(state, models.len(), skipped + place);
            let starts: Vec<Model<f32>> = (0..count).map(|place| pick(before, place)).collect();
            let locals: Vec<usize> = (0..count).flat_map(|k| [few.start + k; STATES]).collect();
            let near: Vec<Model<f32>> = starts
                .iter()
                .flat_map(|start| (0..STATES as u32).map(|k| nearby(start, NEAR, k)))
                .collect();
            let cpu = again(plan, &locals, &near, *step..*end);
            for (place, cpu) in cpu.chunks_exact(STATES).enumerate() {
                let found = pick(after, place);
                if !misfit(&found, cpu).is_rounding() {
                    let before = (*step, starts[place].clone());
                    let since = Instant::now();
                    self.replay(plan, few.start + place, before, (*end, found)).await?;
                    replaying += since.elapsed();
                }
            }
        }
        // Replays are rare and mostly wait: checks to come are not made fewer by them.
        self.budget.took(steps, begun.elapsed().saturating_sub(replaying));
        Ok(())
    }

    /// Has the GPU take a model alone from one state to another, a step at a time, and the CPU each
    /// of the steps.
    async fn replay(
        &self,
        plan: &Plan,
        local: usize,
        before: (u32, Model<f32>),
        after: (u32, Model<f32>),
    ) -> Result<(), EngineError> {
        let (row, place) = (local / plan.models_per_row(), local % plan.models_per_row());
        let row = Plan::of_rows(&plan.sweep, vec![plan.rows[row]]);
        let (kernel, most) = (self.gpu.kernel(), self.device.largest_binding());
        let mut alone = gpu::Training::with(&self.device, &row, kernel, most).await?;
        alone.keep_short(1);
        let step = async |from: &Model<f32>, step: u32| {
            let state = [&from.parameters[..], &from.first, &from.second].concat();
            alone.put_back(place..place + 1, &state);
            alone.rehearse(place..place + 1, step, 1);
            let mut states = match alone.recorded() {
                Some(record) => alone.read_record(record).await?,
                None => vec![],
            };
            Ok(states.pop().map_or_else(|| from.clone(), |(_, state)| model(&state, 1, 0)))
        };
        let lanes = cpu::Training::lanes(plan, Level::new());
        let cpu = |from: &Model<f32>, distance: f64, step: u32| {
            let near: Vec<_> = (0..lanes as u32).map(|k| nearby(from, distance, k)).collect();
            again(&row, &vec![place; lanes], &near, step..step + 1)
        };
        let Some(Fault { step, what }) = fault(&before, &after, step, cpu).await? else {
            return Ok(());
        };
        let what = format!("after step {step} of model {}, {what}", plan.key(local));
        self.gpu.distrust(&what);
        Err(EngineError::Wrong { name: self.gpu.name().to_owned(), what })
    }
}

/// One of a record's models.
fn model(state: &[f32], models: usize, place: usize) -> Model<f32> {
    let all: Vec<f32> = state.iter().skip(place).step_by(models).copied().collect();
    let size = all.len() / 3;
    Model {
        parameters: all[..size].to_vec(),
        first: all[size..2 * size].to_vec(),
        second: all[2 * size..].to_vec(),
    }
}

/// Trains models of one row on the CPU, from these states and through these steps.
fn again(
    plan: &Plan,
    locals: &[usize],
    states: &[Model<f32>],
    steps: Range<u32>,
) -> Vec<Model<f32>> {
    let mut training = cpu::Training::again(plan, locals);
    training.set_models(states);
    training.take(plan, steps.start, steps.end - steps.start);
    training.models()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::record::{LONGEST, MOST_DISPATCHES};
    use pollster::block_on;
    use toy::sweep::Data;

    /// With an invocation a model and a workgroup a model, exact and sampled.
    #[test]
    fn a_right_device_repeats_itself_a_step_at_a_time() {
        let gpu = block_on(Gpu::new()).expect("a driver, as tests/check.rs says");
        for (data, shared) in [(Data::Exact, false), (Data::Sampled, false), (Data::Sampled, true)]
        {
            let shape = Sweep { features: 3, hidden: 2, columns: 5, rows: 3, ..Sweep::default() };
            let plan = Plan::new(&Sweep { data, batch: 70, ..shape }, crate::plan::Shard::ALL);
            let run = async {
                let mut run = Checked::as_before(&gpu, &plan, shared).await?;
                run.gpu.keep_short(9);
                // Models of all rows: a replay knows its own row alone.
                let models = 0..plan.models();
                let follow =
                    Follow { models: models.clone(), passages: 2, last_only: false, apart: true };
                let taken = run.gpu.advance_recording(0, 18, Some(follow)).await?;
                let record = run.gpu.recorded().expect("what is followed is recorded");
                let states = run.gpu.read_record(record).await?;
                for pair in states.windows(2) {
                    for local in models.clone() {
                        let at = |k: usize| (pair[k].0, model(&pair[k].1, models.len(), local));
                        run.replay(&plan, local, at(0), at(1)).await?;
                    }
                }
                Ok::<_, EngineError>(taken)
            };
            assert!(block_on(run).unwrap_or_else(|error| panic!("{error}")) > 0);
        }
    }

    /// Models that have come to rest, from where rounding pushes one machine's off long before the
    /// other's: with steps of 64 at a time, some of these end elsewhere on llvmpipe, and no single
    /// step does.
    #[test]
    fn no_right_device_is_suspected_in_any_window_of_a_long_run() {
        let gpu = block_on(Gpu::new()).expect("a driver, as tests/check.rs says");
        let sweep = Sweep {
            columns: 64,
            rows: 64,
            repeats: 4,
            steps: 6480,
            data: Data::Exact,
            ..Sweep::default()
        };
        let plan = Plan::of_rows(&sweep, vec![0]);
        let models = 0..plan.models();
        let run = async {
            let mut run = Checked::new(&gpu, &plan).await?;
            let (mut step, at_once) =
                (0, cpu::Training::lanes(&plan, Level::new()).div_ceil(STATES));
            while step < sweep.steps {
                run.gpu.keep_short(LONGEST);
                let follow = Follow {
                    models: models.clone(),
                    passages: MOST_DISPATCHES,
                    last_only: false,
                    apart: true,
                };
                let left = sweep.steps - step;
                step += run.gpu.advance_recording(step, left, Some(follow)).await?;
                let Some(record) = run.gpu.recorded() else { continue };
                let states = run.gpu.read_record(record).await?;
                for first in models.clone().step_by(at_once) {
                    let few = first..models.end.min(first + at_once);
                    run.compare(&plan, &models, &few, &states).await?;
                }
            }
            Ok::<_, EngineError>(run.checked_steps())
        };
        let checked = block_on(run).unwrap_or_else(|error| panic!("{error}"));
        assert!(checked >= u64::from(sweep.steps) * (models.len() / 4) as u64, "{checked}");
    }
}
