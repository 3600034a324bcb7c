//! Models in training on a GPU that are checked, each with a state of its own: of a study or a
//! network.

use super::budget::Budget;
use super::judge::{NEAR, misfit, nearby};
use super::replay::{Fault, fault};
use crate::EngineError;
use crate::gpu::Gpu;
use crate::gpu::record::{Follow, Record, Recording};
use std::ops::Range;
use std::time::Duration;
use toy::random::block;
use toy::study::snapshot::Trained;
use toy::study::train::Learner;
use toy::train::Model;
use web_time::Instant;

/// States from which the CPU trains a model over many steps, and where it looks at each of them.
const STATES: u32 = 2;
const STATES_A_STEP: u32 = 6;

/// A share of a job's models, as far as checks have to know it.
pub(crate) trait Share {
    /// What trains them on a GPU.
    type Gpu: Recording;

    /// The models, which are also their keys in the random streams.
    fn models(&self) -> &[u32];
    /// Steps and seed of the run.
    fn course(&self) -> (u32, u32);
    /// Place of a model with the most work that can be trained alone.
    fn heaviest(&self) -> usize;
    /// The models before their first step, on a GPU.
    async fn begin(&self, gpu: &Gpu) -> Result<Self::Gpu, EngineError>;
    /// One of the models, trained alone as another training does it.
    async fn alone(
        &self,
        gpu: &Gpu,
        like: &Self::Gpu,
        place: usize,
    ) -> Result<Self::Gpu, EngineError>;
    /// Trains a model on the CPU, from these states and through these steps.
    fn again(
        &self,
        model: u32,
        states: impl Iterator<Item = Model<f32>>,
        steps: Range<u32>,
    ) -> Vec<Model<f32>>;
}

/// Whether a GPU takes a share's first models through their first steps as the CPU does.
pub(super) async fn rehearse(gpu: &Gpu, share: &impl Share) -> Result<(), EngineError> {
    CheckedModels::new(gpu, share).await.map(drop)
}

/// A share of models in training on a GPU, some of which the CPU trains again.
pub(crate) struct CheckedModels<S: Share> {
    device: Gpu,
    gpu: S::Gpu,
    /// What the CPU is yet to compare; all in one buffer.
    pending: Vec<Record>,
    budget: Budget,
    turn: u32,
    heaviest: usize,
}

impl<S: Share> CheckedModels<S> {
    /// Uploads the models of a share, once the GPU has shown that it trains one of them as the CPU
    /// does.
    ///
    /// # Errors
    /// When it does not, is lost or has too little memory.
    pub async fn new(gpu: &Gpu, share: &S) -> Result<Self, EngineError> {
        gpu.trusted()?;
        let training = share.begin(gpu).await?;
        let (budget, heaviest) = (Budget::default(), share.heaviest());
        let device = gpu.clone();
        let mut checked =
            Self { device, gpu: training, pending: vec![], budget, turn: 0, heaviest };
        if !share.models().is_empty() {
            checked.rehearse(share).await?;
        }
        Ok(checked)
    }

    /// Takes one model through the first steps and back.
    async fn rehearse(&mut self, share: &S) -> Result<(), EngineError> {
        let (place, mut start) = (self.heaviest, None);
        for first in [0, 1] {
            // One step, to see what a step takes the CPU; then as many as a dispatch will have.
            let longest = if first == 0 { 1 } else { self.budget.longest() };
            let steps = (share.course().0 - first).min(longest);
            if steps == 0 {
                break;
            }
            self.gpu.keep_short(steps);
            self.gpu.rehearse(place, first, steps);
            let Some(record) = self.gpu.recorded() else { break };
            let states = self.gpu.read_record(record).await?;
            start.get_or_insert_with(|| states[0].1.clone());
            self.compare(share, place, &states).await?;
        }
        if let Some(start) = start {
            self.gpu.put_back(place, &start);
        }
        Ok(())
    }

    /// Trains for about one slice, at most `limit` steps from `step` on; returns the steps taken.
    /// Meanwhile, the CPU checks slices before; at the end of the run this one as well.
    ///
    /// # Errors
    /// When the GPU is lost or computes something wrong.
    pub async fn advance(&mut self, share: &S, step: u32, limit: u32) -> Result<u32, EngineError> {
        self.turn += 1;
        let follow = (!share.models().is_empty()).then(|| {
            self.gpu.keep_short(self.budget.longest());
            let place = self.pick(share);
            let (passages, last_only) = (self.budget.passages(), self.budget.is_spent());
            let apart = self.budget.is_enough(self.pending.iter().map(Record::length));
            Follow { models: place..place + 1, passages, last_only, apart }
        });
        let taken = self.gpu.advance_recording(step, limit, follow).await?;
        if let Some(record) = self.gpu.recorded() {
            // The GPU has done all that is in another buffer.
            if self.pending.last().is_some_and(|before| !before.is_beside(&record)) {
                self.settle(share).await?;
            }
            self.pending.push(record);
        }
        if step + taken >= share.course().0 {
            self.settle(share).await?;
        }
        Ok(taken)
    }

    /// A model: one with the most work, or any.
    fn pick(&self, share: &S) -> usize {
        let word = block(share.course().1, self.turn, 0, 0x636b)[0];
        let any = (u64::from(word) * share.models().len() as u64) >> 32;
        if self.turn.is_multiple_of(2) { self.heaviest } else { any as usize }
    }

