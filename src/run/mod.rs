//! The run: what trains, how far it is and what it shows. Buttons and parameters come in as calls,
//! everything else reads the signals.

mod adopt;
mod work;

use crate::cost::Speeds;
use crate::crew::{Crew, Progress, cores};
use crate::pixel::PixelView;
use crate::workers::Worker;
use leptos::prelude::*;
use std::collections::VecDeque;
use toy::Sweep;
use toy::phase::Thresholds;
use toy::picture::Picture;
use wire::{Choice, Class, Kind, Request};

/// Where a run stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// The engine is being found.
    Loading,
    /// The run is being set up; shaders are compiled.
    Starting,
    /// Models take steps.
    Training,
    /// They wait.
    Paused,
    /// The run would take so many seconds and waits to be asked for.
    Asking(f64),
    /// Every step has been taken.
    Done,
    /// It cannot go on; the sentence says why.
    Failed(String),
}

impl Stage {
    /// Whether a single step can be taken.
    pub fn steps(&self) -> bool {
        matches!(self, Self::Training | Self::Paused)
    }
}

/// Which engine runs and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Engine {
    /// GPU or CPU.
    pub kind: Kind,
    /// Name of the adapter or of the CPU's lanes.
    pub name: String,
    /// Why it was chosen, a sentence.
    pub reason: String,
    /// Workers that train.
    pub workers: usize,
}

#[derive(Default)]
struct Inner {
    crew: Crew,
    /// The sweep in training, or trained last.
    running: Option<Sweep>,
    /// What that is only a coarse preview of, if it is.
    preview: Option<Preview>,
    /// Whether the reader wants it to wait.
    hold: bool,
    /// Whether the reader asked for it however long it takes.
    confirmed: bool,
    pending: Option<TimeoutHandle>,
    inspected: Option<(u32, u32)>,
    /// The engine for each class of sweeps met so far.
    engines: Vec<(Class, Engine)>,
    /// Classes whose engine has been asked for.
    asked: VecDeque<Class>,
    /// What was measured on the GPU and on the CPU.
    speeds: [Option<Speeds>; 2],
}

/// A preview: a coarse diagram, trained while a control is still moving.
#[derive(Clone)]
struct Preview {
    /// The sweep that is meant.
    whole: Sweep,
    /// How much coarser.
    factor: u32,
}

impl Inner {
    /// Takes back a start that was put off.
    fn forget_pending(&mut self) {
        if let Some(handle) = self.pending.take() {
            handle.clear();
        }
    }

    fn speeds(&mut self, kind: Kind) -> &mut Speeds {
        let place = usize::from(kind == Kind::Cpu);
        self.speeds[place].get_or_insert_with(|| Speeds::new(kind, cores()))
    }

    /// The engine for a sweep, if it is known. A choice by name is good for all.
    fn engine(&self, class: &Class, choice: Choice) -> Option<Engine> {
        let mut known = self.engines.iter();
        let found = known.find(|(known, _)| choice != Choice::Auto || known == class);
        found.map(|(_, engine)| engine.clone())
    }
}

/// The run, as signals; copies are handles to the same run.
#[derive(Clone, Copy)]
pub struct Run {
    /// Where it stands.
    pub stage: RwSignal<Stage>,
    /// The engine, once known.
    pub engine: RwSignal<Option<Engine>>,
    /// How far it is.
    pub progress: RwSignal<Progress>,
    /// What the picture is a picture of: the sweep of the last run that showed anything.
    pub shown: RwSignal<Sweep>,
    /// The empirical diagram.
    pub picture: RwSignal<Picture>,
    /// The repeats of the pixel looked at.
    pub pixel: RwSignal<Option<PixelView>>,
    /// The file that the picture is from, unless it was trained.
    pub source: RwSignal<Option<String>>,
    sweep: RwSignal<Sweep>,
    choice: RwSignal<Choice>,
    thresholds: RwSignal<Thresholds>,
    wanted: Signal<bool>,
    inner: StoredValue<Inner, LocalStorage>,
}

