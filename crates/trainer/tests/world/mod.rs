//! A page without a browser: a trainer among workers that are played.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use toy::study::vulnerability::Vulnerability;
use toy::study::{Measures, Snapshot, Wanted};
use toy::sweep::Data;
use toy::{Study, Sweep};
use trainer::{Effect, Event, Habits, Kept, Order, Shown, Stage, Trainer, WorkerId};
use wire::{Cause, Choice, Job, Kind, Parcel, Report, Request};

/// A checkpoint: parts in training and done, and their step.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub parts: Vec<u32>,
    pub finished: Vec<u32>,
    pub step: u32,
}

/// What a worker trains.
#[derive(Clone, Debug)]
pub struct Task {
    pub run: u32,
    pub job: Job,
    pub kind: Kind,
    pub state: State,
    /// Model-steps taken here.
    pub taken: f64,
    pub seconds: f64,
    pub paused: bool,
    pub goal: Option<u32>,
    pub done: bool,
    pub attack: bool,
}

/// A worker as a session in a browser is.
#[derive(Clone, Debug, Default)]
pub struct Worker {
    pub loaded: bool,
    pub inbox: VecDeque<(Request, Option<State>)>,
    pub task: Option<Task>,
}

/// A page without a browser.
pub struct World {
    pub trainer: Trainer<State>,
    pub workers: BTreeMap<WorkerId, Worker>,
    pub timers: BTreeSet<u32>,
    pub reports: VecDeque<(WorkerId, Report, Option<State>)>,
    /// Everything ever said, to be said again by someone who is late.
    pub said: Vec<(WorkerId, Report, Option<State>)>,
    pub kept: Option<Kept<State>>,
    pub notes: Vec<String>,
    pub gpu: bool,
    /// Nothing ever answers.
    pub silent: bool,
    pub storage: bool,
    pub now: f64,
    /// Models shown of the job that begun last, and how far they are.
    pub shown: BTreeMap<u32, u32>,
}

impl World {
    pub fn new(habits: Habits) -> Self {
        Self {
            trainer: Trainer::new(habits),
            workers: BTreeMap::new(),
            timers: BTreeSet::new(),
            reports: VecDeque::new(),
            said: vec![],
            kept: None,
            notes: vec![],
            gpu: true,
            silent: false,
            storage: true,
            now: 0.0,
            shown: BTreeMap::new(),
        }
    }

    pub fn tell(&mut self, event: Event<State>) {
        for effect in self.trainer.step(self.now, event) {
            match effect {
                Effect::Spawn(id) => drop(self.workers.insert(id, Worker::default())),
                Effect::End(id) => drop(self.workers.remove(&id)),
                Effect::Send { worker, request, state } => {
                    if let Some(worker) = self.workers.get_mut(&worker) {
                        worker.inbox.push_back((request, state));
                    }
                }
                Effect::Wait { timer, .. } => _ = self.timers.insert(timer),
                Effect::Show(shown) => self.show(shown),
                Effect::Note(note) => self.notes.push(note),
                Effect::Look(_) => {}
                Effect::Keep(kept) => self.kept = Some(kept),
                Effect::Forget(_) => self.kept = None,
            }
        }
    }

    pub fn show(&mut self, shown: Shown) {
        match shown {
            Shown::Begun { .. } => self.shown.clear(),
            Shown::Models { step, snapshots, .. } => {
                self.shown.extend(snapshots.iter().map(|snapshot| (snapshot.model, step)));
            }
            Shown::Picture { .. }
            | Shown::Pixel { .. }
            | Shown::Weights { .. }
            | Shown::Networks { .. }
            | Shown::Translations { .. }
            | Shown::Translated { .. } => {}
        }
    }

    pub fn say(&mut self, id: WorkerId, report: Report, state: Option<State>) {
        self.said.push((id, report.clone(), state.clone()));
        self.reports.push_back((id, report, state));
    }

    /// Lets a worker do something: load, read a request, or train for a slice.
    pub fn work(&mut self, id: WorkerId) -> bool {
        let Some(worker) = self.workers.get_mut(&id).filter(|_| !self.silent) else { return false };
        if !worker.loaded {
            worker.loaded = true;
            self.say(id, Report::Ready, None);
            return true;
        }
        if let Some((request, state)) = worker.inbox.pop_front() {
            self.handle(id, request, state);
            return true;
        }
        self.train(id)
    }

