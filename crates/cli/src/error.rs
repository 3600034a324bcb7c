//! What can go wrong on the command line, as sentences.

use std::path::{Path, PathBuf};
use toy::spec::ParamError;

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
    /// A file cannot be written.
    #[error("{0} cannot be written: {1}")]
    Write(PathBuf, std::io::Error),
    /// A file cannot be opened.
    #[error("{0} cannot be read: {1}")]
    Read(PathBuf, std::io::Error),
    /// What a file holds, or should hold, is not as it must be.
    #[error("{0}: {1}")]
    File(PathBuf, files::FileError),
    /// Parts that make no whole.
    #[error(transparent)]
    Merge(#[from] crate::merge::MergeError),
}

/// Writes a file.
pub fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<(), Error> {
    std::fs::write(path, text).map_err(|error| Error::Write(path.into(), error))
}
