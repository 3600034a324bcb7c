//! The way out of a session: reports, and checkpoints.

use engine::Live;
use std::rc::Rc;
use wire::Report;

type Post = dyn Fn(Report, Option<&Live<'_>>);

/// Takes reports; clones are the same.
#[derive(Clone)]
pub struct Outbox(Rc<Post>);

impl Outbox {
    /// An outbox whose reports go to a function.
    pub fn new(post: impl Fn(Report, Option<&Live<'_>>) + 'static) -> Self {
        Self(Rc::new(post))
    }

    /// Sends a report.
    pub fn send(&self, report: Report) {
        (self.0)(report, None);
    }

    /// Sends a report with a checkpoint.
    pub fn send_with(&self, report: Report, state: &Live<'_>) {
        (self.0)(report, Some(state));
    }
}
