//! A trainer in the page: its effects are done with workers, timers and storage, and where it
//! stands can be read as signals.

mod bytes;
mod storage;
mod workers;

pub use workers::{Worker, in_window};

use crate::front::Front;
use bytes::Bytes;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;
use trainer::{Effect, Engine, Habits, Order, Progress, Shown, Stage, Trainer, WorkerId};
use wire::Job;

/// Most CPU workers; more only take memory.
const MOST_WORKERS: usize = 8;
/// Runs that have trained for so many seconds are kept by the browser.
pub const KEEP: f64 = 10.0;
/// What is seen of a run changes at most once in this many seconds while it trains: every change
/// is laid out and painted on cores that could train.
const TICK: f64 = 0.1;

/// What happens to this trainer.
pub type Event = trainer::Event<Bytes>;

/// CPU workers worth having here.
pub fn cores() -> usize {
    let cores = window().navigator().hardware_concurrency();
    (cores as usize).clamp(1, MOST_WORKERS)
}

struct Inner {
    trainer: Trainer<Bytes>,
    workers: HashMap<WorkerId, Worker>,
    events: VecDeque<Event>,
    /// Whether events are being worked through.
    busy: bool,
    show: Rc<dyn Fn(Shown)>,
}

/// A trainer, as signals; copies are handles to the same.
#[derive(Clone, Copy)]
pub struct Training {
    /// Where it stands.
    pub stage: RwSignal<Stage>,
    /// The engine, once known.
    pub engine: RwSignal<Option<Engine>>,
    /// How far it is.
    pub progress: RwSignal<Progress>,
    /// What the reader should know of the run, such as that a GPU was lost; empty for nothing.
    pub note: RwSignal<String>,
    /// That what was shown since can be drawn, together with the progress: at once while nothing
    /// trains, else every [`TICK`], however many workers send parts of it.
    pub redraw: Trigger,
    /// When that was last said, in seconds.
    redrawn: StoredValue<f64>,
    /// Whether it may say again that nothing can be kept.
    complained: StoredValue<bool>,
    inner: StoredValue<Inner, LocalStorage>,
}

impl Training {
    /// A trainer of these habits, whose results go to `show`.
    pub fn new(habits: Habits, show: impl Fn(Shown) + 'static) -> Self {
        let inner = Inner {
            trainer: Trainer::new(habits),
            workers: HashMap::new(),
            events: VecDeque::new(),
            busy: false,
            show: Rc::new(show),
        };
        Self {
            stage: RwSignal::new(Stage::Loading),
            engine: RwSignal::new(None),
            progress: RwSignal::new(Progress::default()),
            note: RwSignal::new(String::new()),
            redraw: Trigger::new(),
            redrawn: StoredValue::new(f64::NEG_INFINITY),
            complained: StoredValue::new(false),
            inner: StoredValue::new_local(inner),
        }
    }

    /// Lets the workers of a page that was left long ago go when all is done: whether they may stay.
    pub fn rests_behind(self) -> RwSignal<bool> {
        let front = Front::here();
        front.rests_when(Signal::derive(move || self.stage.get() == Stage::Done));
        front.awake
    }

    /// Tells the trainer what happened, and does what it asks for.
    pub fn tell(self, event: Event) {
        let idle = self.inner.try_update_value(|inner| {
            inner.events.push_back(event);
            !std::mem::replace(&mut inner.busy, true)
        });
        if idle != Some(true) {
            // Whoever works through the events comes to this one, too.
            return;
        }
        while let Some(effects) = self.next() {
            effects.into_iter().for_each(|effect| self.perform(effect));
            self.publish();
        }
        self.inner.try_update_value(|inner| inner.busy = false);
    }

    fn next(self) -> Option<Vec<Effect<Bytes>>> {
        let now = now();
        let step = |inner: &mut Inner| {
            inner.events.pop_front().map(|event| inner.trainer.step(now, event))
        };
        self.inner.try_update_value(step).flatten()
    }

