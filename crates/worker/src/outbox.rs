//! The way out of a session: reports, and checkpoints.

use engine::Checkpoint;
use std::rc::Rc;
use wire::Report;

/// Takes reports; clones are the same.
#[derive(Clone)]
pub struct Outbox(Rc<dyn Fn(Report, Option<Checkpoint>)>);

impl Outbox {
    /// An outbox whose reports go to a function.
    pub fn new(post: impl Fn(Report, Option<Checkpoint>) + 'static) -> Self {
        Self(Rc::new(post))
    }

    /// Sends a report.
    pub fn send(&self, report: Report) {
        (self.0)(report, None);
    }

    /// Sends a report with a checkpoint.
    pub fn send_with(&self, report: Report, state: Checkpoint) {
        (self.0)(report, Some(state));
    }
}
