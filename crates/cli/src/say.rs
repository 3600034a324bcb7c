//! Standard output and standard error, which may be closed at any time.

use std::io::{self, ErrorKind, Write};

/// Says something to whoever watches; nobody may be left to listen, which is no error. A line is
/// written at once: several processes may have the same log.
pub fn note(text: impl std::fmt::Display) {
    let _ = io::stderr().write_all(format!("{text}\n").as_bytes());
}

/// Writes to standard output. Returns whether anybody still reads it.
///
/// # Errors
/// When it cannot be written, for another reason than that nobody reads it any more.
pub fn print(bytes: &[u8]) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}
