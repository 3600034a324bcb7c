//! Results from files: runs of ours as JSON, grid tables as CSV, ours or repro-superposition's.

use crate::phase::Thresholds;
use crate::picture::Picture;
use crate::sweep::Sweep;
use crate::{csv, json};

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The run, or at least the axes of the diagram; always valid.
    pub sweep: Sweep,
    /// The diagram.
    pub picture: Picture,
    /// Where its phases end and begin, if the file says so.
    pub thresholds: Option<Thresholds>,
    /// What the file does not say and was put in its place, a sentence each.
    pub notes: Vec<String>,
}

/// Why a file cannot be shown, as a sentence without its full stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LoadError(pub String);

/// Reads a file of any known kind. What a table does not say is taken from `base`.
///
/// # Errors
/// When the file is of no known kind or damaged.
pub fn load(text: &str, base: &Sweep, thresholds: &Thresholds) -> Result<Loaded, LoadError> {
    // Spreadsheets put a byte-order mark in front.
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        Err(LoadError("the file is empty".into()))
    } else if text.starts_with('{') {
        json::read(text)
    } else {
        csv::read(text, base, thresholds)
    }
}