    fn perform(self, effect: Effect<Bytes>) {
        match effect {
            Effect::Spawn(id) => {
                let hear = move |heard: Result<_, String>| match heard {
                    Ok((report, state)) => self.tell(Event::Report { worker: id, report, state }),
                    Err(why) => self.tell(Event::Gone { worker: id, why, started: true }),
                };
                match Worker::spawn(hear) {
                    Ok(worker) => {
                        self.inner.update_value(|inner| drop(inner.workers.insert(id, worker)));
                    }
                    Err(why) => self.tell(Event::Gone { worker: id, why, started: false }),
                }
            }
            Effect::End(id) => self.inner.update_value(|inner| drop(inner.workers.remove(&id))),
            Effect::Send { worker, request, state } => self.inner.with_value(|inner| {
                if let Some(worker) = inner.workers.get(&worker) {
                    worker.send(&request, state.as_ref());
                }
            }),
            Effect::Wait { timer, seconds } => {
                let tell = move || self.tell(Event::Timer(timer));
                set_timeout(tell, Duration::from_secs_f64(seconds));
            }
            Effect::Show(shown) => {
                let show = self.inner.with_value(|inner| inner.show.clone());
                show(shown);
            }
            Effect::Note(note) => self.note.set(note),
            Effect::Look(jobs) => spawn_local(async move {
                // Where there is no storage, nothing was kept.
                let kept = storage::find(&jobs).await.ok().flatten();
                self.tell(Event::Found(kept));
            }),
            Effect::Keep(kept) => spawn_local(async move {
                let refused = storage::keep(&kept).await.is_err();
                if refused
                    && self.complained.try_update_value(|c| !std::mem::replace(c, true))
                        == Some(true)
                {
                    self.note.try_set("The browser keeps nothing for this page: a run that takes long cannot be gone on with when the page has been left.".into());
                }
            }),
            Effect::Forget(jobs) => spawn_local(async move {
                // What cannot be deleted is offered once more, no worse.
                let _ = storage::forget(&jobs).await;
            }),
        }
    }

    /// Brings the signals up to date. They wake their readers even when nothing changed.
    fn publish(self) {
        let state = self.inner.try_with_value(|inner| {
            let trainer = &inner.trainer;
            (trainer.stage(), trainer.engine().cloned(), trainer.progress())
        });
        let Some((stage, engine, progress)) = state else { return };
        let rests = stage != Stage::Training;
        let shown = self.progress.get_untracked();
        let now = now();
        if rests || progress.part >= 1.0 || now - self.redrawn.get_value() >= TICK {
            self.redrawn.set_value(now);
            if !same(progress, shown) {
                self.progress.set(progress);
            }
            self.redraw.notify();
        }
        if self.engine.with_untracked(|before| *before != engine) {
            self.engine.set(engine);
        }
        if self.stage.with_untracked(|before| *before != stage) {
            self.stage.set(stage);
        }
    }

    /// Reads something off the trainer.
    fn read<T>(self, read: impl FnOnce(&Trainer<Bytes>) -> T) -> T {
        self.inner.with_value(|inner| read(&inner.trainer))
    }

    /// Whether what runs, or ran last, is what is wanted.
    pub fn is_current(self) -> bool {
        self.stage.track();
        self.progress.track();
        self.read(Trainer::is_current)
    }

    /// Whether the models that are shown are at hand.
    pub fn has_models(self) -> bool {
        self.read(Trainer::has_models)
    }

    /// Whether anything is shown yet.
    pub fn shows_any(self) -> bool {
        self.read(Trainer::shows_any)
    }

    /// Whether everything that is wanted has been done.
    pub fn is_complete(self) -> bool {
        self.stage.track();
        self.read(Trainer::is_complete)
    }
}

/// The clock of the page, in seconds.
fn now() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now() / 1e3)
}

/// Whether two states of progress are the same; what is not known is not a number.
fn same(a: Progress, b: Progress) -> bool {
    a == b
        || (a.left.is_nan()
            && b.left.is_nan()
            && Progress { left: 0.0, ..a } == Progress { left: 0.0, ..b })
}

/// An order of a diagram.
pub fn order_of(job: impl Into<Job>, choice: wire::Choice) -> Order {
    Order::of(job.into(), choice)
}
