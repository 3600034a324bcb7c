//! What can go wrong on the command line, as sentences, and the exit status of each.

use crate::share::{Share, ShareError};
use std::io;
use std::path::PathBuf;
use toy::spec::ParamError;

/// Exit statuses, as `--help` and the README list them.
pub const STATUSES: &str = "\
Exit statuses:
  0    everything that was asked for is done and written
  1    something failed on the way: the GPU, memory, a checkpoint, a file that is read
  2    the command line asks for something that there is not, or that cannot be written to
  3    results could not be written where they belong; if another place took them, it is named
  130  stopped by SIGINT (Ctrl-C), 143 by SIGTERM; what goes on from the checkpoint is printed";

/// An error that ends the command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A value is not allowed.
    #[error(transparent)]
    Param(#[from] ParamError),
    /// Values do not fit together.
    #[error(transparent)]
    Sweep(#[from] toy::SweepError),
    /// Values of a study do not fit together.
    #[error(transparent)]
    Study(#[from] toy::StudyError),
    /// Values of a network do not fit together.
    #[error(transparent)]
    Network(#[from] toy::network::NetworkError),
    /// Values of a run of bottlenecks do not fit together.
    #[error(transparent)]
    Translation(#[from] toy::translation::TranslationError),
    /// A text, or a model of one, that is none.
    #[error("{0}: {1}")]
    Text(PathBuf, String),
    /// A flag of another kind of run.
    #[error("--{0} does not belong to a {1}")]
    Foreign(String, &'static str),
    /// A shape without a theory.
    #[error(transparent)]
    Theory(#[from] toy::population::PopulationError),
    /// There is no such preset.
    #[error("there is no preset called {0}; there are {1}")]
    Preset(String, String),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] engine::EngineError),
    /// There is no such share.
    #[error(transparent)]
    Share(#[from] ShareError),
    /// Flags that do not go together.
    #[error("{0}")]
    Flags(String),
    /// A file cannot be written to, as was found out before anything was computed.
    #[error("{0} cannot be written: {1}")]
    Unwritable(PathBuf, String),
    /// A file could not be written, and nothing else took its content.
    #[error("{0} cannot be written: {1}")]
    Write(PathBuf, io::Error),
    /// A file could not be written, but another was.
    #[error("{path} cannot be written: {why}; what belongs there is in {rescue}")]
    Rescued {
        /// Where it belongs.
        path: PathBuf,
        /// Why it is not there.
        why: io::Error,
        /// Where it is.
        rescue: PathBuf,
    },
    /// A file cannot be read.
    #[error("{0} cannot be read: {1}")]
    Read(PathBuf, io::Error),
    /// What a file holds, or should hold, is not as it must be.
    #[error("{0}: {1}")]
    File(PathBuf, files::FileError),
    /// Parts that make no whole.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// A checkpoint that cannot be gone on from.
    #[error("{0}: {1}")]
    Checkpoint(PathBuf, String),
    /// A GPU that gets a kernel wrong, or cannot train by it.
    #[error("{0}: {1}")]
    Bench(String, String),
    /// A signal asked for the end.
    #[error("stopped by {} {at}; {hint}", if *signal == 2 { "SIGINT" } else { "SIGTERM" })]
    Stopped {
        /// Its number.
        signal: u8,
        /// How far the run was.
        at: String,
        /// How to go on.
        hint: String,
    },
}

impl Error {
    /// The exit status, see [`STATUSES`].
    pub fn status(&self) -> u8 {
        match self {
            Self::Engine(error) => match error.cause() {
                wire::Cause::Invalid | wire::Cause::NoGpu => 2,
                _ => 1,
            },
            Self::Param(_)
            | Self::Sweep(_)
            | Self::Study(_)
            | Self::Network(_)
            | Self::Translation(_)
            | Self::Theory(_)
            | Self::Preset(..)
            | Self::Foreign(..)
            | Self::Share(_)
            | Self::Flags(_)
            | Self::Unwritable(..) => 2,
            Self::Write(..) | Self::Rescued { .. } => 3,
            Self::Read(..)
            | Self::File(..)
            | Self::Text(..)
            | Self::Merge(_)
            | Self::Checkpoint(..)
            | Self::Bench(..) => 1,
            Self::Stopped { signal, .. } => 128 + signal,
        }
    }
}

/// Why parts of a run are no whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// Not written by a shard, or by one of another version.
    #[error("{0} is no part of a run, or one of another version of the program")]
    NoPart(PathBuf),
    /// Called as another shard's.
    #[error("{0} is called as the part of shard {1}, but is that of shard {2}")]
    Named(PathBuf, Share, Share),
    /// Cut off, or changed.
    #[error("{0} is cut off or damaged; run its shard again: --array={1}")]
    Damaged(PathBuf, u32),
    /// Of another run than the first.
    #[error("{part} does not belong to {first}: its {what} is {found}, not {wanted}")]
    Foreign {
        /// The part.
        part: PathBuf,
        /// The first part.
        first: PathBuf,
        /// What differs.
        what: &'static str,
        /// The part's.
        found: String,
        /// The first part's.
        wanted: String,
    },
    /// A shard twice.
    #[error("{0} and {1} are both of shard {2}; leave one of them")]
    Twice(PathBuf, PathBuf, u32),
    /// Shards that are not there.
    #[error("{missing} of {of} parts are missing; what is left to do: sbatch --array={array}")]
    Missing {
        /// How many are missing.
        missing: usize,
        /// How many there should be.
        of: u32,
        /// Which, as `sbatch` takes them.
        array: String,
    },
    /// The whole would take the place of a part.
    #[error("{0} is one of the parts; name another file for the whole")]
    Part(PathBuf),
}
