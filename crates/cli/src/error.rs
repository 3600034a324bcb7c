//! What can go wrong on the command line, as sentences, and the exit status of each.

use crate::share::ShareError;
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
    Merge(#[from] crate::merge::MergeError),
    /// A checkpoint that cannot be gone on from.
    #[error("{0}: {1}")]
    Checkpoint(PathBuf, String),
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
            | Self::Theory(_)
            | Self::Preset(..)
            | Self::Foreign(..)
            | Self::Share(_)
            | Self::Flags(_)
            | Self::Unwritable(..) => 2,
            Self::Write(..) | Self::Rescued { .. } => 3,
            Self::Read(..) | Self::File(..) | Self::Merge(_) | Self::Checkpoint(..) => 1,
            Self::Stopped { signal, .. } => 128 + signal,
        }
    }
}
