//! Checkpoints as bytes: a signature, the version, the header's length, the header, the models'
//! numbers as they are in memory (little-endian), and a checksum of all before it.

use super::{Checkpoint, CheckpointError, Header, Live, State, VERSION};
use toy::Spec;
use toy::fingerprint::{Fingerprint, Fingerprinter};
use toy::study::curve;
use toy::study::snapshot::Trained;
use toy::study::train::Learner;
use toy::train::Model;
use wire::Job;

/// What a checkpoint begins with.
const SIGNATURE: &[u8; 12] = b"superphase\x1a\n";
/// Bytes before the header: signature, version, length of the header.
const FRONT: usize = SIGNATURE.len() + 4 + 8;
/// Numbers of a piece.
const PIECE: usize = 1 << 14;
/// Bytes of the checksum.
const BACK: usize = 8;

impl Checkpoint {
    /// The checkpoint as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.size());
        self.write(|piece| bytes.extend_from_slice(piece));
        bytes
    }

    /// How many bytes it has.
    fn size(&self) -> usize {
        self.header.size()
    }

    /// Its bytes piece by piece.
    fn write(&self, put: impl FnMut(&[u8])) {
        self.header.write(put, |put| match &self.state {
            State::Sweep(planes) => planes.iter().for_each(|plane| put(plane)),
            State::Study { learners, finished } => {
                for Learner { state: Model { parameters, first, second }, sums, .. } in learners {
                    [parameters, first, second, sums].iter().for_each(|part| put(part));
                }
                for Trained { parameters, sums, .. } in finished {
                    put(parameters);
                    put(sums);
                }
            }
        });
    }

    /// Reads a checkpoint from bytes, whatever they are. Nothing larger than they are is allocated.
    ///
    /// # Errors
    /// When they are no checkpoint, one of another version, cut off or damaged, or do not fit
    /// together.
    pub fn decode(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let (header, mut numbers) = parts(bytes)?;
        let mut take = |count: usize| {
            let (own, rest) = numbers.split_at(4 * count);
            numbers = rest;
            let number = |four: &[u8]| f32::from_le_bytes([four[0], four[1], four[2], four[3]]);
            own.chunks_exact(4).map(number).collect::<Vec<f32>>()
        };
        let state = match &header.job {
            Job::Sweep(sweep) => {
                let count = header.models() * sweep.parameters();
                State::Sweep([take(count), take(count), take(count)])
            }
            Job::Study(_) | Job::Network(_) | Job::Translation(_) => {
                let points = curve::points(header.job.steps()) as usize;
                let size = |model: u32| size(&header.job, model);
                let mut learner = |&model: &u32| {
                    let size = size(model);
                    let (parameters, first, second) = (take(size), take(size), take(size));
                    let state = Model { parameters, first, second };
                    Learner { model, state, sums: take(points) }
                };
                let learners = header.share.iter().map(&mut learner).collect();
                let mut done = |&model: &u32| Trained {
                    model,
                    parameters: take(size(model)),
                    sums: take(points),
                };
                State::Study { learners, finished: header.finished.iter().map(&mut done).collect() }
            }
        };
        Ok(Self { header, state })
    }
}

impl Live<'_> {
    /// How many bytes it has.
    pub fn size(&self) -> usize {
        match self {
            Self::Whole(checkpoint) => checkpoint.size(),
            Self::Sweep(header, _) => header.size(),
        }
    }

    /// Its bytes piece by piece: those of [`Checkpoint::encode`].
    pub fn write(&self, put: impl FnMut(&[u8])) {
        match self {
            Self::Whole(checkpoint) => checkpoint.write(put),
            Self::Sweep(header, training) => {
                header.write(put, |put| (0..3).for_each(|part| put(&training.part(part))));
            }
        }
    }

    /// The same in memory.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.size());
        self.write(|piece| bytes.extend_from_slice(piece));
        bytes
    }
}

impl Header {
    /// How many bytes a checkpoint with this header has.
    fn size(&self) -> usize {
        FRONT + self.bytes().len() + 4 * numbers(self).unwrap_or(0) + BACK
    }

