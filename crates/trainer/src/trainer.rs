//! The trainer: what it knows, where it stands, and whom it tells.

use crate::checkpoints::Kept;
use crate::event::{Effect, Event, Habits, Order};
use crate::pool::{Pool, WorkerId};
use crate::progress::Progress;
use crate::run::{Resume, Run};
use crate::speeds::Speeds;
use crate::stage::{Engine, Stage};
use std::collections::VecDeque;
use toy::phase::Thresholds;
use wire::{Choice, Class, Kind, Request};

/// How long a worker may take to load, in seconds.
const LOADING: f64 = 45.0;

/// What is to come, besides what the workers do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Next<B> {
    /// Nothing.
    Nothing,
    /// What was kept of the jobs is being looked for.
    Look { timer: u32 },
    /// Whether to go on with what was kept.
    Offer(Kept<B>),
    /// The engine is being found, for a run to begin or to go on.
    Probe { number: u32, timer: u32, choice: Choice, class: Class, then: Option<Resume<B>> },
    /// A run that begins when the spec has rested.
    Rest { timer: u32 },
    /// A run that would take so many seconds.
    Ask { seconds: f64 },
    /// A run that goes on in a moment, after a loss.
    Recover { timer: u32, then: Resume<B> },
}

/// The runs of a page, one at a time; see the [crate's documentation](crate). `B` is what the bytes
/// of a checkpoint are to the owner.
#[derive(Clone, Debug, PartialEq)]
pub struct Trainer<B> {
    pub(crate) habits: Habits,
    /// What is wanted.
    pub(crate) order: Option<Order>,
    /// Whether the reader wants it to wait.
    pub(crate) hold: bool,
    /// Whether the reader asked for it however long it takes.
    pub(crate) confirmed: bool,
    /// Whether there is anything to be seen.
    pub(crate) seen: bool,
    /// Whether what was kept has been looked for.
    pub(crate) looked: bool,
    pub(crate) next: Next<B>,
    pub(crate) run: Option<Run<B>>,
    pub(crate) failure: Option<String>,
    pub(crate) pool: Pool,
    pub(crate) engine: Option<Engine>,
    /// The engine for each class of jobs met so far.
    pub(crate) known: Vec<(Class, Engine)>,
    /// What was measured on the GPU and on the CPU.
    speeds: [Option<Speeds>; 2],
    /// When the GPU was last lost, and whether it is not to be trusted any more.
    pub(crate) lost: Option<f64>,
    pub(crate) barred: bool,
    /// When workers were last lost, and how many did not load one after the other.
    pub(crate) deaths: VecDeque<f64>,
    pub(crate) unloaded: u32,
    /// The timer that looks after a GPU, and how often it has heard nothing.
    pub(crate) watch: Option<u32>,
    /// How often a new device has been refused.
    pub(crate) attempts: u32,
    pub(crate) silence: u32,
    pub(crate) thresholds: Option<Thresholds>,
    pub(crate) inspected: Option<(u32, u32)>,
    numbers: u32,
    timers: u32,
    pub(crate) now: f64,
    pub(crate) effects: Vec<Effect<B>>,
}

impl<B: Clone + PartialEq> Trainer<B> {
    /// A trainer that nothing is asked of yet.
    pub fn new(habits: Habits) -> Self {
        Self {
            habits,
            order: None,
            hold: false,
            confirmed: false,
            seen: false,
            looked: false,
            next: Next::Nothing,
            run: None,
            failure: None,
            pool: Pool::default(),
            engine: None,
            known: vec![],
            speeds: [None, None],
            lost: None,
            barred: false,
            deaths: VecDeque::new(),
            unloaded: 0,
            watch: None,
            silence: 0,
            attempts: 0,
            thresholds: None,
            inspected: None,
            numbers: 0,
            timers: 0,
            now: 0.0,
            effects: vec![],
        }
    }

    /// Takes in what happened at a time, in seconds since any moment; returns what is to be done,
    /// in this order.
    pub fn step(&mut self, now: f64, event: Event<B>) -> Vec<Effect<B>> {
        self.now = now;
        match event {
            Event::Order(order) => self.order(order),
            Event::Train => self.train(),
            Event::Pause => self.wait(true),
            Event::Resume => self.wait(false),
            Event::Step(steps) => self.take(steps),
            Event::Reset => self.reset(),
            Event::Toggle => self.toggle(),
            Event::Adopt(order) => self.adopt(order),
            Event::Thresholds(thresholds) => self.set_thresholds(thresholds),
            Event::Translate(sentence) => self.tell(&Request::Translate(sentence)),
            Event::Weights => self.weights(),
            Event::Inspect(pixel) => {
                self.inspected = pixel;
                self.inspect();
            }
            Event::Timer(timer) => self.timer(timer),
            Event::Report { worker, report, state } => self.hear(worker, report, state),
            Event::Gone { worker, why, started } => self.gone(worker, &why, started),
            Event::Found(kept) => self.found_kept(kept),
        }
        std::mem::take(&mut self.effects)
    }