    pub fn handle(&mut self, id: WorkerId, request: Request, state: Option<State>) {
        let gpu = self.gpu;
        let Some(worker) = self.workers.get_mut(&id) else { return };
        match request {
            Request::Probe { probe, choice, .. } => {
                worker.task = None;
                let report = match choice {
                    Choice::Gpu if !gpu => Report::Failed {
                        number: probe,
                        cause: Cause::NoGpu,
                        sentence: "none".into(),
                    },
                    Choice::Gpu | Choice::Auto if gpu => engine(probe, Kind::Gpu),
                    _ => engine(probe, Kind::Cpu),
                };
                self.say(id, report, None);
            }
            Request::Start { run, job, parts, kind, paused, .. } => {
                worker.task = None;
                if kind == Kind::Gpu && !gpu {
                    let (number, cause) = (run, Cause::NoGpu);
                    return self.say(
                        id,
                        Report::Failed { number, cause, sentence: "none".into() },
                        None,
                    );
                }
                let begun = State { parts: parts.clone(), finished: vec![], step: 0 };
                let mut state = state.unwrap_or(begun);
                assert!(parts.iter().all(|part| state.parts.contains(part)), "{parts:?} {state:?}");
                state.parts = parts;
                worker.task = Some(Task {
                    run,
                    job,
                    kind,
                    state,
                    taken: 0.0,
                    seconds: 0.0,
                    paused,
                    goal: None,
                    done: false,
                    attack: false,
                });
                self.report(id);
            }
            Request::Pause => {
                if let Some(task) = &mut worker.task {
                    (task.paused, task.goal) = (true, None);
                    self.report(id);
                }
            }
            Request::Resume => {
                if let Some(task) = &mut worker.task {
                    (task.paused, task.goal) = (false, None);
                }
            }
            Request::Step(steps) => {
                if let Some(task) = &mut worker.task {
                    (task.paused, task.goal) = (false, Some(task.state.step + steps));
                }
            }
            Request::Wanted(wanted) => {
                if let Some(task) = &mut worker.task {
                    task.attack = wanted.vulnerability;
                    self.report(id);
                }
            }
            Request::Give { run, models } => {
                let Some(task) = worker.task.as_mut().filter(|task| task.run == run) else {
                    return;
                };
                let mut given = vec![];
                if !task.done {
                    task.state.parts.retain(|part| {
                        let goes = models.contains(part);
                        given.extend(goes.then_some(*part));
                        !goes
                    });
                }
                let Job::Study(study) = task.job.clone() else { return };
                let step = task.state.step;
                let one = |model| toy::study::train::Learner::new(&study, model);
                let learners = given.into_iter().map(one).collect();
                self.say(id, Report::Given(Parcel { run, step, learners }), None);
                self.save(id);
            }
            Request::Take(parcel) => {
                let Some(task) = worker.task.as_mut().filter(|task| task.run == parcel.run) else {
                    return;
                };
                let own = std::mem::take(&mut task.state.parts);
                task.state.finished.extend(own);
                task.state.parts = parcel.learners.iter().map(|l| l.model).collect();
                task.state.step = parcel.step;
                (task.done, task.paused) = (false, false);
                self.save(id);
            }
            Request::Cancel => worker.task = None,
            _ => {}
        }
    }

    /// Trains for a slice.
    pub fn train(&mut self, id: WorkerId) -> bool {
        let gpu = self.gpu;
        let Some(task) = self.workers.get_mut(&id).and_then(|worker| worker.task.as_mut()) else {
            return false;
        };
        if task.paused || task.done {
            return false;
        }
        if task.kind == Kind::Gpu && !gpu {
            let (number, cause) = (task.run, Cause::Lost);
            self.say(id, Report::Failed { number, cause, sentence: "lost".into() }, None);
            if let Some(worker) = self.workers.get_mut(&id) {
                worker.task = None;
            }
            return true;
        }
        let steps = task.job.steps();
        // Workers of unlike speed.
        let fast = 1 + steps / (4 + 9 * (id.0 % 3));
        let limit = task.goal.unwrap_or(steps).min(steps);
        let before = task.state.step;
        task.state.step = (before + fast).min(limit).max(before);
        task.taken += f64::from(task.state.step - before) * task.state.parts.len() as f64;
        task.seconds += 0.7;
        task.paused |= task.goal.is_some_and(|goal| task.state.step >= goal);
        task.done = task.state.step >= steps;
        let (done, run) = (task.done, task.run);
        self.now += 0.2;
        self.report(id);
        self.save(id);
        if done {
            self.say(id, Report::Done { run }, None);
        }
        true
    }

    /// Says how far a worker is.
    pub fn report(&mut self, id: WorkerId) {
        let Some(task) = self.workers[&id].task.clone() else { return };
        let step = task.state.step;
        if let Job::Study(_) = task.job {
            let done = if task.done { task.state.finished.clone() } else { vec![] };
            let attacked =
                Vulnerability { clean: 1.0, attacked: 2.0, passed: 1.0, output: 0, norm: 0.1 };
            let vulnerability = (task.attack && task.done).then_some(attacked);
            let snapshot = |&model: &u32| Snapshot {
                model,
                measures: Measures { vulnerability, ..Measures::default() },
                ..Snapshot::default()
            };
            let snapshots = task.state.parts.iter().chain(&done).map(snapshot).collect();
            self.say(id, Report::Study { run: task.run, step, frame: None, snapshots }, None);
        }
        let (run, model_steps, seconds, paused) = (task.run, task.taken, task.seconds, task.paused);
        self.say(id, Report::Progress { run, step, model_steps, seconds, paused }, None);
    }

