//! Results from elsewhere in the place of a run.

use super::{Run, Stage};
use crate::crew::Progress;
use leptos::prelude::*;
use toy::Sweep;
use toy::picture::Picture;
use wire::Request;

impl Run {
    /// Shows what a file of this name holds; nothing trains until the form says something else.
    pub fn adopt(self, sweep: Sweep, picture: Picture, name: String) {
        self.replace(sweep, picture, Some(name));
    }

    /// Shows what another run has trained, as if it had been this one.
    pub fn take_over(self, sweep: Sweep, picture: Picture) {
        self.replace(sweep, picture, None);
    }

    fn replace(self, sweep: Sweep, picture: Picture, source: Option<String>) {
        self.inner.update_value(|inner| {
            inner.forget_pending();
            inner.preview = None;
            inner.crew.ask_first(|_| Request::Cancel);
            inner.running = Some(sweep.clone());
        });
        self.progress.set(Progress::default());
        self.stage.set(Stage::Done);
        self.pixel.set(None);
        self.source.set(source);
        self.picture.set(picture);
        self.shown.set(sweep);
    }
}
