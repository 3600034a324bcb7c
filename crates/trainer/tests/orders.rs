//! Every order of events: a trainer among workers that answer late, die, lose their GPU or say
//! nothing at all, and a reader who changes everything at any moment.

mod world;

use proptest::prelude::*;
use trainer::{Event, Habits, Order, Stage, Trainer, WorkerId};
use wire::{Cause, Choice, Kind, Parcel, Report};
use world::*;

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
    Weights,
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
        1 => Just(Weights),
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
            Happens::Weights => self.tell(Event::Weights),
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
            assert!(world.trainer.progress().part > 0.0, "what is kept of it is shown meanwhile");
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