    /// Checks what has not been checked yet.
    ///
    /// # Errors
    /// When the GPU is lost or has computed something wrong.
    pub async fn settle(&mut self, share: &S) -> Result<(), EngineError> {
        let records = std::mem::take(&mut self.pending);
        let all = self.gpu.read_records(&records).await?;
        for (Record { models, .. }, states) in records.iter().zip(all) {
            self.compare(share, models.start, &states).await?;
        }
        Ok(())
    }

    /// What has been learned, once the last steps have been checked.
    ///
    /// # Errors
    /// When the GPU is lost or has computed something wrong.
    pub async fn read(&mut self, share: &S) -> Result<Vec<Trained>, EngineError> {
        self.settle(share).await?;
        self.gpu.read().await
    }

    /// All that the models go on from, once the last steps have been checked.
    ///
    /// # Errors
    /// When the GPU is lost or has computed something wrong.
    pub async fn learners(&mut self, share: &S) -> Result<Vec<Learner>, EngineError> {
        self.settle(share).await?;
        self.gpu.learners().await
    }

    /// Replaces what [`learners`](Self::learners) returns, of the same models in the same order.
    pub fn set_learners(&mut self, learners: &[Learner]) {
        self.pending.clear();
        self.gpu.set_learners(learners);
    }

    /// The adapter's name.
    pub fn name(&self) -> &str {
        self.gpu.name()
    }

    /// Trains a model from each recorded state to the next on the CPU and compares; what comes to
    /// another one, step by step.
    async fn compare(
        &mut self,
        share: &S,
        place: usize,
        states: &[(u32, Model<f32>)],
    ) -> Result<(), EngineError> {
        let (begun, model) = (Instant::now(), share.models()[place]);
        let (mut steps, mut replaying) = (0, Duration::ZERO);
        for pair in states.windows(2) {
            let [before, after] = pair else { continue };
            steps += after.0 - before.0;
            let near = (0..STATES).map(|k| nearby(&before.1, NEAR, k));
            if !misfit(&after.1, &share.again(model, near, before.0..after.0)).is_rounding() {
                let since = Instant::now();
                self.replay(share, place, before, after).await?;
                replaying += since.elapsed();
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
        share: &S,
        place: usize,
        before: &(u32, Model<f32>),
        after: &(u32, Model<f32>),
    ) -> Result<(), EngineError> {
        let model = share.models()[place];
        let mut alone = share.alone(&self.device, &self.gpu, place).await?;
        alone.keep_short(1);
        let step = async |from: &Model<f32>, step: u32| {
            alone.put_back(0, from);
            alone.rehearse(0, step, 1);
            let mut states = match alone.recorded() {
                Some(record) => alone.read_record(record).await?,
                None => vec![],
            };
            Ok(states.pop().map_or_else(|| from.clone(), |(_, state)| state))
        };
        let cpu = |from: &Model<f32>, distance: f64, step: u32| {
            let near = (0..STATES_A_STEP).map(|k| nearby(from, distance, k));
            share.again(model, near, step..step + 1)
        };
        let Some(Fault { step, what }) = fault(before, after, step, cpu).await? else {
            return Ok(());
        };
        let what = format!("after step {step} of model {model}, {what}");
        self.gpu.distrust(&what);
        Err(EngineError::Wrong { name: self.gpu.name().to_owned(), what })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{network, study};
    use pollster::block_on;
    use toy::Study;
    use toy::network::Network;
    use wire::Shard;

    /// Follows each model in turn through a few slices and replays all of them, whatever the first
    /// look says.
    fn replay_all<S: Share>(gpu: &Gpu, share: &S) {
        let run = async {
            let mut run = CheckedModels::new(gpu, share).await?;
            let mut step = 0;
            for place in 0..share.models().len() {
                run.gpu.keep_short(7);
                let follow =
                    Follow { models: place..place + 1, passages: 3, last_only: false, apart: true };
                step += run.gpu.advance_recording(step, 20, Some(follow)).await?;
                let record = run.gpu.recorded().expect("what is followed is recorded");
                for pair in run.gpu.read_record(record).await?.windows(2) {
                    run.replay(share, place, &pair[0], &pair[1]).await?;
                }
            }
            Ok::<_, EngineError>(step)
        };
        assert!(block_on(run).unwrap_or_else(|error| panic!("{error}")) >= 3);
    }

    #[test]
    fn a_right_device_repeats_itself_a_step_at_a_time() {
        let gpu = block_on(Gpu::new()).expect("a driver, as tests/check.rs says");
        // A batch that a workgroup takes alone, and one that llvmpipe wants divided.
        for batch in [40, 4000] {
            let shape = Study {
                features: 13,
                hidden: 4,
                instances: 3,
                steps: 200,
                batch,
                ..Study::default()
            };
            replay_all(&gpu, &study::Plan::new(&shape, Shard::ALL));
        }
        let shape = Network {
            features: 9,
            width: 8,
            instances: 3,
            batch: 40,
            steps: 200,
            ..Network::default()
        };
        for shape in [shape.clone(), Network { dropout: 0.1, norm: true, shared: true, ..shape }] {
            replay_all(&gpu, &network::Plan::new(&shape, &[0, 1, 2]));
        }
    }
}