    /// Where it stands.
    pub fn stage(&self) -> Stage {
        if let Some(why) = &self.failure {
            return Stage::Failed(why.clone());
        }
        match &self.next {
            Next::Look { .. } | Next::Probe { then: None, .. } => Stage::Loading,
            Next::Probe { then: Some(_), .. } | Next::Recover { .. } => Stage::Recovering,
            Next::Offer(kept) => Stage::Offered(kept.part),
            Next::Ask { seconds } => Stage::Asking(*seconds),
            Next::Rest { .. } if self.hold => Stage::Paused,
            Next::Rest { .. } => match &self.run {
                Some(run) if run.coarse.is_some() => Stage::Training,
                _ => Stage::Starting,
            },
            Next::Nothing => match &self.run {
                None => Stage::Loading,
                Some(run) if run.complete => Stage::Done,
                Some(_) if self.hold => Stage::Paused,
                Some(run) if run.done.iter().any(|done| done.seconds > 0.0) => Stage::Training,
                Some(_) => Stage::Starting,
            },
        }
    }

    /// The engine, once known.
    pub fn engine(&self) -> Option<&Engine> {
        self.engine.as_ref().filter(|_| self.failure.is_none())
    }

    /// How far the run is.
    pub fn progress(&self) -> Progress {
        match (&self.run, self.resumes()) {
            (Some(run), _) => run.progress(),
            (None, Some(resume)) => resume.progress(),
            (None, None) => Progress::default(),
        }
    }

    /// Whether what runs, or ran last, is what is wanted.
    pub fn is_current(&self) -> bool {
        self.order.as_ref().is_some_and(|order| self.means(order))
    }

    /// Whether everything that is wanted has been done.
    pub fn is_complete(&self) -> bool {
        self.stage() == Stage::Done && self.is_current()
    }

    /// Whether there are no workers that could show what is complete otherwise.
    pub fn is_kept(&self) -> bool {
        self.pool.is_empty() || self.run.as_ref().is_some_and(|run| run.done.is_empty())
    }

    /// Whether workers have the models that are shown: they are not those of a preview, and not of
    /// a run that is kept or from a file.
    pub fn has_models(&self) -> bool {
        !self.is_kept() && self.run.as_ref().is_some_and(|run| run.coarse.is_none())
    }

    /// Whether anything is shown: models of whatever run, or what was brought or kept.
    pub fn shows_any(&self) -> bool {
        self.seen
    }

    /// Whether a run of this order is under way, complete, or about to go on.
    pub(crate) fn means(&self, order: &Order) -> bool {
        let runs = self.run.as_ref().is_some_and(|r| r.coarse.is_none() && r.order == *order);
        runs || self.resumes().is_some_and(|resume| resume.order == *order)
    }

    pub(crate) fn resumes(&self) -> Option<&Resume<B>> {
        match &self.next {
            Next::Recover { then, .. } | Next::Probe { then: Some(then), .. } => Some(then),
            _ => None,
        }
    }

    pub(crate) fn number(&mut self) -> u32 {
        self.numbers += 1;
        self.numbers
    }

    pub(crate) fn set_timer(&mut self, seconds: f64) -> u32 {
        self.timers += 1;
        self.effects.push(Effect::Wait { timer: self.timers, seconds });
        self.timers
    }

    pub(crate) fn send(&mut self, worker: WorkerId, request: Request) {
        self.effects.push(Effect::Send { worker, request, state: None });
    }

    /// Tells something to everyone who trains.
    pub(crate) fn tell(&mut self, request: &Request) {
        let trains = self.run.as_ref().map_or(0, |run| run.done.len());
        for worker in self.pool.ids().take(trains).collect::<Vec<_>>() {
            self.send(worker, request.clone());
        }
    }

    /// Tells something to everyone.
    pub(crate) fn tell_all(&mut self, request: &Request) {
        for worker in self.pool.ids().collect::<Vec<_>>() {
            self.send(worker, request.clone());
        }
    }

    /// Ends every worker.
    pub(crate) fn dismiss(&mut self) {
        let gone = self.pool.clear();
        self.effects.extend(gone.into_iter().map(Effect::End));
        self.watch = None;
    }

    /// Takes on workers until there are so many.
    pub(crate) fn staff(&mut self, size: usize) {
        while self.pool.len() < size.max(1) {
            let timer = self.set_timer(LOADING);
            let id = self.pool.add(timer);
            self.effects.push(Effect::Spawn(id));
            if let Some(thresholds) = self.thresholds {
                self.send(id, Request::Thresholds(thresholds));
            }
        }
    }

    pub(crate) fn speeds(&mut self, kind: Kind) -> &mut Speeds {
        let cores = self.habits.cores;
        self.speeds[usize::from(kind == Kind::Cpu)].get_or_insert_with(|| Speeds::new(kind, cores))
    }

    /// What is asked of probes now.
    pub(crate) fn choice(&self) -> Choice {
        let choice = self.order.as_ref().map_or(Choice::Auto, |order| order.choice);
        if self.barred { Choice::Cpu } else { choice }
    }

    /// The engine for a class of jobs, if it is known. A choice by name is good for all.
    pub(crate) fn known(&self, class: &Class) -> Option<Engine> {
        let by_name = self.choice() != Choice::Auto;
        let found = self.known.iter().find(|(known, _)| by_name || known == class);
        found.map(|(_, engine)| engine.clone())
    }
}
