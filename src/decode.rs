//! Reads files of diagrams: a part of the program that is loaded with the first of them.

use crate::part::Why;
use toy::Sweep;
use toy::load::{Loaded, load};
use toy::phase::Thresholds;
use wasm_split_helpers::wasm_split;

/// Reads a diagram: weights of models, a table or a document, with what `base` says where it says
/// nothing.
///
/// # Errors
/// When it is none, a clause, or when this part of the program cannot be loaded.
#[wasm_split(files, fallible)]
pub fn read(bytes: Vec<u8>, base: Sweep, thresholds: Thresholds) -> Result<Loaded, Why> {
    if files::Archive::is(&bytes) {
        return files::load::load(&bytes, &base, &thresholds).map_err(|why| Why(why.to_string()));
    }
    load(&bytes, &base, &thresholds).map_err(|why| Why(why.to_string()))
}
