//! The run of an experiment: what trains, how far it is and what it has found. Buttons and
//! parameters come in as calls, everything else reads the signals.

use crate::experiment::{self, Frame, Run, habits, merge, place};
use crate::origin::Origin;
use crate::rescue;
use crate::shipped::{self, Shipped};
use crate::training::{Event, Training};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use toy::Study;
use toy::load::FoundStudy;
use toy::study::preset::View;
use toy::study::{Snapshot, Variant, Wanted};
use trainer::{Engine, Order, Shown, Stage};
use wire::{Choice, Job};

/// Most frames of the film of a run.
const FRAMES: u32 = 121;
/// Figures follow no closer than this, in milliseconds, and drawing takes one part in so many: the
/// processor's cores have models to train.
const SOON: f64 = 120.0;
const DRAWING: f64 = 20.0;
/// Parameters of a study beyond which they are not sent while it trains.
const MANY: u64 = 100_000;

/// One study of a run and its models as they are now.
pub struct Part {
    /// The study.
    pub study: Study,
    /// Its models, ascending; those that have been heard of.
    pub snapshots: Vec<Snapshot>,
}

/// What a run has found.
#[derive(Default)]
pub struct Found {
    /// Its studies, in the order of training; most views have one.
    pub parts: Vec<Part>,
    /// The run so far, for the view that shows it.
    pub film: Vec<Frame<Snapshot>>,
    /// Steps that models of the last study have taken.
    pub step: u32,
    /// Where the models are from, unless they were trained.
    pub origin: Option<Origin>,
}

#[derive(Default)]
struct Inner {
    /// Outside of all signals, for when the page fails.
    found: Rc<RefCell<Found>>,
    /// The drawing to come, until the frame that it is made in.
    drawing: Option<TimeoutHandle>,
    /// What drawing took last until it was on the screen, in milliseconds.
    cost: f64,
}

/// The run, as signals; copies are handles to the same run.
#[derive(Clone, Copy)]
pub struct StudyRun {
    /// The engine, once known.
    pub engine: RwSignal<Option<Engine>>,
    /// Counts what is worth a new drawing.
    pub drawn: RwSignal<u32>,
    /// Where the models that are shown are from, unless they were trained.
    pub origin: Memo<Option<Origin>>,
    /// The experiment.
    pub view: View,
    training: Training,
    inner: StoredValue<Inner, LocalStorage>,
}

impl StudyRun {
    /// A run that follows the study and the choice of engine from now on.
    pub fn follow(view: View, study: RwSignal<Study>, choice: RwSignal<Choice>) -> Self {
        let inner = StoredValue::new_local(Inner::default());
        let drawn = RwSignal::new(0);
        let found = inner.with_value(|inner| inner.found.clone());
        let own = found.clone();
        rescue::saves(move |link| own.try_borrow().ok().and_then(|found| documents(&found, link)));
        let waits = RwSignal::new(false);
        let show = move |what: Shown| {
            // Of the first steps of a run that was found to take long: its result is shown.
            let models = matches!(what, Shown::Models { .. });
            if models && waits.get_untracked() && found.borrow().is_shipped() {
                return;
            }
            found.borrow_mut().take(what);
            draw_soon(inner, drawn);
        };
        let training = Training::new(habits(), show);
        let awake = training.rests_behind();
        Effect::new(move || {
            let order = awake.get().then(|| order(view, &study.get(), choice.get()));
            training.tell(Event::Order(order));
        });
        let Training { stage, engine, .. } = training;
        Effect::new(move || waits.set(shipped::waits(&stage.get())));
        Effect::new(move || {
            // What is done is shown with the word.
            if stage.get() == Stage::Done {
                draw(inner, drawn);
            }
        });
        let origin = Memo::new(move |_| {
            drawn.track();
            inner.with_value(|inner| inner.found.borrow().origin.clone())
        });
        let run = Self { engine, drawn, origin, view, training, inner };
        run.look_up(study);
        run
    }

    /// Shows models of a file; nothing trains until the form says something else.
    pub fn adopt(self, study: Study, snapshots: Vec<Snapshot>, file: String, choice: Choice) {
        self.training.tell(Event::Adopt(order(self.view, &study, choice)));
        self.hold(study, snapshots, Origin::File(file));
    }

    fn hold(self, study: Study, snapshots: Vec<Snapshot>, origin: Origin) {
        self.inner.with_value(|inner| {
            let step = study.steps;
            let parts = vec![Part { study, snapshots }];
            *inner.found.borrow_mut() =
                Found { parts, step, origin: Some(origin), ..Found::default() };
        });
        draw(self.inner, self.drawn);
    }