impl Run {
    /// A run that follows the sweep and the choice of engine from now on, while it is wanted.
    pub fn follow(
        sweep: RwSignal<Sweep>,
        choice: RwSignal<Choice>,
        thresholds: RwSignal<Thresholds>,
        wanted: Signal<bool>,
    ) -> Self {
        let first = sweep.get_untracked();
        let run = Self {
            stage: RwSignal::new(Stage::Loading),
            engine: RwSignal::new(None),
            progress: RwSignal::new(Progress::default()),
            picture: RwSignal::new(Picture::of(&first)),
            shown: RwSignal::new(first),
            pixel: RwSignal::new(None),
            source: RwSignal::new(None),
            sweep,
            choice,
            thresholds,
            wanted,
            inner: StoredValue::new_local(Inner::default()),
        };
        Effect::new(move |before: Option<Option<Choice>>| {
            let asked = wanted.get().then(|| choice.get());
            let again = before.is_some_and(|before| before.is_none());
            match asked {
                // What is complete needs nobody any more.
                Some(_) if again && untrack(|| run.is_complete()) => {}
                Some(_) => run.open(),
                None => run.close(),
            }
            asked
        });
        Effect::new(move || {
            sweep.track();
            if wanted.get_untracked() {
                run.changed();
            }
        });
        Effect::watch(
            move || thresholds.get(),
            move |thresholds, _, _| {
                run.inner.with_value(|i| i.crew.tell_all(&Request::Thresholds(*thresholds)));
                run.revive();
            },
            false,
        );
        run
    }

    /// Drops every worker, and finds the engine anew.
    pub fn open(self) {
        self.engine.set(None);
        let staffed = self.inner.try_update_value(|inner| {
            inner.crew.dismiss();
            inner.engines.clear();
            inner.asked.clear();
            inner.preview = None;
            inner.crew.staff(1, |index| self.spawn(index))
        });
        match staffed {
            Some(Err(why)) => self.stage.set(Stage::Failed(why)),
            _ => self.prepare(false),
        }
    }

    /// Drops every worker; what is complete stays.
    fn close(self) {
        let complete = untrack(|| self.is_complete());
        self.inner.update_value(|inner| {
            inner.forget_pending();
            inner.crew.dismiss();
            inner.engines.clear();
            inner.asked.clear();
            if !complete {
                inner.running = None;
            }
        });
        if !complete {
            self.stage.set(Stage::Loading);
        }
    }

    /// Trains again what cannot be shown otherwise, since its models are not at hand any more.
    fn revive(self) {
        let kept = self.inner.with_value(|inner| inner.crew.is_empty());
        if kept && self.wanted.get_untracked() && self.source.with_untracked(Option::is_none) {
            self.open();
        }
    }

    fn spawn(self, index: usize) -> Result<Worker, String> {
        let worker = Worker::spawn(move |report| self.hear(index, report))?;
        worker.send(&Request::Thresholds(self.thresholds.get_untracked()));
        Ok(worker)
    }

    /// Trains the sweep from step 0, however long it takes; or goes on with a run that waited for
    /// this word.
    pub fn train(self) {
        let waiting = matches!(self.stage.get_untracked(), Stage::Asking(_));
        let begun = untrack(|| self.is_current());
        self.inner.update_value(|inner| inner.confirmed = true);
        if self.has_failed() {
            self.open();
        } else if waiting && begun {
            self.resume();
        } else {
            self.prepare(false);
        }
    }

    fn has_failed(self) -> bool {
        self.stage.with_untracked(|stage| matches!(stage, Stage::Failed(_)))
    }

    /// Stops after the current slice.
    pub fn pause(self) {
        self.inner.update_value(|inner| inner.hold = true);
        self.tell(&Request::Pause);
        self.stage.set(Stage::Paused);
    }

    /// Goes on.
    pub fn resume(self) {
        self.inner.update_value(|inner| inner.hold = false);
        self.tell(&Request::Resume);
        self.stage.set(Stage::Training);
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

    /// Pauses what trains, goes on with what waits, trains what is done.
    pub fn toggle(self) {
        match self.stage.get_untracked() {
            Stage::Starting | Stage::Training => self.pause(),
            Stage::Paused => self.resume(),
            Stage::Asking(_) | Stage::Done | Stage::Failed(_) => self.train(),
            Stage::Loading => {}
        }
    }

    /// Whether what runs, or ran last, is what the form says.
    pub fn is_current(self) -> bool {
        let sweep = self.sweep.get();
        self.inner.with_value(|inner| inner.running.as_ref() == Some(&sweep))
    }

    /// Whether every step of what the form says was taken.
    pub fn is_complete(self) -> bool {
        self.stage.get() == Stage::Done && self.is_current()
    }

    /// Shows the repeats of a pixel from now on.
    pub fn inspect(self, pixel: Option<(u32, u32)>) {
        self.inner.update_value(|inner| inner.inspected = pixel);
        if pixel.is_none() {
            self.pixel.set(None);
        }
        self.look();
    }

    /// Asks the worker that has the inspected pixel for it.
    fn look(self) {
        self.inner.with_value(|inner| {
            // The pixels of a preview are other ones.
            if let (Some((row, column)), None) = (inner.inspected, &inner.preview) {
                inner.crew.inspect(row, column);
            }
        });
    }

    fn tell(self, request: &Request) {
        self.inner.with_value(|inner| inner.crew.tell(request));
    }
}
