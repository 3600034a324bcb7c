//! Rows of the comparison from files: weights of any kind, or a table that was saved.

use crate::archive::{Archive, FileError, error};
use crate::{load, networks, weights};
use toy::Study;
use toy::comparison::{self, Row};
use toy::evaluate::Effort;
use toy::spec::link;

/// Reads a file: networks or studies of ours, W and b of others, or a table of the comparison (CSV).
/// Returns its rows, and what the reader should know, a clause each.
///
/// # Errors
/// When it is none of these, or damaged.
pub fn rows(bytes: &[u8], effort: Effort) -> Result<(Vec<Row>, Vec<String>), FileError> {
    if !Archive::is(bytes) {
        let rows = comparison::from_csv(bytes).map_err(FileError)?;
        return if rows.is_empty() { error("its table has no rows") } else { Ok((rows, vec![])) };
    }
    let archive = Archive::read(bytes)?;
    if networks::holds(&archive) {
        let found = networks::read(&archive, effort)?;
        let rows = comparison::networks(&found.network, &found.initial, &found.snapshots);
        return Ok((rows, found.notes));
    }
    let own = weights::link(&archive);
    if own.is_some_and(|link| !link::names_preset::<Study>(link)) {
        return error("it holds a diagram's models, which are compared on the diagram's page");
    }
    let found = load::study(bytes, &Study::default())?;
    let mut notes = found.notes;
    if own.is_none() {
        notes.push("how its models began is not known".into());
    }
    Ok((comparison::study(&found.study, &found.snapshots, own.is_some()), notes))
}
