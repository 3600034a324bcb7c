//! The run of networks: what trains, how far it is and what it has found.

use super::found::Found;
use crate::cost::LONG;
use crate::crew::{Crew, Progress, Share, cores};
use crate::format::sentence;
use crate::run::{Engine, Stage};
use crate::workers::Worker;
use leptos::prelude::*;
use std::time::Duration;
use toy::network::Network;
use toy::study::Wanted;
use wire::{Choice, Job, Kind, Report, Request};

/// A form that is still being changed is trained again when it has rested this long.
const REST: Duration = Duration::from_millis(150);
/// Frames of the film of a run.
const FRAMES: u32 = 31;
/// Training time after which a measured speed is believed, in seconds.
const BELIEVED: f64 = 0.5;
/// Figures follow no closer than this.
const SOON: Duration = Duration::from_millis(300);

#[derive(Default)]
struct Inner {
    crew: Crew,
    found: Found,
    /// Whether the reader wants it to wait.
    hold: bool,
    /// Whether the reader asked for it however long it takes.
    confirmed: bool,
    pending: Option<TimeoutHandle>,
    drawing: bool,
}

/// The run, as signals; copies are handles to the same run.
#[derive(Clone, Copy)]
pub struct NetworkRun {
    /// Where it stands.
    pub stage: RwSignal<Stage>,
    /// The engine, once known.
    pub engine: RwSignal<Option<Engine>>,
    /// How far it is.
    pub progress: RwSignal<Progress>,
    /// Counts what is worth a new drawing.
    pub drawn: RwSignal<u32>,
    network: RwSignal<Network>,
    choice: RwSignal<Choice>,
    inner: StoredValue<Inner, LocalStorage>,
}

impl NetworkRun {
    /// A run that follows the network and the choice of engine from now on.
    pub fn follow(network: RwSignal<Network>, choice: RwSignal<Choice>) -> Self {
        let run = Self {
            stage: RwSignal::new(Stage::Loading),
            engine: RwSignal::new(None),
            progress: RwSignal::new(Progress::default()),
            drawn: RwSignal::new(0),
            network,
            choice,
            inner: StoredValue::new_local(Inner::default()),
        };
        Effect::new(move |before: Option<()>| {
            network.track();
            choice.track();
            let pending = run.inner.try_update_value(|inner| {
                inner.confirmed = false;
                inner.pending.take()
            });
            pending.flatten().iter().for_each(TimeoutHandle::clear);
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

    fn hold(self, hold: bool) {
        self.inner.update_value(|inner| inner.hold = hold);
        self.tell(&if hold { Request::Pause } else { Request::Resume });
        self.stage.set(if hold { Stage::Paused } else { Stage::Training });
    }

    fn tell(self, request: &Request) {
        self.inner.with_value(|inner| inner.crew.tell(request));
    }

    fn spawn(self, index: usize) -> Result<Worker, String> {
        Worker::spawn(move |report| self.hear(index, report))
    }

    /// Finds the engine for the network, which then begins.
    fn prepare(self, paused: bool) {
        let (network, choice) = (self.network.get_untracked(), self.choice.get_untracked());
        let failed = self.stage.with_untracked(|stage| matches!(stage, Stage::Failed(_)));
        let staffed = self.inner.try_update_value(|inner| {
            if failed {
                // Whatever is left of the engine is not trusted.
                inner.crew.dismiss();
            }
            inner.hold = paused;
            let staffed = inner.crew.staff(1, |index| self.spawn(index));
            let pool = cores() as u32;
            let job = Job::from(network);
            inner.crew.ask_first(|probe| Request::Probe { probe, choice, job, pool });
            staffed
        });
        self.stage.set(match staffed {
            Some(Err(why)) => Stage::Failed(why),
            _ => Stage::Loading,
        });
    }

    /// The engine is known: begin at step 0.
    fn begin(self, mut engine: Engine) {
        let (network, kind) = (self.network.get_untracked(), engine.kind);
        self.inner.update_value(|inner| {
            if kind == Kind::Cpu {
                engine.workers = inner.crew.staff(cores(), |index| self.spawn(index)).unwrap_or(1);
            }
            let paused = inner.hold;
            let request = |run, shard| Request::Start {
                run,
                job: network.clone().into(),
                shard,
                kind,
                paused,
                wanted: Wanted::WEIGHTS,
                frames: FRAMES,
            };
            inner.crew.start(network.models() as usize, kind, &request);
            inner.found = Found::new(network.clone());
        });
        self.engine.set(Some(engine));
        self.progress.set(Progress::default());
        self.stage.set(Stage::Starting);
    }

    fn hear(self, index: usize, report: Report) {
        let number = self.inner.with_value(|inner| inner.crew.number());
        match report {
            Report::Engine { probe, kind, name, reason } if probe == number => {
                self.begin(Engine { kind, name, reason, workers: 1 });
            }
            Report::Progress { run, step, model_steps, seconds, .. } if run == number => {
                self.inner.update_value(|inner| {
                    let now = |share: &mut Share| {
                        *share = Share { step, model_steps, seconds, ..*share };
                    };
                    inner.crew.note(index, now);
                });
                self.measure();
            }
            Report::Network { run, step, frame, snapshots } if run == number => {
                self.inner.update_value(|inner| inner.found.take(step, frame, snapshots));
                self.draw_soon();
            }
            Report::Done { run } if run == number => {
                let done = self.inner.try_update_value(|inner| {
                    inner.crew.note(index, |share| share.done = true);
                    inner.crew.is_done()
                });
                if done == Some(true) {
                    self.draw_soon();
                    self.stage.set(Stage::Done);
                }
            }
            Report::Failed { number: run, sentence: why, .. } if run == number || run == 0 => {
                self.engine.set(None);
                self.stage.set(Stage::Failed(sentence(&why)));
            }
            _ => {}
        }
    }

    /// Adds up what the workers have done, and asks when it shows that the run will be long.
    fn measure(self) {
        let measured = self.inner.with_value(|inner| {
            let network = &inner.found.network;
            let whole = network.models() as f64 * f64::from(network.steps);
            let progress = inner.crew.progress(whole);
            let believed = inner.crew.has_trained(BELIEVED);
            let ask = believed && progress.left > LONG && !inner.confirmed && !inner.hold;
            (progress, ask, inner.hold)
        });
        let (progress, ask, hold) = measured;
        self.progress.set(progress);
        match self.stage.get_untracked() {
            Stage::Loading | Stage::Done | Stage::Failed(_) | Stage::Asking(_) => {}
            _ if ask => {
                self.hold(true);
                self.stage.set(Stage::Asking(progress.left));
            }
            stage => {
                let now = match hold {
                    true => Stage::Paused,
                    false if progress.spent > 0.0 => Stage::Training,
                    false => Stage::Starting,
                };
                if stage != now {
                    self.stage.set(now);
                }
            }
        }
    }

    /// Draws before long, unless that is under way.
    fn draw_soon(self) {
        let under_way =
            self.inner.try_update_value(|inner| std::mem::replace(&mut inner.drawing, true));
        if under_way == Some(false) {
            let draw = move || {
                self.inner.update_value(|inner| inner.drawing = false);
                self.drawn.update(|count| *count = count.wrapping_add(1));
            };
            set_timeout(draw, SOON);
        }
    }
}
