//! Results from a file in the place of a run.

use super::{Run, Stage};
use crate::crew::Progress;
use leptos::prelude::*;
use toy::Sweep;
use toy::picture::Picture;
use wire::Request;

impl Run {
    /// Shows what a file of this name holds; nothing trains until the form says something else.
    pub fn adopt(self, sweep: Sweep, picture: Picture, name: String) {
        self.inner.update_value(|inner| {
            inner.forget_pending();
            inner.crew.ask_first(Request::Cancel);
            inner.running = Some(sweep.clone());
        });
        self.progress.set(Progress::default());
        self.stage.set(Stage::Done);
        self.pixel.set(None);
        self.source.set(Some(name));
        self.picture.set(picture);
        self.shown.set(sweep);
    }
}
