//! The way out of a session: reports, and the bytes of checkpoints.

use std::rc::Rc;
use wire::Report;

/// Takes reports; clones are the same.
#[derive(Clone)]
pub struct Outbox(Rc<dyn Fn(Report, Option<Vec<u8>>)>);

impl Outbox {
    /// An outbox whose reports go to a function.
    pub fn new(post: impl Fn(Report, Option<Vec<u8>>) + 'static) -> Self {
        Self(Rc::new(post))
    }

    /// Sends a report.
    pub fn send(&self, report: Report) {
        (self.0)(report, None);
    }

    /// Sends a report with the bytes of a checkpoint.
    pub fn send_with(&self, report: Report, state: Vec<u8>) {
        (self.0)(report, Some(state));
    }
}
