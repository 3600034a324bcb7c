//! Results from files: runs of ours as JSON, grid tables as CSV, whoever wrote them.

mod cells;
mod entry;
mod loaded;
mod run;
mod study;
mod table;
mod text;

use crate::phase::Thresholds;
use crate::sweep::Sweep;

pub use loaded::{LoadError, Loaded};
pub use study::{Found as FoundStudy, study};

/// Largest file worth reading, in bytes: our own document of the largest diagram has some 80 MB.
pub const LARGEST: usize = 128 << 20;

/// Reads a file of any known kind. What a table does not say is taken from `base`. Memory and time
/// are a small multiple of the file's size, whatever is in it.
///
/// # Errors
/// When the file is of no known kind or damaged.
pub fn load(file: &[u8], base: &Sweep, thresholds: &Thresholds) -> Result<Loaded, LoadError> {
    if file.len() > LARGEST {
        return Err(LoadError(format!("it is larger than {} MB", LARGEST >> 20)));
    }
    let text = text::decode(file)?;
    match text.trim_start().chars().next() {
        None => Err(LoadError("the file is empty".into())),
        Some('{') => run::read(text.trim(), thresholds),
        Some('[') => Err(LoadError("it is JSON, but not a run of Superphase".into())),
        Some('<') => Err(LoadError("it is a web page or a picture, not a table or a run".into())),
        _ => table::read(&text, base, thresholds),
    }
}