    pub fn save(&mut self, id: WorkerId) {
        let Some(task) = self.workers[&id].task.clone() else { return };
        let State { parts, finished, step } = task.state.clone();
        self.say(id, Report::Checkpoint { run: task.run, step, parts, finished }, Some(task.state));
    }

    pub fn deliver(&mut self) -> bool {
        let Some((worker, report, state)) = self.reports.pop_front() else { return false };
        // The page hears nothing of a worker that it has ended.
        if self.workers.contains_key(&worker) {
            self.tell(Event::Report { worker, report, state });
        }
        true
    }

    pub fn fire(&mut self, index: usize) -> bool {
        let Some(&timer) = self.timers.iter().nth(index % self.timers.len().max(1)) else {
            return false;
        };
        self.timers.remove(&timer);
        self.tell(Event::Timer(timer));
        true
    }

    /// Lets everybody do what there is to do. Timers that look after workers come last.
    pub fn settle(&mut self) {
        for _ in 0..4_000 {
            if self.deliver() {
                continue;
            }
            let ids: Vec<_> = self.workers.keys().copied().collect();
            let mut worked = false;
            for id in ids {
                worked |= self.work(id);
            }
            if worked {
                continue;
            }
            let waits = matches!(
                self.trainer.stage(),
                Stage::Paused | Stage::Asking(_) | Stage::Offered(_) | Stage::Done
            ) || matches!(self.trainer.stage(), Stage::Failed(_));
            if waits || !self.fire(0) {
                return;
            }
        }
        panic!("does not come to rest: {:?}", self.trainer.stage());
    }

    /// Presses the button until all is done.
    pub fn finish(&mut self) {
        for _ in 0..6 {
            self.settle();
            if self.trainer.stage() == Stage::Done && self.trainer.is_current() {
                return;
            }
            self.tell(Event::Train);
            if self.trainer.stage() == Stage::Paused {
                self.tell(Event::Resume);
            }
        }
        panic!("is never done: {:?}", self.trainer);
    }

    /// Whether what the workers have of the run, and have finished, is every part at the last step.
    pub fn assert_whole(&self, order: &Order) {
        let Some(job) = order.jobs.last() else { return };
        let mut parts = vec![];
        for worker in self.workers.values() {
            let Some(task) = &worker.task else { continue };
            assert!(task.done && task.job.trains_as(job), "{task:?}");
            parts.extend(task.state.parts.iter().chain(&task.state.finished).copied());
        }
        parts.sort_unstable();
        if self.trainer.is_kept() {
            return;
        }
        assert_eq!(parts, (0..job.parts()).collect::<Vec<_>>());
        if let Job::Study(study) = job {
            let all: Vec<_> = self.shown.iter().map(|(model, step)| (*model, *step)).collect();
            let expected: Vec<_> =
                (0..study.models() as u32).map(|model| (model, study.steps)).collect();
            assert_eq!(all, expected, "what is shown");
        }
    }
}

pub fn engine(probe: u32, kind: Kind) -> Report {
    Report::Engine { probe, kind, name: format!("{kind:?}"), reason: "because.".into() }
}

pub fn sweep(which: u32) -> Order {
    let base = Sweep { columns: 32, rows: 32, repeats: 1, steps: 40, ..Sweep::default() };
    let sweep = match which {
        0 => base,
        1 => Sweep { seed: 1, ..base },
        2 => Sweep { features: 3, data: Data::Sampled, ..base },
        // Takes long, whatever trains it.
        _ => Sweep { steps: 1_000_000, columns: 1024, rows: 1024, ..base },
    };
    Order::of(sweep.into(), Choice::Auto)
}

pub fn study(which: u32) -> Order {
    let base = Study { instances: 6, repeats: 2, steps: 50, ..Study::default() };
    let one = |study: &Study| Order::of(study.clone().into(), Choice::Auto);
    match which {
        0 => one(&base),
        1 => Order { attack: true, ..one(&Study { seed: 1, ..base }) },
        2 => {
            let jobs = vec![base.clone().into(), Study { seed: 7, ..base.clone() }.into()];
            Order { jobs, frames: 3, ..one(&base) }
        }
        _ => Order { wanted: Wanted::MEASURES, ..one(&Study { features: 9, ..base }) },
    }
}
