//! The run: what trains, how far it is and what it shows. Buttons and parameters come in as calls,
//! everything else reads the signals.

use crate::cost::{LONG, Speeds, total};
use crate::inspector::PixelView;
use crate::workers::{Worker, sentence};
use leptos::prelude::*;
use std::time::Duration;
use toy::Sweep;
use toy::picture::Picture;
use wire::{Choice, Kind, Report, Request, Shard};

/// A page that is still being dragged about is trained again when it has rested this long.
const REST: Duration = Duration::from_millis(120);
/// Runs expected to be shorter than this, in seconds, follow every movement at once.
const CHEAP: f64 = 0.4;
/// Training time after which a measured speed is believed, in seconds.
const BELIEVED: f64 = 0.5;
/// Most CPU workers; more only take memory.
const MOST_WORKERS: usize = 8;

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

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Steps that every model has taken.
    pub step: u32,
    /// Part of the whole, 0 to 1.
    pub part: f64,
    /// Model-steps a second.
    pub rate: f64,
    /// Seconds left.
    pub left: f64,
}

/// What one worker has done of the run.
#[derive(Clone, Copy, Default)]
struct Share {
    step: u32,
    model_steps: f64,
    seconds: f64,
    done: bool,
}

#[derive(Default)]
struct Inner {
    pool: Vec<Worker>,
    number: u32,
    /// The sweep in training, or trained last.
    running: Option<Sweep>,
    /// An entry for each worker that has rows of it.
    shares: Vec<Share>,
    /// Whether the reader wants it to wait.
    hold: bool,
    /// Whether the reader asked for it however long it takes.
    confirmed: bool,
    pending: Option<TimeoutHandle>,
    inspected: Option<(u32, u32)>,
    speeds: Speeds,
}

impl Inner {
    /// Takes back a start that was put off.
    fn forget_pending(&mut self) {
        if let Some(handle) = self.pending.take() {
            handle.clear();
        }
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
    sweep: RwSignal<Sweep>,
    choice: RwSignal<Choice>,
    inner: StoredValue<Inner, LocalStorage>,
}

impl Run {
    /// A run that follows the sweep and the choice of engine from now on.
    pub fn follow(sweep: RwSignal<Sweep>, choice: RwSignal<Choice>) -> Self {
        let first = sweep.get_untracked();
        let run = Self {
            stage: RwSignal::new(Stage::Loading),
            engine: RwSignal::new(None),
            progress: RwSignal::new(Progress::default()),
            picture: RwSignal::new(Picture::of(&first)),
            shown: RwSignal::new(first),
            pixel: RwSignal::new(None),
            sweep,
            choice,
            inner: StoredValue::new_local(Inner::default()),
        };
        Effect::new(move || {
            choice.track();
            run.open();
        });
        Effect::new(move || {
            sweep.track();
            run.changed();
        });
        run
    }

    /// Finds the engine; answered by [`Report::Engine`], which begins to train.
    pub fn open(self) {
        self.stage.set(Stage::Loading);
        self.engine.set(None);
        self.inner.update_value(|inner| {
            inner.forget_pending();
            inner.pool.clear();
            inner.running = None;
            match self.spawn(0) {
                Ok(worker) => {
                    worker.send(Request::Probe(self.choice.get_untracked()));
                    inner.pool.push(worker);
                }
                Err(why) => self.stage.set(Stage::Failed(why)),
            }
        });
    }

    fn spawn(self, index: usize) -> Result<Worker, String> {
        Worker::spawn(move |report| self.hear(index, report))
    }

    /// Trains the sweep from step 0, however long it takes; or goes on with a run that waited for
    /// this word.
    pub fn train(self) {
        let waiting = matches!(self.stage.get_untracked(), Stage::Asking(_));
        let begun = untrack(|| self.is_current());
        self.inner.update_value(|inner| inner.confirmed = true);
        if self.engine.with_untracked(Option::is_none) {
            self.open();
        } else if waiting && begun {
            self.resume();
        } else {
            self.begin(false);
        }
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
        self.inner.update_value(|inner| inner.hold = true);
        self.tell(&Request::Step(1));
        self.stage.set(Stage::Paused);
    }

    /// Goes back to step 0 and waits there.
    pub fn reset(self) {
        self.begin(true);
    }

