//! Every order of events: a trainer among workers that answer late, die, lose their GPU or say
//! nothing at all, and a reader who changes everything at any moment.

use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use toy::study::vulnerability::Vulnerability;
use toy::study::{Measures, Snapshot, Wanted};
use toy::sweep::Data;
use toy::{Study, Sweep};
use trainer::{Effect, Event, Habits, Kept, Order, Shown, Stage, Trainer, WorkerId};
use wire::{Cause, Choice, Job, Kind, Parcel, Report, Request};

/// A checkpoint: parts in training and done, and their step.
#[derive(Clone, Debug, PartialEq)]
struct State {
    parts: Vec<u32>,
    finished: Vec<u32>,
    step: u32,
}

/// What a worker trains.
#[derive(Clone, Debug)]
struct Task {
    run: u32,
    job: Job,
    kind: Kind,
    state: State,
    /// Model-steps taken here.
    taken: f64,
    seconds: f64,
    paused: bool,
    goal: Option<u32>,
    done: bool,
    attack: bool,
}

/// A worker as a session in a browser is.
#[derive(Clone, Debug, Default)]
struct Worker {
    loaded: bool,
    inbox: VecDeque<(Request, Option<State>)>,
    task: Option<Task>,
}

/// A page without a browser.
struct World {
    trainer: Trainer<State>,
    workers: BTreeMap<WorkerId, Worker>,
    timers: BTreeSet<u32>,
    reports: VecDeque<(WorkerId, Report, Option<State>)>,
    /// Everything ever said, to be said again by someone who is late.
    said: Vec<(WorkerId, Report, Option<State>)>,
    kept: Option<Kept<State>>,
    notes: Vec<String>,
    gpu: bool,
    /// Nothing ever answers.
    silent: bool,
    storage: bool,
    now: f64,
    /// Models shown of the job that begun last, and how far they are.
    shown: BTreeMap<u32, u32>,
}

