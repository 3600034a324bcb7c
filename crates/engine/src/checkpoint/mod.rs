//! Checkpoints: a run as bytes, from which it goes on bit for bit.
//!
//! A checkpoint holds what is trained, which rows or models of it, how far they are and their whole
//! state: parameters, both moments, a study's loss sums, and which models are ahead of the others.
//! Everything else that a run goes on from (random numbers, schedule, batches) is a function of
//! these. Restored on a backend of the kind that made it, a run ends with the bits of an undisturbed
//! one, as long as the machine has the same instruction set or the same GPU. Restored on the other
//! kind it goes on from the same state by other kernels, which round differently: right, but other
//! bits.

mod bytes;

use serde::{Deserialize, Serialize};
use toy::fingerprint::Fingerprint;
use toy::study::snapshot::Trained;
use toy::study::train::Learner;
use wire::{Job, Kind};

/// Version of the format; others are refused.
pub const VERSION: u32 = 1;

/// Why bytes are not a checkpoint that can be gone on from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Something else.
    #[error("it is not a checkpoint of superphase")]
    Foreign,
    /// A format that is not ours to read.
    #[error(
        "it is a checkpoint of version {0}, and this program reads version {VERSION}; go on with the program that wrote it"
    )]
    Version(u32),
    /// Not as many bytes as it says itself.
    #[error("the checkpoint is cut off or has something added")]
    Length,
    /// Other bytes than were written.
    #[error("the checkpoint was damaged: its checksum is another")]
    Checksum,
    /// A description or numbers that do not fit together.
    #[error("the checkpoint does not fit this program ({0}); go on with the program that wrote it")]
    Misfit(String),
}

/// The fingerprint of what is trained.
pub fn fingerprint(job: &Job) -> Fingerprint {
    match job {
        Job::Sweep(sweep) => sweep.into(),
        Job::Study(study) => study.into(),
        Job::Network(network) => network.into(),
        Job::Translation(translation) => translation.into(),
    }
}

/// All of a checkpoint but the models' numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the program that wrote it.
    pub program: String,
    /// What is trained.
    pub job: Job,
    /// Its fingerprint, as the program that wrote it computed it.
    pub fingerprint: Fingerprint,
    /// The share: rows of a sweep, or models of a study, in the order of their numbers below.
    pub share: Vec<u32>,
    /// What it was trained on.
    pub kind: Kind,
    /// That by name: the adapter or the instruction set.
    pub name: String,
    /// On a GPU, whether each model of a sweep had a workgroup, see
    /// [`Kernel::shared`](crate::gpu::shader::Kernel::shared).
    pub shared: bool,
    /// Steps that all models have taken.
    pub step: u32,
    /// Steps beyond these that some models of a sweep have taken.
    pub ahead: u32,
    /// Which local models: bit `i % 8` of byte `i / 8`. Empty when none are.
    pub leaders: Vec<u8>,
    /// Models of a study that were done before others were taken over.
    pub finished: Vec<u32>,
}

/// The numbers of a checkpoint's models.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Parameters, first and second moments of a sweep's, each by parameter, then model.
    Sweep([Vec<f32>; 3]),
    /// A study's models, or networks, under way, and those that are done.
    Study {
        /// Under way.
        learners: Vec<Learner>,
        /// Done.
        finished: Vec<Trained>,
    },
}

/// A run at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// What is trained and how far it is.
    pub header: Header,
    /// The models.
    pub state: State,
}

/// A run at a moment, for as long as it stands still: to be written where no second copy of a
/// million models has room.
pub enum Live<'a> {
    /// A checkpoint in memory.
    Whole(Checkpoint),
    /// A sweep's, whose numbers are where they are trained.
    Sweep(Header, &'a crate::cpu::Training),
}

impl Checkpoint {
    /// The same of some of its parts only, in its order: rows of a sweep that none is ahead in, or
    /// models of a study. So a share that one trained can be gone on with by several.
    ///
    /// # Errors
    /// When it does not have all of them, or some models are ahead of others.
    pub fn part(self, parts: &[u32]) -> Result<Self, CheckpointError> {
        let Self { mut header, state } = self;
        let own: Vec<usize> =
            (0..header.share.len()).filter(|&at| parts.contains(&header.share[at])).collect();
        if own.len() == header.share.len() && own.len() == parts.len() {
            return Ok(Self { header, state });
        }
        if own.len() != parts.len() || header.ahead > 0 {
            return Err(CheckpointError::Misfit("it is of other models".into()));
        }
        let models = header.models();
        let width = models / header.share.len().max(1);
        let state = match state {
            State::Sweep(all) => State::Sweep(all.map(|plane| {
                let planes = plane.chunks_exact(models.max(1));
                let rows = planes.flat_map(|p| own.iter().map(|&row| &p[row * width..][..width]));
                rows.flatten().copied().collect()
            })),
            State::Study { learners, finished } => {
                let learners = learners.into_iter().filter(|l| parts.contains(&l.model)).collect();
                State::Study { learners, finished }
            }
        };
        header.share = own.into_iter().map(|at| header.share[at]).collect();
        Ok(Self { header, state })
    }
}

/// A bit a model, as in [`Header::leaders`].
pub(crate) fn bits(all: &[bool]) -> Vec<u8> {
    let byte = |eight: &[bool]| eight.iter().rev().fold(0, |byte, &bit| byte << 1 | u8::from(bit));
    all.chunks(8).map(byte).collect()
}

impl Header {
    /// A header without models.
    pub(crate) fn new(job: Job, kind: Kind, step: u32) -> Self {
        Self {
            program: env!("CARGO_PKG_VERSION").into(),
            fingerprint: fingerprint(&job),
            job,
            share: vec![],
            kind,
            name: String::new(),
            shared: false,
            step,
            ahead: 0,
            leaders: vec![],
            finished: vec![],
        }
    }

    /// Models in the share.
    pub fn models(&self) -> usize {
        match &self.job {
            Job::Sweep(sweep) => self.share.len() * (sweep.columns * sweep.repeats) as usize,
            Job::Study(_) | Job::Network(_) | Job::Translation(_) => self.share.len(),
        }
    }

    /// Whether a local model has taken the steps [`ahead`](Self::ahead).
    pub fn leads(&self, local: usize) -> bool {
        self.leaders.get(local / 8).is_some_and(|byte| byte >> (local % 8) & 1 == 1)
    }

    /// Checks what a checkpoint says of itself.
    fn validate(&self) -> Result<(), CheckpointError> {
        let misfit = |why: String| Err(CheckpointError::Misfit(why));
        if let Err(why) = self.job.validate_in_shares() {
            return misfit(why.to_string());
        }
        if self.fingerprint != fingerprint(&self.job) {
            return misfit("it describes its run in another way".into());
        }
        let mut seen = vec![false; self.job.parts() as usize];
        for &place in self.share.iter().chain(&self.finished) {
            match seen.get_mut(place as usize) {
                Some(seen) if !*seen => *seen = true,
                _ => return misfit(format!("row or model {place} is there twice or not at all")),
            }
        }
        let steps = self.job.steps();
        let sweep = matches!(self.job, Job::Sweep(_));
        if self.step > steps || self.ahead > steps - self.step || (self.ahead > 0 && !sweep) {
            return misfit(format!("step {} of {steps}", self.step));
        }
        if sweep && !self.finished.is_empty() {
            return misfit("a sweep has no models that are done before others".into());
        }
        let leaders = if self.ahead > 0 { self.models().div_ceil(8) } else { 0 };
        if self.leaders.len() != leaders {
            return misfit("it does not say which models are ahead".into());
        }
        Ok(())
    }
}