    /// Pauses what trains, goes on with what waits, trains what is done.
    pub fn toggle(self) {
        match self.stage.get_untracked() {
            Stage::Training => self.pause(),
            Stage::Paused => self.resume(),
            Stage::Asking(_) | Stage::Done | Stage::Failed(_) => self.train(),
            Stage::Loading | Stage::Starting => {}
        }
    }

    /// Whether what runs, or ran last, is what the form says.
    pub fn is_current(self) -> bool {
        let sweep = self.sweep.get();
        self.inner.with_value(|inner| inner.running.as_ref() == Some(&sweep))
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
            let Some((row, column)) = inner.inspected else { return };
            let owner = row as usize % inner.shares.len().max(1);
            if let Some(worker) = inner.pool.get(owner) {
                worker.send(Request::Inspect { row, column });
            }
        });
    }

    fn tell(self, request: &Request) {
        self.inner.with_value(|inner| {
            inner.pool.iter().take(inner.shares.len()).for_each(|w| w.send(request.clone()));
        });
    }

    /// The form changed: train again, or only show the repeats otherwise.
    fn changed(self) {
        let sweep = self.sweep.get_untracked();
        self.inner.update_value(Inner::forget_pending);
        if self.engine.with_untracked(Option::is_none) {
            if matches!(self.stage.get_untracked(), Stage::Failed(_)) {
                self.open();
            }
            return;
        }
        let running = self.inner.with_value(|inner| inner.running.clone());
        if let Some(running) = running {
            if running == sweep {
                return self.settle();
            }
            let aggregate = sweep.aggregate;
            if (Sweep { aggregate, ..running.clone() }) == sweep {
                self.inner.update_value(|inner| inner.running = Some(sweep));
                self.shown.update(|shown| shown.aggregate = aggregate);
                return self.tell(&Request::Aggregate(aggregate));
            }
        }
        let (seconds, long) =
            self.inner.with_value(|i| (i.speeds.seconds(&sweep), i.speeds.is_long(&sweep)));
        self.inner.update_value(|inner| inner.confirmed = false);
        if long {
            self.tell(&Request::Pause);
            self.stage.set(Stage::Asking(seconds));
        } else if seconds < CHEAP {
            self.begin(false);
        } else {
            let begin = move || self.begin(false);
            let handle = set_timeout_with_handle(begin, REST).ok();
            self.inner.update_value(|inner| inner.pending = handle);
        }
    }

    /// The form is back at what runs or ran: whatever was asked meanwhile is moot.
    fn settle(self) {
        if matches!(self.stage.get_untracked(), Stage::Asking(_)) {
            let done = self.inner.with_value(|i| i.shares.iter().all(|share| share.done));
            self.inner.update_value(|inner| inner.hold = true);
            self.stage.set(if done { Stage::Done } else { Stage::Paused });
        }
    }

    /// Starts the sweep at step 0.
    fn begin(self, paused: bool) {
        let sweep = self.sweep.get_untracked();
        let choice = self.choice.get_untracked();
        self.progress.set(Progress::default());
        self.stage.set(Stage::Starting);
        self.inner.update_value(|inner| {
            inner.forget_pending();
            inner.number = inner.number.wrapping_add(1).max(1);
            inner.hold = paused;
            // A worker without a row would report nothing and never be done.
            let stride = inner.pool.len().min(sweep.rows as usize).max(1);
            inner.shares = vec![Share::default(); stride];
            for (first, worker) in (0..).zip(&inner.pool) {
                worker.send(if (first as usize) < stride {
                    let shard = Shard { first, stride: stride as u32 };
                    let (run, sweep) = (inner.number, sweep.clone());
                    Request::Start { run, sweep, shard, choice, paused }
                } else {
                    Request::Cancel
                });
            }
            inner.running = Some(sweep);
        });
        self.look();
    }

    fn hear(self, index: usize, report: Report) {
        let number = self.inner.with_value(|inner| inner.number);
        match report {
            Report::Engine { kind, name, reason } if index == 0 => {
                self.found(Engine { kind, name, reason, workers: 1 });
            }
            Report::Progress { run, step, model_steps, seconds, .. } if run == number => {
                self.note(index, |share| {
                    *share = Share { step, model_steps, seconds, ..*share };
                });
                self.measure();
            }
            Report::Picture { run, picture, .. } if run == number => self.show(&picture),
            Report::Done { run } if run == number => {
                self.note(index, |share| share.done = true);
                if self.inner.with_value(|inner| inner.shares.iter().all(|share| share.done)) {
                    self.stage.set(Stage::Done);
                }
            }
            Report::Pixel { run, row, column, step, repeats } if run == number => {
                if self.inner.with_value(|inner| inner.inspected) == Some((row, column)) {
                    self.pixel.set(Some(PixelView { row, column, step, repeats }));
                }
            }
            Report::Failed { run, sentence: why } if run == number || run == 0 => {
                // Whatever is left of the engine is not trusted: the next run opens another.
                self.inner.update_value(|inner| inner.running = None);
                self.engine.set(None);
                self.stage.set(Stage::Failed(sentence(&why)));
            }
            _ => {}
        }
    }

    fn note(self, index: usize, change: impl FnOnce(&mut Share)) {
        self.inner.update_value(|inner| {
            if let Some(share) = inner.shares.get_mut(index) {
                change(share);
            }
        });
    }

    /// An engine was found: staff it and begin.
    fn found(self, mut engine: Engine) {
        let before = self.engine.with_untracked(|e| e.as_ref().map(|e| e.kind));
        let workers = if engine.kind == Kind::Cpu { cores() } else { 1 };
        let staffed = self.inner.try_update_value(|inner| {
            while inner.pool.len() < workers {
                match self.spawn(inner.pool.len()) {
                    Ok(worker) => inner.pool.push(worker),
                    // Fewer workers train as well, only slower.
                    Err(_) => break,
                }
            }
            if before != Some(engine.kind) {
                inner.speeds = Speeds::new(engine.kind, inner.pool.len());
            }
            inner.pool.len()
        });
        engine.workers = staffed.unwrap_or(1);
        let kind = engine.kind;
        self.engine.set(Some(engine));
        if before != Some(kind) {
            let confirmed = self.inner.with_value(|inner| inner.confirmed);
            if confirmed { self.begin(false) } else { self.changed() }
        }
    }

    /// Adds up what the workers have done, and asks when it shows that the run will be long.
    fn measure(self) {
        let summed = self.inner.try_update_value(|inner| {
            let sweep = inner.running.as_ref()?;
            let sum = |value: fn(&Share) -> f64| inner.shares.iter().map(value).sum::<f64>();
            let rate = sum(|s| if s.seconds > 0.0 { s.model_steps / s.seconds } else { 0.0 });
            let longest = inner.shares.iter().map(|s| s.seconds).fold(0.0, f64::max);
            let whole = total(sweep);
            let part = (sum(|s| s.model_steps) / whole).min(1.0);
            let left = if rate > 0.0 { whole * (1.0 - part) / rate } else { f64::NAN };
            if longest >= BELIEVED || inner.shares.iter().all(|s| s.step >= sweep.steps) {
                inner.speeds.note(sweep, rate);
            }
            let step = inner.shares.iter().map(|s| s.step).min().unwrap_or(0);
            let ask = longest >= BELIEVED && left > LONG && !inner.confirmed && !inner.hold;
            Some((Progress { step, part, rate, left }, ask, inner.hold))
        });
        let Some((progress, ask, hold)) = summed.flatten() else { return };
        self.progress.set(progress);
        match self.stage.get_untracked() {
            Stage::Done | Stage::Failed(_) | Stage::Asking(_) => {}
            _ if ask => {
                self.inner.update_value(|inner| inner.hold = true);
                self.tell(&Request::Pause);
                self.stage.set(Stage::Asking(progress.left));
            }
            // Signals wake their readers even when nothing changed.
            stage => {
                let now = if hold { Stage::Paused } else { Stage::Training };
                if stage != now {
                    self.stage.set(now);
                }
            }
        }
    }

    /// Puts a worker's rows into the diagram. The old picture stays until the new run shows
    /// something, and under its first rows when the two are of one size.
    fn show(self, part: &Picture) {
        let Some(running) = self.inner.with_value(|inner| inner.running.clone()) else { return };
        let size = |sweep: &Sweep| (sweep.columns, sweep.rows, sweep.density, sweep.importance);
        let fits = self.shown.with_untracked(|shown| size(shown) == size(&running));
        self.picture.update(|picture| {
            if !fits {
                *picture = Picture::of(&running);
            }
            picture.place(part);
        });
        if self.shown.with_untracked(|shown| *shown != running) {
            self.shown.set(running);
        }
    }
}

/// Workers to train with on the CPU.
fn cores() -> usize {
    let cores = window().navigator().hardware_concurrency();
    (cores as usize).clamp(1, MOST_WORKERS)
}