impl World {
    fn new(habits: Habits) -> Self {
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

    fn tell(&mut self, event: Event<State>) {
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

    fn show(&mut self, shown: Shown) {
        match shown {
            Shown::Begun { .. } => self.shown.clear(),
            Shown::Models { step, snapshots, .. } => {
                self.shown.extend(snapshots.iter().map(|snapshot| (snapshot.model, step)));
            }
            Shown::Picture { .. } | Shown::Pixel { .. } | Shown::Networks { .. } => {}
        }
    }

    fn say(&mut self, id: WorkerId, report: Report, state: Option<State>) {
        self.said.push((id, report.clone(), state.clone()));
        self.reports.push_back((id, report, state));
    }

    /// Lets a worker do something: load, read a request, or train for a slice.
    fn work(&mut self, id: WorkerId) -> bool {
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

    fn handle(&mut self, id: WorkerId, request: Request, state: Option<State>) {
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
    fn train(&mut self, id: WorkerId) -> bool {
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
    fn report(&mut self, id: WorkerId) {
        let Some(task) = self.workers[&id].task.clone() else { return };
        let step = task.state.step;
        if let Job::Study(_) = task.job {
            let done = if task.done { task.state.finished.clone() } else { vec![] };
            let attacked = Vulnerability { clean: 1.0, attacked: 2.0, output: 0, norm: 0.1 };
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

    fn save(&mut self, id: WorkerId) {
        let Some(task) = self.workers[&id].task.clone() else { return };
        let State { parts, finished, step } = task.state.clone();
        self.say(id, Report::Checkpoint { run: task.run, step, parts, finished }, Some(task.state));
    }

    fn deliver(&mut self) -> bool {
        let Some((worker, report, state)) = self.reports.pop_front() else { return false };
        // The page hears nothing of a worker that it has ended.
        if self.workers.contains_key(&worker) {
            self.tell(Event::Report { worker, report, state });
        }
        true
    }

    fn fire(&mut self, index: usize) -> bool {
        let Some(&timer) = self.timers.iter().nth(index % self.timers.len().max(1)) else {
            return false;
        };
        self.timers.remove(&timer);
        self.tell(Event::Timer(timer));
        true
    }

    /// Lets everybody do what there is to do. Timers that look after workers come last.
    fn settle(&mut self) {
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
    fn finish(&mut self) {
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
    fn assert_whole(&self, order: &Order) {
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

fn engine(probe: u32, kind: Kind) -> Report {
    Report::Engine { probe, kind, name: format!("{kind:?}"), reason: "because.".into() }
}

fn sweep(which: u32) -> Order {
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

fn study(which: u32) -> Order {
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

/// One thing that happens.
#[derive(Clone, Debug)]
enum Happens {
    Deliver,
    Work(u32),
    Order(u32, u32),
    NotWanted,
    Toggle,
    Train,
    Pause,
    Resume,
    Step,
    Reset,
    Inspect,
    Adopt,
    Timer(usize),
    Dies(u32),
    NotStarted(u32),
    LosesGpu,
    FindsGpu,
    Late(usize),
    Found(bool),
    Minute,
}

fn happens() -> impl Strategy<Value = Happens> {
    use Happens::*;
    prop_oneof![
        30 => Just(Deliver),
        30 => (0u32..8).prop_map(Work),
        4 => (0u32..4, 0u32..3).prop_map(|(which, choice)| Order(which, choice)),
        1 => Just(NotWanted),
        2 => Just(Toggle),
        2 => Just(Train),
        1 => Just(Pause),
        1 => Just(Resume),
        1 => Just(Step),
        1 => Just(Reset),
        1 => Just(Inspect),
        1 => Just(Adopt),
        6 => any::<usize>().prop_map(Timer),
        2 => (0u32..8).prop_map(Dies),
        1 => (0u32..8).prop_map(NotStarted),
        2 => Just(LosesGpu),
        3 => Just(FindsGpu),
        3 => any::<usize>().prop_map(Late),
        2 => any::<bool>().prop_map(Found),
        1 => Just(Minute),
    ]
}

impl World {
    fn order(&self, which: u32, choice: u32) -> Order {
        let order = if self.trainer_is_for_sweeps() { sweep(which) } else { study(which) };
        Order { choice: [Choice::Auto, Choice::Gpu, Choice::Cpu][choice as usize], ..order }
    }

    fn trainer_is_for_sweeps(&self) -> bool {
        self.storage
    }

    fn nth(&self, which: u32) -> Option<WorkerId> {
        self.workers.keys().nth(which as usize % self.workers.len().max(1)).copied()
    }

    fn happen(&mut self, what: &Happens) {
        match *what {
            Happens::Deliver => _ = self.deliver(),
            Happens::Work(which) => {
                if let Some(id) = self.nth(which) {
                    self.work(id);
                }
            }
            Happens::Order(which, choice) => {
                let order = self.order(which, choice);
                self.tell(Event::Order(Some(order)));
            }
            Happens::NotWanted => self.tell(Event::Order(None)),
            Happens::Toggle => self.tell(Event::Toggle),
            Happens::Train => self.tell(Event::Train),
            Happens::Pause => self.tell(Event::Pause),
            Happens::Resume => self.tell(Event::Resume),
            Happens::Step => self.tell(Event::Step(1)),
            Happens::Reset => self.tell(Event::Reset),
            Happens::Inspect => self.tell(Event::Inspect(Some((3, 4)))),
            Happens::Adopt => {
                let order = self.order(1, 0);
                self.tell(Event::Adopt(order));
            }
            Happens::Timer(index) => _ = self.fire(index),
            Happens::Dies(which) => {
                if let Some(worker) = self.nth(which) {
                    self.workers.remove(&worker);
                    self.tell(Event::Gone { worker, why: "trap".into(), started: true });
                }
            }
            Happens::NotStarted(which) => {
                if let Some(worker) = self.nth(which) {
                    self.workers.remove(&worker);
                    self.tell(Event::Gone { worker, why: "no".into(), started: false });
                }
            }
            Happens::LosesGpu => self.gpu = false,
            Happens::FindsGpu => self.gpu = true,
            Happens::Late(index) => {
                if let Some((worker, report, state)) =
                    self.said.get(index % self.said.len().max(1)).cloned()
                {
                    self.late(worker, report, state);
                }
            }
            Happens::Found(any) => {
                let kept = self.kept.clone().filter(|_| any);
                self.tell(Event::Found(kept));
            }
            Happens::Minute => self.now += 61.0,
        }
    }

    /// Somebody who is gone says something again: nothing may change.
    fn late(&mut self, worker: WorkerId, report: Report, state: Option<State>) {
        if self.workers.contains_key(&worker) {
            return;
        }
        let before = self.trainer.clone();
        let effects = self.trainer.step(self.now, Event::Report { worker, report, state });
        assert!(effects.is_empty() && without_time(&self.trainer) == without_time(&before));
    }
}

/// A trainer's state as text, to be compared.
fn without_time(trainer: &Trainer<State>) -> String {
    let text = format!("{trainer:?}");
    let at = text.find(" now: ").unwrap_or(0);
    let end = text[at + 1..].find(", ").map_or(at, |len| at + 1 + len);
    format!("{}{}", &text[..at], &text[end..])
}

fn habits(sweeps: bool) -> Habits {
    match sweeps {
        true => Habits { cores: 3, previews: true, rest: 0.12, cheap: 0.4, keep: 10.0 },
        false => Habits { cores: 3, previews: false, rest: 0.15, cheap: 0.0, keep: 10.0 },
    }
}

fn world(sweeps: bool) -> World {
    World { storage: sweeps, ..World::new(habits(sweeps)) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever has happened, in whatever order: pressing the button leads to the end, and the end
    /// is of what is wanted, whole.
    #[test]
    fn there_is_always_a_way_out(sweeps: bool, all in prop::collection::vec(happens(), 1..160)) {
        let mut world = world(sweeps);
        let first = world.order(0, 0);
        world.tell(Event::Order(Some(first)));
        for what in &all {
            world.happen(what);
        }
        world.gpu = true;
        let order = world.order(all.len() as u32 % 3, 0);
        world.tell(Event::Order(Some(order.clone())));
        world.finish();
        world.assert_whole(&order);
    }

    /// Without a GPU, and one asked for, there is a sentence; asked for or not, changing to the CPU
    /// always helps.
    #[test]
    fn without_a_gpu_there_is_a_sentence_or_the_cpu(
        sweeps: bool, all in prop::collection::vec(happens(), 0..80),
    ) {
        let mut world = world(sweeps);
        let first = world.order(0, 0);
        world.tell(Event::Order(Some(first)));
        for what in &all {
            world.happen(what);
        }
        world.gpu = false;
        world.now += 100.0;
        let order = world.order(1, 1);
        world.tell(Event::Order(None));
        world.tell(Event::Order(Some(world.order(0, 1))));
        world.tell(Event::Order(Some(order)));
        world.settle();
        prop_assert!(!matches!(world.trainer.stage(), Stage::Loading | Stage::Starting | Stage::Recovering),
            "{:?}", world.trainer.stage());
        let order = world.order(1, 2);
        world.tell(Event::Order(Some(order.clone())));
        world.finish();
        world.assert_whole(&order);
    }

    /// Answers to something else than what was asked last change nothing, whoever gives them.
    #[test]
    fn stale_numbers_change_nothing(
        sweeps: bool, all in prop::collection::vec(happens(), 1..120), off in 1u32..50,
    ) {
        let mut world = world(sweeps);
        let first = world.order(0, 0);
        world.tell(Event::Order(Some(first)));
        for what in &all {
            world.happen(what);
        }
        // Numbers that were never given out.
        let number = 1_000_000 + off;
        let picture = toy::picture::Picture::default();
        let stale = [
            engine(number, Kind::Cpu),
            Report::Progress { run: number, step: 3, model_steps: 4.0, seconds: 9.0, paused: false },
            Report::Picture { run: number, step: 3, picture },
            Report::Study { run: number, step: 3, frame: None, snapshots: vec![] },
            Report::Done { run: number },
            Report::Checkpoint { run: number, step: 3, parts: vec![0], finished: vec![] },
            Report::Given(Parcel { run: number, step: 3, learners: vec![] }),
            Report::Failed { number, cause: Cause::Lost, sentence: "stale".into() },
        ];
        let Some(worker) = world.nth(off) else { return Ok(()) };
        // Somebody is heard of, which is no news of the run.
        world.tell(Event::Report { worker, report: Report::Ready, state: None });
        for report in stale {
            let before = world.trainer.clone();
            let state = Some(State { parts: vec![0], finished: vec![], step: 3 });
            let effects = world.trainer.step(world.now, Event::Report { worker, report, state });
            prop_assert!(effects.is_empty());
            prop_assert_eq!(&world.trainer, &before);
        }
    }

    /// A reader who changes the spec, in whatever stage, gets it trained.
    #[test]
    fn every_stage_follows_the_form(
        sweeps: bool, all in prop::collection::vec(happens(), 0..100), which in 0u32..3,
    ) {
        let mut world = world(sweeps);
        let first = world.order(0, 0);
        world.tell(Event::Order(Some(first)));
        for what in &all {
            world.happen(what);
        }
        world.gpu = true;
        let (before, order) = (world.order((which + 1) % 3, 0), world.order(which, 0));
        world.tell(Event::Order(Some(before)));
        world.tell(Event::Order(Some(order.clone())));
        world.settle();
        prop_assert!(!matches!(world.trainer.stage(), Stage::Failed(_) | Stage::Loading | Stage::Recovering)
            || world.trainer.is_current() , "{:?}", world.trainer.stage());
    }
}

fn run_to(world: &mut World, stage: fn(&Stage) -> bool) {
    for _ in 0..3_000 {
        if stage(&world.trainer.stage()) {
            return;
        }
        if !world.deliver() {
            let ids: Vec<_> = world.workers.keys().copied().collect();
            let worked = ids.into_iter().fold(false, |worked, id| world.work(id) | worked);
            if !worked && !world.fire(0) {
                break;
            }
        }
    }
    panic!("{:?}", world.trainer.stage());
}

fn opened(sweeps: bool, which: u32, choice: u32) -> World {
    let mut world = world(sweeps);
    let order = world.order(which, choice);
    world.tell(Event::Order(Some(order)));
    world.tell(Event::Found(None));
    world
}

/// Three losses in one run, more than a minute apart: each time on a new device, from where the
/// last checkpoint was.
#[test]
fn a_lost_gpu_is_found_again() {
    for sweeps in [true, false] {
        let mut world = opened(sweeps, 0, 1);
        world.tell(Event::Train);
        run_to(&mut world, |stage| *stage == Stage::Training);
        for loss in 1..=3 {
            world.gpu = false;
            run_to(&mut world, |stage| *stage == Stage::Recovering);
            assert_eq!(world.notes.len(), loss, "{:?}", world.notes);
            world.gpu = true;
            run_to(&mut world, |stage| *stage == Stage::Training);
            assert!(world.trainer.progress().part > 0.0, "not from the start");
            assert_eq!(world.trainer.engine().map(|e| e.kind), Some(Kind::Gpu));
            world.now += 61.0;
        }
        world.finish();
        world.assert_whole(&world.order(0, 1));
    }
}

/// A second loss within a minute: the CPU, for good.
#[test]
fn a_gpu_lost_twice_is_not_asked_again() {
    for (sweeps, choice) in [(true, 0), (true, 1), (false, 0), (false, 1)] {
        let mut world = opened(sweeps, 0, choice);
        world.tell(Event::Train);
        for _ in 0..2 {
            world.gpu = true;
            run_to(&mut world, |stage| *stage == Stage::Training);
            world.gpu = false;
            run_to(&mut world, |stage| *stage == Stage::Recovering);
        }
        world.gpu = true;
        world.finish();
        assert_eq!(world.trainer.engine().map(|e| e.kind), Some(Kind::Cpu));
        world.assert_whole(&world.order(0, choice));
        world.tell(Event::Order(Some(world.order(1, choice))));
        world.finish();
        assert_eq!(world.trainer.engine().map(|e| e.kind), Some(Kind::Cpu), "for good");
        // Until the reader asks for something else.
        world.tell(Event::Order(Some(world.order(1, 1 - choice))));
        world.finish();
        assert_eq!(world.trainer.engine().map(|e| e.kind), Some(Kind::Gpu));
    }
}

/// A browser that has no GPU any more: the CPU goes on.
#[test]
fn a_gpu_that_does_not_come_back_is_done_without() {
    let mut world = opened(false, 0, 1);
    run_to(&mut world, |stage| *stage == Stage::Training);
    world.gpu = false;
    world.finish();
    assert_eq!(world.trainer.engine().map(|e| e.kind), Some(Kind::Cpu));
    world.assert_whole(&world.order(0, 1));
    assert!(world.notes.iter().any(|note| note.contains("The CPU went on")), "{:?}", world.notes);
}

/// Workers that never load, or never answer: a sentence.
#[test]
fn silence_is_noticed() {
    for choice in 0..3 {
        let mut world = opened(true, 0, choice);
        world.silent = true;
        run_to(&mut world, |stage| matches!(stage, Stage::Failed(_)));
        world.silent = false;
        world.finish();
        // One that has loaded and then hangs in a probe.
        let mut world = opened(false, 0, choice);
        let id = world.nth(0).expect("a worker");
        world.work(id);
        world.deliver();
        world.silent = true;
        run_to(&mut world, |stage| matches!(stage, Stage::Failed(_)));
        world.silent = false;
        world.finish();
    }
}

/// A page that was left in the middle of a long run offers to go on, and does.
#[test]
fn a_run_that_was_left_is_offered() {
    for sweeps in [true, false] {
        let mut world = opened(sweeps, 0, 2);
        world.tell(Event::Train);
        run_to(&mut world, |stage| *stage == Stage::Training);
        // It trains for long enough to be worth keeping.
        let mut slow = 0;
        while world.kept.is_none() && slow < 400 {
            slow += 1;
            world.now += 6.0;
            for worker in world.workers.values_mut() {
                worker.task.iter_mut().for_each(|task| task.seconds += 6.0);
            }
            let ids: Vec<_> = world.workers.keys().copied().collect();
            ids.into_iter().for_each(|id| _ = world.work(id));
            while world.deliver() {}
        }
        let kept = world.kept.clone().expect("kept");
        assert!(kept.part > 0.0 && kept.part < 1.0);
        let mut again = self::world(sweeps);
        let order = again.order(0, 2);
        again.tell(Event::Order(Some(order.clone())));
        again.tell(Event::Found(Some(kept.clone())));
        assert_eq!(again.trainer.stage(), Stage::Offered(kept.part));
        again.tell(Event::Train);
        run_to(&mut again, |stage| *stage == Stage::Training);
        assert!(again.trainer.progress().part >= kept.part - 0.01);
        again.finish();
        again.assert_whole(&order);
        // Another spec is not it.
        let mut other = self::world(sweeps);
        other.tell(Event::Order(Some(other.order(1, 2))));
        other.tell(Event::Found(Some(kept)));
        assert_eq!(other.trainer.stage(), Stage::Loading);
    }
}

/// Storage that never answers is not waited for.
#[test]
fn storage_that_says_nothing_holds_nothing_up() {
    let mut world = world(true);
    world.tell(Event::Order(Some(world.order(0, 0))));
    assert_eq!(world.trainer.stage(), Stage::Loading);
    world.finish();
}
