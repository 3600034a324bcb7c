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

/// Most records that share a buffer and are read together: to map one costs a browser more than
/// what stands in it.
pub const TOGETHER: usize = 16;
/// Bytes of a buffer that records share; a larger record has one of its own.
const SHARED: u64 = 1 << 20;

/// What a slice should record.
#[derive(Clone, Debug)]
pub struct Follow {
    /// Neighbouring models, by their local numbers, which share buffers.
    pub models: Range<usize>,
    /// Of the slice's dispatches, the last so many; at least 1.
    pub passages: usize,
    /// Only if the slice takes all the steps it is allowed to.
    pub last_only: bool,
    /// In another buffer than the record before, which is to be read meanwhile.
    pub apart: bool,
}

/// The lengths of the dispatches that take some steps: as few as there can be, and about alike.
pub fn dispatches(steps: u32, longest: u32) -> Vec<u32> {
    let count = steps.div_ceil(longest);
    (0..count).map(|k| steps * (k + 1) / count - steps * k / count).collect()
}

/// What was copied out after each of some numbers of steps: floats as they lie in the buffers.
pub type Copies = Vec<(u32, Vec<f32>)>;

/// A model after each of some numbers of steps.
pub type States = Vec<(u32, Model<f32>)>;

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
    /// Waits for records, once the GPU has been given the work that makes them: of each, after each
    /// number of steps the model followed.
    async fn read_records(&mut self, records: &[Record]) -> Result<Vec<States>, EngineError>;
    /// The same of one.
    async fn read_record(&mut self, record: Record) -> Result<States, EngineError> {
        Ok(self.read_records(&[record]).await?.pop().unwrap_or_default())
    }
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
    /// The buffer, and where in it the record begins, in bytes.
    pub(super) staging: wgpu::Buffer,
    offset: u64,
    index: Option<wgpu::SubmissionIndex>,
}

impl Record {
    /// Byte at which the state at a step goes, of so many floats.
    pub(super) fn place(&mut self, step: u32, floats: usize) -> u64 {
        self.steps.push(step);
        self.offset + 4 * floats as u64 * (self.steps.len() as u64 - 1)
    }

    /// Steps from the first state to the last.
    pub fn length(&self) -> u32 {
        let ends = self.steps.first().zip(self.steps.last());
        ends.map_or(0, |(first, last)| last - first)
    }

    /// Whether both are in the same buffer.
    pub fn is_beside(&self, other: &Self) -> bool {
        self.staging == other.staging
    }
}

/// A buffer that has room yet.
struct Open {
    staging: wgpu::Buffer,
    /// Bytes in use, and by how many records.
    used: u64,
    records: usize,
}

/// Keeps the buffers of records, and the last record.
#[derive(Default)]
pub struct Recorder {
    spare: Vec<wgpu::Buffer>,
    open: Option<Open>,
    last: Option<Record>,
}

impl Recorder {
    /// Begins a record whose states have so many floats.
    pub fn start(&mut self, device: &wgpu::Device, follow: &Follow, floats: usize) -> Record {
        let passages = follow.passages.clamp(1, MOST_DISPATCHES);
        let size = 4 * floats as u64 * (passages as u64 + 1);
        let has_room = |open: &Open| {
            !follow.apart && open.records < TOGETHER && open.used + size <= open.staging.size()
        };
        let mut open = match self.open.take().filter(has_room) {
            Some(open) => open,
            None => Open { staging: self.buffer(device, size), used: 0, records: 0 },
        };
        let (models, offset) = (follow.models.clone(), open.used);
        let record =
            Record { models, steps: vec![], staging: open.staging.clone(), offset, index: None };
        (open.used, open.records) = (open.used + size, open.records + 1);
        self.open = Some(open);
        record
    }

    /// A buffer for a record of so many bytes, and for more like it.
    fn buffer(&mut self, device: &wgpu::Device, size: u64) -> wgpu::Buffer {
        let size = (TOGETHER as u64 * size).min(SHARED).max(size);
        let usage = BufferUsages::COPY_DST | BufferUsages::MAP_READ;
        match self.spare.iter().position(|buffer| buffer.size() >= size) {
            Some(place) => self.spare.swap_remove(place),
            None => buffer(device, "records", size, usage),
        }
    }

    /// Keeps a record that a submission completes, in the place of the one before.
    pub fn keep(&mut self, mut record: Record, submission: &Submission) {
        record.index = Some(submission.index.clone());
        self.last = Some(record);
    }

    /// The last record.
    pub fn take(&mut self) -> Option<Record> {
        self.last.take()
    }

    /// Waits for records, all there are in their buffers; returns the states of each, with the steps
    /// taken, of so many floats a model.
    pub async fn read(
        &mut self,
        context: &Context,
        records: &[Record],
        floats: usize,
    ) -> Result<Vec<Copies>, EngineError> {
        let mut all = vec![];
        for beside in records.chunk_by(Record::is_beside) {
            all.extend(self.read_beside(context, beside, floats).await?);
        }
        Ok(all)
    }

    /// The same of records in one buffer.
    async fn read_beside(
        &mut self,
        context: &Context,
        records: &[Record],
        floats: usize,
    ) -> Result<Vec<Copies>, EngineError> {
        let lost = |text: String| EngineError::Lost(format!("reading back failed ({text})"));
        let Some(last) = records.last() else { return Ok(vec![]) };
        let staging = last.staging.clone();
        // Nothing more goes into what is read.
        self.open = self.open.take().filter(|open| open.staging != staging);
        let size = |record: &Record| 4 * floats * record.models.len();
        let end = last.offset + (size(last) * last.steps.len()) as u64;
        let (sender, mapped) = oneshot::channel();
        staging.map_async(wgpu::MapMode::Read, 0..end, move |result| {
            // Nobody may be waiting any more, which is no error.
            let _ = sender.send(result);
        });
        if let Some(index) = last.index.clone() {
            context.settle(index)?;
        }
        let mapped = mapped.await;
        context.check()?;
        mapped.map_err(|e| lost(e.to_string()))?.map_err(|e| lost(context::one_line(&e)))?;
        let all = {
            let view = staging.get_mapped_range(0..end).map_err(|e| lost(context::one_line(&e)))?;
            let one = |record: &Record| {
                let states = view[record.offset as usize..].chunks_exact(size(record).max(1));
                let states = states.map(bytemuck::pod_collect_to_vec);
                record.steps.iter().copied().zip(states).collect()
            };
            records.iter().map(one).collect()
        };
        staging.unmap();
        self.spare.push(staging);
        Ok(all)
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
