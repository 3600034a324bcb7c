//! Records of a few models, copied out between the dispatches of a slice, for the CPU to train them
//! again. Copies go straight into a buffer that the CPU reads: what a kernel computes later cannot
//! change them.

use super::context::{self, Context, Submission};
use super::readback::buffer;
use crate::EngineError;
use futures_channel::oneshot;
use std::ops::Range;
use toy::study::snapshot::Trained;
use toy::study::train::Learner;
use toy::train::Model;
use wgpu::BufferUsages;

/// Most steps of a dispatch: a check compares whole dispatches, and over more steps numbers drift
/// apart by rounding alone.
pub const LONGEST: u32 = 64;
/// Most dispatches of a submission.
pub const MOST_DISPATCHES: usize = 16;

/// What a slice should record.
#[derive(Clone, Debug)]
pub struct Follow {
    /// Neighbouring models, by their local numbers, which share buffers.
    pub models: Range<usize>,
    /// Of the slice's dispatches, the last so many; at least 1.
    pub passages: usize,
    /// Only if the slice takes all the steps it is allowed to.
    pub last_only: bool,
}

/// The lengths of the dispatches that take some steps: as few as there can be, and about alike.
pub fn dispatches(steps: u32, longest: u32) -> Vec<u32> {
    let count = steps.div_ceil(longest);
    (0..count).map(|k| steps * (k + 1) / count - steps * k / count).collect()
}

/// Models in training on a GPU that records some of them.
pub(crate) trait Recording {
    /// The adapter's name.
    fn name(&self) -> &str;
    /// Keeps dispatches, or what lies between two states of a record, to so many steps.
    fn keep_short(&mut self, steps: u32);
    /// Takes some steps with one model alone, of a network the first, and records it.
    fn rehearse(&mut self, place: usize, step: u32, steps: u32);
    /// What the last slice has recorded, if it was asked to; once.
    fn recorded(&mut self) -> Option<Record>;
    /// Waits for a record, once the GPU has been given the work that makes it: after each number of
    /// steps the model followed.
    async fn read_record(&mut self, record: Record) -> Result<Vec<(u32, Model<f32>)>, EngineError>;
    /// Sets the state of one model, and forgets its losses.
    fn put_back(&self, place: usize, model: &Model<f32>);
    /// Trains for about one slice, at most `limit` steps from `step` on, recording a model where
    /// asked to; returns the steps taken.
    async fn advance_recording(
        &mut self,
        step: u32,
        limit: u32,
        follow: Option<Follow>,
    ) -> Result<u32, EngineError>;
    /// The device is not to be believed, for this reason.
    fn distrust(&self, why: &str);
    /// What has been learned.
    async fn read(&mut self) -> Result<Vec<Trained>, EngineError>;
    /// All that the models go on from.
    async fn learners(&mut self) -> Result<Vec<Learner>, EngineError>;
    /// Replaces that, of the same models in the same order.
    fn set_learners(&mut self, learners: &[Learner]);
}

/// A record in the making, or made.
pub struct Record {
    /// The models.
    pub models: Range<usize>,
    /// Steps taken by the models at each of the states recorded.
    pub steps: Vec<u32>,
    pub(super) staging: wgpu::Buffer,
    index: Option<wgpu::SubmissionIndex>,
}

impl Record {
    /// Byte at which the state at a step goes, of so many floats.
    pub(super) fn place(&mut self, step: u32, floats: usize) -> u64 {
        self.steps.push(step);
        4 * floats as u64 * (self.steps.len() as u64 - 1)
    }
}

/// Keeps the buffers of records, and the last record.
#[derive(Default)]
pub struct Recorder {
    spare: Vec<wgpu::Buffer>,
    last: Option<Record>,
}

impl Recorder {
    /// Begins a record whose states have so many floats.
    pub fn start(&mut self, device: &wgpu::Device, follow: &Follow, floats: usize) -> Record {
        let passages = follow.passages.clamp(1, MOST_DISPATCHES);
        let size = 4 * floats as u64 * (passages as u64 + 1);
        let fits = self.spare.iter().position(|buffer| buffer.size() >= size);
        let usage = BufferUsages::COPY_DST | BufferUsages::MAP_READ;
        let staging = match fits {
            Some(place) => self.spare.swap_remove(place),
            None => buffer(device, "record", size, usage),
        };
        Record { models: follow.models.clone(), steps: vec![], staging, index: None }
    }

    /// Keeps a record that a submission completes, in the place of the one before.
    pub fn keep(&mut self, mut record: Record, submission: &Submission) {
        record.index = Some(submission.index.clone());
        if let Some(unread) = self.last.replace(record) {
            self.spare.push(unread.staging);
        }
    }

    /// The last record.
    pub fn take(&mut self) -> Option<Record> {
        self.last.take()
    }

    /// Waits for a record; returns its states, each with the steps taken, of so many floats a model.
    pub async fn read(
        &mut self,
        context: &Context,
        record: Record,
        floats: usize,
    ) -> Result<Vec<(u32, Vec<f32>)>, EngineError> {
        let lost = |text: String| EngineError::Lost(format!("reading back failed ({text})"));
        let Record { models, steps, staging, index } = record;
        let floats = floats * models.len();
        let size = 4 * floats as u64 * steps.len() as u64;
        let (sender, mapped) = oneshot::channel();
        staging.map_async(wgpu::MapMode::Read, 0..size, move |result| {
            // Nobody may be waiting any more, which is no error.
            let _ = sender.send(result);
        });
        if let Some(index) = index {
            context.settle(index)?;
        }
        let mapped = mapped.await;
        context.check()?;
        mapped.map_err(|e| lost(e.to_string()))?.map_err(|e| lost(context::one_line(&e)))?;
        let states = {
            let view =
                staging.get_mapped_range(0..size).map_err(|e| lost(context::one_line(&e)))?;
            let all: Vec<f32> = bytemuck::pod_collect_to_vec(&view);
            let states = all.chunks_exact(floats.max(1)).map(<[f32]>::to_vec);
            steps.into_iter().zip(states).collect()
        };
        staging.unmap();
        self.spare.push(staging);
        Ok(states)
    }
}

#[cfg(test)]
mod tests {
    use super::dispatches;

    #[test]
    fn dispatches_take_all_steps_and_none_too_many() {
        for (steps, longest) in [(1, 64), (64, 64), (65, 64), (1024, 64), (100, 7), (5, 1)] {
            let all = dispatches(steps, longest);
            assert_eq!(all.iter().sum::<u32>(), steps);
            assert!(all.iter().all(|&length| (1..=longest).contains(&length)));
            assert_eq!(all.len() as u32, steps.div_ceil(longest));
        }
    }
}
