//! The run of an experiment: what trains, how far it is and what it has found. Buttons and
//! parameters come in as calls, everything else reads the signals.

use super::deal::Deal;
use crate::crew::{Crew, Progress};
use crate::run::{Engine, Stage};
use leptos::prelude::*;
use std::time::Duration;
use toy::Study;
use toy::study::preset::View;
use toy::study::{Snapshot, Variant};
use wire::{Choice, Request};

/// A form that is still being changed is trained again when it has rested this long.
const REST: Duration = Duration::from_millis(150);
/// Most frames of the film of a run.
const FRAMES: u32 = 121;

/// One study of a run and its models as they are now.
pub struct Part {
    /// The study.
    pub study: Study,
    /// Its models, ascending; those that have been heard of.
    pub snapshots: Vec<Snapshot>,
}

/// The models of a run's first study at a step.
#[derive(Clone, Default)]
pub struct Frame {
    /// The step.
    pub step: u32,
    /// The models, ascending.
    pub snapshots: Vec<Snapshot>,
}

/// What a run has found.
#[derive(Default)]
pub struct Found {
    /// Its studies, in the order of training; most views have one.
    pub parts: Vec<Part>,
    /// The run so far, for the view that shows it.
    pub film: Vec<Frame>,
}

#[derive(Default)]
pub(super) struct Inner {
    pub crew: Crew,
    /// Who of them has which models.
    pub deal: Deal,
    pub found: Found,
    /// Studies to train after the one in training, the next one last.
    pub queue: Vec<Study>,
    /// Whether the reader wants it to wait.
    pub hold: bool,
    /// Whether the reader asked for it however long it takes.
    pub confirmed: bool,
    /// Whether the models are under attack.
    pub attacking: bool,
    pending: Option<TimeoutHandle>,
    /// The drawing to come, until the frame that it is made in.
    pub drawing: Option<TimeoutHandle>,
    /// What drawing took last until it was on the screen, in milliseconds.
    pub cost: f64,
}

/// The run, as signals; copies are handles to the same run.
#[derive(Clone, Copy)]
pub struct StudyRun {
    /// Where it stands.
    pub stage: RwSignal<Stage>,
    /// The engine, once known.
    pub engine: RwSignal<Option<Engine>>,
    /// How far it is, over all its studies.
    pub progress: RwSignal<Progress>,
    /// Counts what is worth a new drawing.
    pub drawn: RwSignal<u32>,
    pub(super) view: View,
    pub(super) study: RwSignal<Study>,
    pub(super) choice: RwSignal<Choice>,
    pub(super) inner: StoredValue<Inner, LocalStorage>,
}

impl StudyRun {
    /// A run that follows the study and the choice of engine from now on.
    pub fn follow(view: View, study: RwSignal<Study>, choice: RwSignal<Choice>) -> Self {
        let run = Self {
            stage: RwSignal::new(Stage::Loading),
            engine: RwSignal::new(None),
            progress: RwSignal::new(Progress::default()),
            drawn: RwSignal::new(0),
            view,
            study,
            choice,
            inner: StoredValue::new_local(Inner::default()),
        };
        Effect::new(move |before: Option<()>| {
            study.track();
            choice.track();
            run.inner.update_value(|inner| {
                inner.confirmed = false;
                inner.forget_pending();
            });
            match before {
                None => run.prepare(false),
                Some(()) => {
                    let start = set_timeout_with_handle(move || run.prepare(false), REST).ok();
                    run.inner.update_value(|inner| inner.pending = start);
                }
            }
        });
        run
    }

    /// Reads what has been found.
    pub fn with<T>(self, read: impl FnOnce(&Found) -> T) -> T {
        self.inner.with_value(|inner| read(&inner.found))
    }

    /// Pauses what trains, goes on with what waits, trains what is done.
    pub fn toggle(self) {
        match self.stage.get_untracked() {
            Stage::Loading => {}
            Stage::Starting | Stage::Training => self.hold(true),
            Stage::Paused => self.hold(false),
            Stage::Asking(_) => {
                self.inner.update_value(|inner| inner.confirmed = true);
                self.hold(false);
            }
            Stage::Done | Stage::Failed(_) => self.prepare(false),
        }
    }

    /// Takes one step and waits.
    pub fn step(self) {
        if self.stage.with_untracked(Stage::steps) {
            self.inner.update_value(|inner| inner.hold = true);
            self.tell(&Request::Step(1));
            self.stage.set(Stage::Paused);
        }
    }

    /// Goes back to step 0 and waits there.
    pub fn reset(self) {
        self.prepare(true);
    }

    pub(super) fn hold(self, hold: bool) {
        self.inner.update_value(|inner| inner.hold = hold);
        self.tell(&if hold { Request::Pause } else { Request::Resume });
        self.stage.set(if hold { Stage::Paused } else { Stage::Training });
    }

    pub(super) fn tell(self, request: &Request) {
        self.inner.with_value(|inner| inner.crew.tell(request));
    }

    /// Frames of the film that the view shows.
    pub(super) fn frames(self) -> u32 {
        if self.view == View::Dynamics { FRAMES } else { 0 }
    }

    /// What to train for the view, in turn: a study, and what it is to be compared with.
    pub(super) fn studies(self) -> Vec<Study> {
        let study = self.study.get_untracked();
        let other = match study.variant {
            Variant::Linear => Variant::Relu,
            _ => Variant::Linear,
        };
        let companion = Study { variant: other, ..study.clone() };
        match self.view {
            View::Demonstration => vec![study, companion],
            _ => vec![study],
        }
    }
}

impl Inner {
    /// Takes back a start that was put off.
    pub fn forget_pending(&mut self) {
        if let Some(handle) = self.pending.take() {
            handle.clear();
        }
    }
}
