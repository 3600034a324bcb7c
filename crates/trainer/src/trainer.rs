//! The trainer: what it is told by its owner, and how a run comes to be.

use crate::assignment::Assignment;
use crate::checkpoints::{Checkpoints, Kept, split};
use crate::event::{Effect, Event, Habits, Order, Shown};
use crate::pool::{Pool, WorkerId};
use crate::progress::{Done, Progress};
use crate::run::{Resume, Run};
use crate::speeds::Speeds;
use crate::stage::{Engine, Stage};
use std::collections::VecDeque;
use toy::phase::Thresholds;
use wire::{Choice, Class, Job, Kind, Request};

/// A preview is to take no longer than this, in seconds, but is never coarser than [`COARSEST`].
const GLANCE: f64 = 0.12;
/// Most columns and rows of the diagram that one of a preview stands for.
const COARSEST: u32 = 8;
/// Fewest columns and rows of a preview.
const FEWEST: u32 = 8;
/// How long what was kept is looked for, in seconds: storage may never answer.
const LOOKING: f64 = 1.5;
/// How long a worker may take to load, in seconds, and to find an engine. It gives up on a silent
/// GPU by itself, sooner.
const LOADING: f64 = 45.0;
const PROBING: f64 = 75.0;

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
    looked: bool,
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
        self.run.as_ref().map(Run::progress).unwrap_or_default()
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

    /// Whether a run of this order is under way, complete, or about to go on.
    fn means(&self, order: &Order) -> bool {
        let runs = self.run.as_ref().is_some_and(|r| r.coarse.is_none() && r.order == *order);
        runs || self.resumes().is_some_and(|resume| resume.order == *order)
    }

    fn resumes(&self) -> Option<&Resume<B>> {
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
    fn tell_all(&mut self, request: &Request) {
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
    fn known(&self, class: &Class) -> Option<Engine> {
        let by_name = self.choice() != Choice::Auto;
        let found = self.known.iter().find(|(known, _)| by_name || known == class);
        found.map(|(_, engine)| engine.clone())
    }

    fn order(&mut self, order: Option<Order>) {
        let Some(order) = order.filter(|order| !order.jobs.is_empty()) else {
            return self.close();
        };
        let before = self.order.replace(order.clone());
        if !self.looked {
            self.looked = true;
            let timer = self.set_timer(LOOKING);
            self.next = Next::Look { timer };
            self.effects.push(Effect::Look(order.jobs));
            return;
        }
        let Some(before) = before else {
            // Wanted again: what is complete needs nobody any more.
            let complete = self.run.as_ref().is_some_and(|r| r.complete && r.order == order);
            return if complete { self.next = Next::Nothing } else { self.prepare(false) };
        };
        if before.choice != order.choice {
            (self.barred, self.lost, self.confirmed) = (false, None, false);
            self.known.clear();
            self.dismiss();
            self.run = None;
            return self.prepare(false);
        }
        if before != order {
            self.changed(order);
        }
    }

    /// The order is another one: train again, or only show it otherwise.
    fn changed(&mut self, order: Order) {
        if self.failure.is_some() {
            self.confirmed = false;
            return self.again();
        }
        if self.means(&order) {
            return self.settle();
        }
        let trained = !self.is_kept();
        match (&mut self.run, &mut self.next) {
            (_, Next::Recover { then, .. } | Next::Probe { then: Some(then), .. })
                if then.order.trains_as(&order) =>
            {
                then.order = order;
                return;
            }
            (Some(run), Next::Nothing | Next::Ask { .. } | Next::Rest { .. })
                if trained && run.coarse.is_none() && run.order.trains_as(&order) =>
            {
                run.order = order.clone();
                if let Some(job) = order.jobs.get(run.place) {
                    run.job = job.clone();
                }
                self.settle();
                if let Some(Job::Sweep(sweep)) = order.jobs.first() {
                    self.tell(&Request::Aggregate(sweep.aggregate));
                }
                return;
            }
            _ => {}
        }
        self.confirmed = false;
        self.prepare(false);
    }

    /// What is wanted is what runs or ran: whatever was to come is moot.
    fn settle(&mut self) {
        match self.next {
            Next::Ask { .. } => {
                // It was paused for the question.
                self.hold = true;
                self.next = Next::Nothing;
            }
            Next::Rest { .. } | Next::Offer(_) | Next::Look { .. } => self.next = Next::Nothing,
            _ => {}
        }
    }

    /// Nothing is wanted any more: every worker is let go, what is complete stays.
    fn close(&mut self) {
        self.order = None;
        self.dismiss();
        self.failure = None;
        self.next = Next::Nothing;
        self.run.take_if(|run| !run.complete || run.coarse.is_some());
    }

    /// Begins anew with new workers: whatever is left of the old ones is not trusted.
    fn again(&mut self) {
        self.dismiss();
        self.run = None;
        self.known.clear();
        self.deaths.clear();
        self.unloaded = 0;
        self.prepare(false);
    }

    fn train(&mut self) {
        self.confirmed = true;
        match (&self.next, self.is_current()) {
            _ if self.failure.is_some() => self.again(),
            (Next::Ask { .. }, true) => {
                self.next = Next::Nothing;
                self.wait(false);
            }
            (Next::Offer(_), _) => self.accept(),
            _ => self.prepare(false),
        }
    }

    /// Stops what trains, or goes on with it.
    fn wait(&mut self, hold: bool) {
        if !matches!(self.stage(), Stage::Starting | Stage::Training | Stage::Paused)
            && !matches!(self.stage(), Stage::Recovering)
        {
            return;
        }
        self.hold = hold;
        self.tell(&if hold { Request::Pause } else { Request::Resume });
    }

    fn take(&mut self, steps: u32) {
        if self.stage().steps() && self.next == Next::Nothing {
            self.hold = true;
            self.tell(&Request::Step(steps));
        }
    }

    fn reset(&mut self) {
        let Some(order) = &self.order else { return };
        self.effects.push(Effect::Forget(order.jobs.clone()));
        match self.failure.is_some() {
            true => self.again(),
            false => self.prepare(true),
        }
    }

    fn toggle(&mut self) {
        match self.stage() {
            Stage::Starting | Stage::Training => self.wait(true),
            Stage::Paused => self.wait(false),
            Stage::Recovering => self.wait(!self.hold),
            Stage::Asking(_) | Stage::Offered(_) | Stage::Done | Stage::Failed(_) => self.train(),
            Stage::Loading => {}
        }
    }

    fn adopt(&mut self, order: Order) {
        let Some(job) = order.jobs.first().cloned() else { return };
        self.tell_all(&Request::Cancel);
        (self.failure, self.watch) = (None, None);
        self.next = Next::Nothing;
        (self.seen, self.looked) = (true, true);
        let checkpoints = Checkpoints::of(vec![]);
        self.run = Some(Run {
            number: self.number(),
            order,
            place: 0,
            job,
            coarse: None,
            kind: Kind::Cpu,
            done: vec![],
            assignment: Assignment::default(),
            checkpoints,
            before: vec![],
            then: VecDeque::new(),
            attacked: None,
            complete: true,
            spent: 0.0,
            kept: None,
        });
    }

    fn set_thresholds(&mut self, thresholds: Thresholds) {
        self.thresholds = Some(thresholds);
        self.tell_all(&Request::Thresholds(thresholds));
        // What was trained cannot be shown otherwise when its models are not at hand any more.
        let gone = self.run.as_ref().is_some_and(|run| run.complete && !run.done.is_empty());
        if gone && self.pool.is_empty() && self.order.is_some() {
            self.prepare(false);
        }
    }

    /// Asks the worker that has the inspected pixel for it. The pixels of a preview are other ones.
    pub(crate) fn inspect(&mut self) {
        let (Some((row, column)), Some(run)) = (self.inspected, &self.run) else { return };
        if run.coarse.is_some() || !matches!(run.job, Job::Sweep(_)) {
            return;
        }
        let whole = run.checkpoints.whole();
        let owner = whole.iter().position(|share| share.parts.contains(&row));
        if let Some(worker) = owner.and_then(|place| self.pool.get(place)) {
            self.send(worker, Request::Inspect { row, column });
        }
    }

    fn found_kept(&mut self, kept: Option<Kept<B>>) {
        let (Next::Look { .. }, Some(order)) = (&self.next, &self.order) else { return };
        let fits = |kept: &Kept<B>| {
            let same = kept.jobs.len() == order.jobs.len()
                && kept.jobs.iter().zip(&order.jobs).all(|(a, b)| a.trains_as(b));
            let kind = match kept.kind {
                Kind::Gpu => order.choice != Choice::Cpu,
                Kind::Cpu => order.choice != Choice::Gpu,
            };
            same && kind && !kept.shares.is_empty()
        };
        match kept.filter(fits) {
            Some(kept) => self.next = Next::Offer(kept),
            None => self.prepare(false),
        }
    }

    /// Goes on with what was kept.
    fn accept(&mut self) {
        let Some(order) = self.order.clone() else { return };
        if let Next::Offer(kept) = std::mem::replace(&mut self.next, Next::Nothing) {
            let resume = Resume::of(order, kept);
            self.hold = false;
            self.go_on(resume);
        }
    }

    /// Begins what is wanted, or asks whether to, on the engine for it; finds that first if need
    /// be, and waits first until what is changed has rested.
    pub(crate) fn prepare(&mut self, paused: bool) {
        self.next = Next::Nothing;
        self.failure = None;
        self.hold = paused;
        let at_once = self.habits.previews || !self.seen || paused || self.confirmed;
        match at_once {
            true => self.find(),
            false => self.rest(),
        }
    }

    fn rest(&mut self) {
        let timer = self.set_timer(self.habits.rest);
        self.next = Next::Rest { timer };
    }

    /// Finds the engine for what is wanted.
    pub(crate) fn find(&mut self) {
        let Some(job) = self.order.as_ref().and_then(|order| order.jobs.first()).cloned() else {
            return;
        };
        match self.known(&Class::of(&job)) {
            Some(engine) => self.consider(engine),
            None => self.probe(self.choice(), job, None),
        }
    }

    /// Asks the first worker, which alone looks for engines; all drop what they do.
    pub(crate) fn probe(&mut self, choice: Choice, job: Job, then: Option<Resume<B>>) {
        (self.run, self.watch) = (None, None);
        self.staff(1);
        let probe = self.number();
        let class = Class::of(&job);
        let pool = self.habits.cores as u32;
        for (place, worker) in self.pool.ids().collect::<Vec<_>>().into_iter().enumerate() {
            let request = match place {
                0 => Request::Probe { probe, choice, job: job.clone(), pool },
                _ => Request::Cancel,
            };
            self.send(worker, request);
        }
        let timer = self.set_timer(PROBING);
        self.next = Next::Probe { number: probe, timer, choice, class, then };
    }

    /// The engine is known: is the run short enough to begin unasked?
    pub(crate) fn consider(&mut self, engine: Engine) {
        let Some(job) = self.order.as_ref().and_then(|order| order.jobs.first()).cloned() else {
            return;
        };
        let kind = engine.kind;
        self.next = Next::Nothing;
        self.employ(engine, &job);
        let asked = self.hold || self.confirmed;
        let (seconds, long) = {
            let speeds = self.speeds(kind);
            (speeds.seconds(&job), speeds.is_long(&job))
        };
        match seconds {
            Some(seconds) if !asked && long => {
                self.tell(&Request::Pause);
                self.next = Next::Ask { seconds };
            }
            Some(seconds)
                if !asked && self.habits.previews && seconds > self.habits.cheap && self.seen =>
            {
                self.rest();
                // One that is under way is finished first: a movement would never let any end.
                if self.run.as_ref().is_none_or(|run| run.coarse.is_none()) {
                    self.glance(seconds);
                }
            }
            _ => self.begin(),
        }
    }

    /// Uses an engine, with workers for a job.
    pub(crate) fn employ(&mut self, mut engine: Engine, job: &Job) {
        if engine.kind == Kind::Cpu {
            self.staff(self.habits.cores.min(job.parts().max(1) as usize));
            engine.workers = self.pool.len().min(job.parts().max(1) as usize);
        }
        self.engine = Some(engine);
    }

    /// Trains a coarse diagram, to be seen while the control that changed the sweep still moves.
    pub(crate) fn glance(&mut self, seconds: f64) {
        let (Some(order), Some(engine)) = (&self.order, &self.engine) else { return };
        let Some(Job::Sweep(sweep)) = order.jobs.first() else { return };
        let fits = |factor: &u32| seconds / f64::from(factor * factor) <= GLANCE;
        let factor = [2, 4, COARSEST].into_iter().find(fits).unwrap_or(COARSEST);
        let coarse = sweep.coarse(factor);
        if coarse.columns.min(coarse.rows) < FEWEST {
            return;
        }
        let resume = Resume {
            order: order.clone(),
            place: 0,
            kind: engine.kind,
            shares: vec![],
            before: vec![],
            then: VecDeque::new(),
            spent: 0.0,
            shown: true,
        };
        self.start(resume, Some((factor, coarse.into())));
    }

    /// Starts what is wanted at step 0.
    pub(crate) fn begin(&mut self) {
        let (Some(order), Some(engine)) = (&self.order, &self.engine) else { return };
        let resume = Resume {
            order: order.clone(),
            place: 0,
            kind: engine.kind,
            shares: vec![],
            before: vec![],
            then: VecDeque::new(),
            spent: 0.0,
            shown: false,
        };
        self.next = Next::Nothing;
        self.start(resume, None);
        self.inspect();
    }

    /// Starts a job, or goes on with it where its checkpoints end; `coarse` is what is trained in
    /// its place for a preview, and how much coarser.
    pub(crate) fn start(&mut self, from: Resume<B>, coarse: Option<(u32, Job)>) {
        let Some(job) = from.job().cloned() else { return };
        let Resume { order, place, kind, shares, before, then, spent, shown } = from;
        if !shown {
            self.effects.push(Effect::Show(Shown::Begun { place, job: job.clone() }));
        }
        let (coarse, job) = match coarse {
            Some((factor, coarse)) => (Some(factor), coarse),
            None => (None, job),
        };
        let most = job.parts().max(1) as usize;
        let checkpoints = match (kind, shares.as_slice()) {
            (Kind::Gpu, []) => Checkpoints::begin(&job, 1),
            // A worker without a part would report nothing and never be done.
            (Kind::Cpu, []) => Checkpoints::begin(&job, self.pool.len().min(most).max(1) as u32),
            (Kind::Cpu, [whole]) => Checkpoints::of(split(whole, self.pool.len().max(1))),
            _ => Checkpoints::of(shares),
        };
        let number = self.number();
        let all = checkpoints.whole().to_vec();
        self.staff(all.len());
        let frames = if place == 0 { order.frames } else { 0 };
        let workers: Vec<_> = self.pool.ids().collect();
        for (at, &worker) in workers.iter().enumerate() {
            let Some(share) = all.get(at) else {
                self.send(worker, Request::Cancel);
                continue;
            };
            let request = Request::Start {
                run: number,
                job: job.clone(),
                parts: share.parts.clone(),
                kind,
                paused: self.hold,
                wanted: order.wanted,
                frames,
            };
            self.effects.push(Effect::Send { worker, request, state: share.state.clone() });
        }
        let assignment = match &job {
            Job::Study(study) if kind == Kind::Cpu => {
                Assignment::of(study, all.iter().map(|share| (&share.parts[..], share.step)))
            }
            _ => Assignment::default(),
        };
        let done = all.iter().map(|share| Done {
            step: share.step,
            before: share.model_steps,
            ..Done::default()
        });
        self.run = Some(Run {
            number,
            done: done.collect(),
            order,
            place,
            job,
            coarse,
            kind,
            assignment,
            checkpoints,
            before,
            then,
            attacked: None,
            complete: false,
            spent,
            kept: None,
        });
        self.look_after();
    }
}