    /// The bytes of a checkpoint with this header and these numbers, piece by piece.
    fn write(&self, mut put: impl FnMut(&[u8]), numbers: impl FnOnce(&mut dyn FnMut(&[f32]))) {
        let mut sum = Fingerprinter::default();
        let mut put_summed = |piece: &[u8]| {
            sum.add(piece);
            put(piece);
        };
        let header = self.bytes();
        put_summed(SIGNATURE);
        put_summed(&VERSION.to_le_bytes());
        put_summed(&(header.len() as u64).to_le_bytes());
        put_summed(&header);
        let mut piece = Vec::with_capacity(4 * PIECE);
        numbers(&mut |values| {
            for some in values.chunks(PIECE) {
                piece.clear();
                piece.extend(some.iter().flat_map(|value| value.to_le_bytes()));
                put_summed(&piece);
            }
        });
        let Fingerprint(sum) = sum.finish();
        put(&sum.to_le_bytes());
    }

    /// The header's bytes.
    fn bytes(&self) -> Vec<u8> {
        // Never fails: a header is plain data.
        wire::encode(self).unwrap_or_default()
    }

    /// Reads what a checkpoint is of, and checks all of its bytes.
    ///
    /// # Errors
    /// As [`Checkpoint::decode`].
    pub fn decode(bytes: &[u8]) -> Result<Self, CheckpointError> {
        Ok(parts(bytes)?.0)
    }
}

/// The header and the bytes of the numbers, of which there are as many as the header says.
fn parts(bytes: &[u8]) -> Result<(Header, &[u8]), CheckpointError> {
    let front = &bytes[..bytes.len().min(SIGNATURE.len())];
    if front.is_empty() || !SIGNATURE.starts_with(front) {
        return Err(CheckpointError::Foreign);
    }
    let rest = bytes.get(SIGNATURE.len()..).unwrap_or_default();
    let (version, rest) = rest.split_first_chunk::<4>().ok_or(CheckpointError::Length)?;
    let version = u32::from_le_bytes(*version);
    if version != VERSION {
        return Err(CheckpointError::Version(version));
    }
    let (length, rest) = rest.split_first_chunk::<8>().ok_or(CheckpointError::Length)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
    let (rest, sum) = rest.split_last_chunk::<BACK>().ok_or(CheckpointError::Length)?;
    let (header, state) = rest.split_at_checked(length).ok_or(CheckpointError::Length)?;
    let whole = Fingerprint::of_bytes(&bytes[..bytes.len() - BACK]).0 == u64::from_le_bytes(*sum);
    let Ok(header) = wire::decode::<Header>(header) else {
        return Err(if whole {
            CheckpointError::Misfit("its header is another's".into())
        } else {
            CheckpointError::Checksum
        });
    };
    // First of all: a file that was cut off has another checksum, too.
    if numbers(&header).and_then(|n| n.checked_mul(4)) != Some(state.len()) {
        return Err(CheckpointError::Length);
    }
    if !whole {
        return Err(CheckpointError::Checksum);
    }
    header.validate()?;
    Ok((header, state))
}

/// Numbers that follow a header; `None` if they cannot be counted.
fn numbers(header: &Header) -> Option<usize> {
    let Header { share, .. } = header;
    match &header.job {
        Job::Sweep(s) => {
            let row = s.columns.checked_mul(s.repeats)? as usize;
            let parameters = s.hidden.checked_add(1)?.checked_mul(s.features)? as usize;
            share.len().checked_mul(row)?.checked_mul(parameters)?.checked_mul(3)
        }
        Job::Study(s) => {
            let weights = s.features.checked_mul(s.hidden)?.checked_mul(2)?;
            weights.checked_add(s.features)?;
            learners(header)
        }
        // Their tables keep every size so small that no product overflows.
        Job::Network(network) => {
            network.validate().ok()?;
            learners(header)
        }
        Job::Translation(translation) => {
            translation.validate().ok()?;
            let models = translation.models();
            let known = |model: &u32| u64::from(*model) < models;
            header.share.iter().chain(&header.finished).all(known).then_some(())?;
            learners(header)
        }
    }
}

/// Numbers of models that are kept one by one.
fn learners(header: &Header) -> Option<usize> {
    let points = curve::points(header.job.steps()) as usize;
    let of = |model: &u32, times: usize| {
        size(&header.job, *model).checked_mul(times)?.checked_add(points)
    };
    let own = header.share.iter().map(|model| of(model, 3));
    let mut all = own.chain(header.finished.iter().map(|model| of(model, 1)));
    all.try_fold(0usize, |sum, own| sum.checked_add(own?))
}

/// Parameters of a model, where models are kept one by one.
fn size(job: &Job, model: u32) -> usize {
    match job {
        Job::Sweep(sweep) => sweep.parameters(),
        Job::Study(study) => study.parameters(),
        Job::Network(network) => network.parameters() as usize,
        Job::Translation(translation) => translation.parameters(model),
    }
}