    /// While the run waits to be asked for, shows its result if one comes with the page.
    fn look_up(self, study: RwSignal<Study>) {
        let find = move || study.with(Shipped::study);
        let show = move |found: FoundStudy, shipped| {
            self.hold(found.study, found.snapshots, Origin::Shipped(shipped));
        };
        shipped::follow(self.training.stage, find, Shipped::fetch_study, show);
    }

    /// Reads what has been found.
    pub fn with<T>(self, read: impl FnOnce(&Found) -> T) -> T {
        self.inner.with_value(|inner| read(&inner.found.borrow()))
    }
}

/// The state of an experiment's page.
pub type Page = experiment::Page<Study, StudyRun>;

impl Run for StudyRun {
    fn training(self) -> Training {
        self.training
    }
}

/// What to train for a view: a study, and for one of them what it is to be compared with.
fn order(view: View, study: &Study, choice: Choice) -> Order {
    let other = match study.variant {
        Variant::Linear => Variant::Relu,
        _ => Variant::Linear,
    };
    let mut jobs: Vec<Job> = vec![study.clone().into()];
    if view == View::Demonstration {
        jobs.push(Study { variant: other, ..study.clone() }.into());
    }
    let many = study.models() * study.parameters() as u64 > MANY;
    let wanted = match view {
        View::Dimensionality | View::Vulnerability if many => Wanted::MEASURES,
        _ => Wanted::WEIGHTS,
    };
    let frames = if view == View::Dynamics { FRAMES } else { 0 };
    Order { jobs, choice, wanted, frames, attack: view == View::Vulnerability, own: None }
}

/// What has been found, as documents, if there is anything.
fn documents(found: &Found, link: &str) -> Option<String> {
    let write = |part: &Part| {
        toy::study::document::write(&toy::study::document::Results {
            study: &part.study,
            snapshots: &part.snapshots,
            engine: "",
            program: env!("CARGO_PKG_VERSION"),
            step: found.step,
            link,
        })
    };
    let all: Vec<String> = found.parts.iter().map(write).collect();
    match all.len() {
        0 => None,
        1 => Some(all.concat()),
        _ => Some(format!("[{}]\n", all.join(","))),
    }
}

impl Found {
    /// Whether it came with the page.
    pub fn is_shipped(&self) -> bool {
        self.origin.as_ref().is_some_and(Origin::is_shipped)
    }

    /// Takes in what a run has to show.
    fn take(&mut self, what: Shown) {
        match what {
            Shown::Begun { place, job: Job::Study(study) } => {
                if place == 0 {
                    *self = Self::default();
                }
                self.parts.truncate(place);
                self.parts.push(Part { study, snapshots: vec![] });
            }
            Shown::Models { place: which, study, step, frame, snapshots } => {
                // A run that had begun when it was asked about goes on.
                if self.is_shipped() && which == 0 {
                    let parts = vec![Part { study, snapshots: vec![] }];
                    *self = Self { parts, ..Self::default() };
                }
                self.step = step;
                if let (Some(frame), 0) = (frame, which) {
                    place(&mut self.film, frame, step, snapshots.clone());
                }
                if let Some(part) = self.parts.get_mut(which) {
                    merge(&mut part.snapshots, snapshots);
                }
            }
            _ => {}
        }
    }
}

/// Draws before long, unless that is under way.
fn draw_soon(inner: StoredValue<Inner, LocalStorage>, drawn: RwSignal<u32>) {
    inner.update_value(|now| {
        if now.drawing.is_none() {
            let wait = Duration::from_millis((now.cost * DRAWING).max(SOON) as u64);
            now.drawing = set_timeout_with_handle(move || draw_timed(inner, drawn), wait).ok();
        }
    });
}

/// Draws with the next frame, since layout and painting follow at once and are the larger part.
/// Nothing else is to be drawn until then: a hidden page has no frames for as long as it is.
fn draw_timed(inner: StoredValue<Inner, LocalStorage>, drawn: RwSignal<u32>) {
    request_animation_frame(move || {
        let now = || window().performance().map_or(0.0, |clock| clock.now());
        let start = now();
        draw(inner, drawn);
        let painted = move || {
            inner.try_update_value(|inner| inner.cost = now() - start);
        };
        set_timeout(painted, Duration::ZERO);
    });
}

fn draw(inner: StoredValue<Inner, LocalStorage>, drawn: RwSignal<u32>) {
    inner.try_update_value(|inner| {
        if let Some(handle) = inner.drawing.take() {
            handle.clear();
        }
    });
    drawn.update(|count| *count = count.wrapping_add(1));
}
