//! A page's runs as a whole, without a browser: a trainer, workers that really train, and a reader
//! and a fate that disturb them. A link gives the same bits whatever the number of workers, the
//! length of slices, pauses, losses and the page being left and opened again.
#![cfg(not(target_arch = "wasm32"))]

use files::weights::{About, Gathered};
use pollster::block_on;
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::{Duration, Instant};
use toy::evaluate::Effort;
use toy::fingerprint::Fingerprint;
use toy::phase::Thresholds;
use toy::picture::{Measures, Picture};
use toy::random::block;
use toy::study::Snapshot;
use toy::{Study, Sweep};
use trainer::{Effect, Event, Habits, Kept, Order, Shown, Stage, Trainer, WorkerId};
use wire::{Choice, Job, Report, Request};
use worker::{AllJobs, Outbox, Session};

type Said = Rc<RefCell<VecDeque<(Report, Option<Vec<u8>>)>>>;

/// A worker of this process.
struct Worker {
    session: Session,
    said: Said,
    inbox: VecDeque<(Request, Option<Vec<u8>>)>,
}

impl Worker {
    fn new(saving: Duration) -> Self {
        let said = Said::default();
        let out = said.clone();
        let outbox = Outbox::new(move |report, state| {
            out.borrow_mut().push_back((report, state.map(|state| state.encode())))
        });
        outbox.send(Report::Ready);
        let mut session = Session::new(outbox).saving_every(saving);
        session.set_jobs(Box::new(AllJobs::default()));
        Self { session, said, inbox: VecDeque::new() }
    }
}

/// Numbers that decide what happens when.
struct Fate {
    seed: u32,
    drawn: u32,
}

impl Fate {
    fn below(&mut self, most: u32) -> u32 {
        self.drawn += 1;
        block(self.drawn, 0, 0, self.seed)[0] % most.max(1)
    }
}

struct Page {
    trainer: Trainer<Vec<u8>>,
    workers: BTreeMap<WorkerId, Worker>,
    timers: VecDeque<u32>,
    kept: Option<Kept<Vec<u8>>>,
    picture: Picture,
    models: BTreeMap<(usize, u32), Snapshot>,
    weights: Option<Gathered>,
    saving: Duration,
    now: f64,
}

impl Page {
    fn new(cores: usize, saving: Duration) -> Self {
        let habits = Habits { cores, previews: false, rest: 0.0, cheap: 0.0, keep: 0.0 };
        Self {
            trainer: Trainer::new(habits),
            workers: BTreeMap::new(),
            timers: VecDeque::new(),
            kept: None,
            picture: Picture::default(),
            models: BTreeMap::new(),
            weights: None,
            saving,
            now: 0.0,
        }
    }

    fn tell(&mut self, event: Event<Vec<u8>>) {
        for effect in self.trainer.step(self.now, event) {
            match effect {
                Effect::Spawn(id) => drop(self.workers.insert(id, Worker::new(self.saving))),
                Effect::End(id) => drop(self.workers.remove(&id)),
                Effect::Send { worker, request, state } => {
                    if let Some(worker) = self.workers.get_mut(&worker) {
                        worker.inbox.push_back((request, state));
                    }
                }
                Effect::Wait { timer, .. } => self.timers.push_back(timer),
                Effect::Show(Shown::Begun { job: Job::Sweep(sweep), .. }) => {
                    self.picture = Picture::of(&sweep);
                }
                Effect::Show(Shown::Begun { place: 0, .. }) => self.models.clear(),
                Effect::Show(Shown::Picture { picture, .. }) => self.picture.place(&picture),
                Effect::Show(Shown::Models { place, snapshots, .. }) => {
                    let all = snapshots.into_iter().map(|one| ((place, one.model), one));
                    self.models.extend(all);
                }
                Effect::Show(Shown::Weights { sweep, rows, parameters }) => self
                    .weights
                    .get_or_insert_with(|| Gathered::new(&sweep))
                    .place(&rows, &parameters),
                Effect::Keep(kept) => self.kept = Some(kept),
                Effect::Look(_) | Effect::Show(_) | Effect::Note(_) | Effect::Forget(_) => {}
            }
        }
    }

    /// Lets a worker read a request or train for a slice, and hears what it says.
    fn work(&mut self, id: WorkerId) -> bool {
        let Some(worker) = self.workers.get_mut(&id) else { return false };
        let worked = match worker.inbox.pop_front() {
            Some((request, state)) => {
                block_on(worker.session.handle(request, state.as_deref()));
                true
            }
            None => block_on(worker.session.work()),
        };
        let said = worker.said.clone();
        let mut heard = false;
        loop {
            let next = said.borrow_mut().pop_front();
            let Some((report, state)) = next else { break };
            heard = true;
            if self.workers.contains_key(&id) {
                self.tell(Event::Report { worker: id, report, state });
            }
        }
        worked || heard
    }

    /// Trains to the end; `disturb` is asked after every slice.
    fn run(&mut self, disturb: &mut dyn FnMut(&mut Self)) {
        for _ in 0..200_000 {
            self.now += 0.05;
            let ids: Vec<_> = self.workers.keys().copied().collect();
            let mut worked = false;
            for id in ids {
                worked |= self.work(id);
                disturb(self);
            }
            match self.trainer.stage() {
                Stage::Done => return,
                Stage::Failed(why) => panic!("{why}"),
                _ => {}
            }
            if !worked {
                match self.trainer.stage() {
                    Stage::Paused => self.tell(Event::Resume),
                    Stage::Asking(_) | Stage::Offered(_) => self.tell(Event::Train),
                    _ => {
                        let timer = self.timers.pop_front().expect("something to wait for");
                        self.tell(Event::Timer(timer));
                    }
                }
            }
        }
        panic!("never done: {:?}", self.trainer.stage());
    }

    /// A hash of all that was found.
    fn hash(&self) -> Fingerprint {
        let bits = |values: &[f32]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>();
        let Picture { norm, superposition, loss, phase, counts, .. } = &self.picture;
        let mut bytes = [bits(norm), bits(superposition), bits(loss), phase.clone()].concat();
        bytes.extend(counts.iter().flat_map(|count| count.to_le_bytes()));
        for ((place, model), snapshot) in &self.models {
            bytes.extend((*place as u32).to_le_bytes());
            bytes.extend(model.to_le_bytes());
            bytes.extend(bits(&snapshot.parameters));
            bytes.extend(bits(&snapshot.curve));
        }
        assert!(bytes.len() > 100, "there is something to hash");
        Fingerprint::of_bytes(&bytes)
    }
}

/// What a set of links asks for.
fn orders() -> Vec<(&'static str, Order)> {
    let sweep =
        |link: &str| Order::of(toy::spec::link::read::<Sweep>(link).spec.into(), Choice::Cpu);
    let study =
        |link: &str| Order::of(toy::spec::link::read::<Study>(link).spec.into(), Choice::Cpu);
    let small = "study=five-in-two&instances=4&repeats=2&batch=128&steps=300";
    let links = [small.to_owned(), format!("{small}&seed=3")];
    let jobs = links.iter().flat_map(|link| study(link).jobs).collect();
    vec![
        ("exact", sweep("columns=9&rows=7&repeats=3&steps=60")),
        ("three", sweep("features=3&hidden=2&columns=9&rows=7&repeats=3&steps=60")),
        ("sampled", sweep("features=4&hidden=2&data=sampled&columns=5&rows=7&repeats=3&steps=60")),
        ("study", study(small)),
        (
            "computation",
            study("study=absolute-10&features=12&hidden=6&instances=3&batch=64&steps=200"),
        ),
        ("two studies", Order { jobs, ..study(small) }),
    ]
}

fn undisturbed(order: &Order, cores: usize) -> Fingerprint {
    let mut page = Page::new(cores, Duration::from_secs(1));
    page.tell(Event::Order(Some(order.clone())));
    page.tell(Event::Found(None));
    page.tell(Event::Train);
    page.run(&mut |_| {});
    page.hash()
}

/// Whatever the number of workers.
#[test]
fn bits_do_not_depend_on_workers() {
    for (name, order) in orders() {
        assert!(order.jobs.iter().all(|job| job.steps() <= 300), "{name}: {order:?}");
        let one = undisturbed(&order, 1);
        for cores in [2, 5] {
            assert_eq!(undisturbed(&order, cores), one, "{name}, {cores} workers");
        }
    }
}

/// Whatever disturbs the run: pauses, single steps, workers that die, other numbers of workers, and
/// a page that is left and opened again.
#[test]
fn bits_do_not_depend_on_what_disturbs() {
    let (mut losses, mut left) = (0, 0);
    for (name, order) in orders() {
        let expected = undisturbed(&order, 1);
        for seed in 0..4 {
            let mut fate = Fate { seed, drawn: 0 };
            let cores = 1 + fate.below(4) as usize;
            let mut page = Page::new(cores, Duration::from_millis(1));
            page.tell(Event::Order(Some(order.clone())));
            page.tell(Event::Found(None));
            page.tell(Event::Train);
            let mut lost = 0;
            let mut disturb = |page: &mut Page| match fate.below(40) {
                0 => page.tell(Event::Pause),
                1 => page.tell(Event::Resume),
                2 => page.tell(Event::Step(1 + fate.below(9))),
                3..5 if lost < 6 => {
                    lost += 1;
                    page.now += 61.0;
                    let at = fate.below(page.workers.len() as u32) as usize;
                    let Some(&worker) = page.workers.keys().nth(at) else { return };
                    page.workers.remove(&worker);
                    page.tell(Event::Gone { worker, why: "it died".into(), started: true });
                }
                _ => {}
            };
            page.run(&mut disturb);
            losses += lost;
            assert_eq!(page.hash(), expected, "{name}, {cores} workers, seed {seed}");
            // What was kept last, if anything, is gone on with by another page.
            if let Some(kept) = page.kept {
                left += 1;
                let mut again = Page::new(1 + seed as usize, Duration::from_secs(1));
                again.tell(Event::Order(Some(order.clone())));
                again.tell(Event::Found(Some(kept.clone())));
                assert_eq!(again.trainer.stage(), Stage::Offered(kept.part));
                again.tell(Event::Train);
                again.run(&mut |_| {});
                assert_eq!(again.hash(), expected, "{name}, kept, seed {seed}");
            }
        }
    }
    assert!(losses > 10, "{losses} losses");
    assert!(left > 5, "{left} were kept");
}

/// The weights that a diagram's workers give are those that its picture was made of, whatever their
/// number; when nobody has them, nobody is asked.
#[test]
fn all_weights_of_a_diagram_can_be_had() {
    for (name, order) in orders().into_iter().take(3) {
        let mut files = vec![];
        for cores in [1, 3] {
            let mut page = Page::new(cores, Duration::from_secs(1));
            page.tell(Event::Order(Some(order.clone())));
            page.tell(Event::Found(None));
            page.tell(Event::Train);
            page.run(&mut |_| {});
            assert!(page.trainer.has_models());
            page.tell(Event::Weights);
            let ids: Vec<_> = page.workers.keys().copied().collect();
            ids.into_iter().for_each(|id| while page.work(id) {});
            let weights = page.weights.expect("an answer");
            let archive = weights.archive(About::default()).expect("all rows");
            let models = files::foreign::find(&archive).expect("weights");
            let sweep = weights.sweep();
            let rows: Vec<u32> = (0..sweep.rows).collect();
            let (thresholds, effort) = (Thresholds::DEFAULT, Effort::Final);
            let measures = Measures::new(sweep, &rows, models.planes(), &thresholds, effort);
            assert_eq!(measures.picture(sweep.aggregate), page.picture, "{name}, {cores} workers");
            files.push(archive);
        }
        assert_eq!(files[0], files[1], "{name}");
    }
    let mut page = Page::new(2, Duration::from_secs(1));
    assert!(!page.trainer.has_models() && page.trainer.step(0.0, Event::Weights).is_empty());
    // Nor has anybody the models of a file.
    page.tell(Event::Adopt(orders().remove(0).1));
    assert!(!page.trainer.has_models() && page.trainer.step(0.0, Event::Weights).is_empty());
}

/// The cores that draw a picture are those that a software adapter computes on.
#[test]
fn pictures_of_a_run_on_a_software_adapter_are_far_apart() {
    let gpu = block_on(engine::gpu::Gpu::new()).expect("a driver, as the engine's tests say");
    if !gpu.is_software() {
        return;
    }
    let times = Rc::new(RefCell::new(vec![]));
    let out = times.clone();
    let mut session = Session::new(Outbox::new(move |report, _| {
        if matches!(report, Report::Picture { .. }) {
            out.borrow_mut().push(Instant::now());
        }
    }));
    let sweep = Sweep { columns: 32, rows: 32, steps: 1_000_000, ..Sweep::default() };
    let job = Job::Sweep(sweep);
    block_on(session.handle(
        Request::Start {
            run: 1,
            parts: (0..job.parts()).collect(),
            job,
            kind: wire::Kind::Gpu,
            paused: false,
            wanted: toy::study::Wanted::MEASURES,
            frames: 0,
        },
        None,
    ));
    while times.borrow().len() < 4 {
        assert!(block_on(session.work()), "it trains");
    }
    let gaps: Vec<Duration> = times.borrow().windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().all(|gap| gap.as_millis() >= 700), "{gaps:?}");
}

/// A worker that has loaded only what sweeps need trains them as any other, and says of everything
/// else what is missing.
#[test]
fn a_worker_without_the_part_for_other_jobs_trains_sweeps_and_refuses_the_rest() {
    let said = Said::default();
    let out = said.clone();
    let outbox = Outbox::new(move |report, state| {
        out.borrow_mut().push_back((report, state.map(|state| state.encode())))
    });
    let mut session = Session::new(outbox);
    let sweep = Sweep { columns: 4, rows: 4, steps: 20, ..Sweep::default() };
    let start = |run: u32, job: Job| Request::Start {
        run,
        parts: (0..job.parts()).collect(),
        job,
        kind: wire::Kind::Cpu,
        paused: false,
        wanted: toy::study::Wanted::MEASURES,
        frames: 0,
    };
    let mut ask = |request: Request| {
        let lacks = session.lacks_jobs(&request);
        block_on(session.handle(request, None));
        while block_on(session.work()) {}
        (lacks, said.take())
    };
    let (lacks, reports) = ask(start(1, Job::Sweep(sweep)));
    assert!(!lacks && reports.iter().any(|(report, _)| *report == Report::Done { run: 1 }));
    let probe = |job| Request::Probe { probe: 3, choice: Choice::Cpu, job, pool: 1 };
    let study = || Job::Study(Study::default());
    for request in [start(2, study()), probe(study()), Request::Gauge(0)] {
        let (lacks, reports) = ask(request);
        assert!(lacks, "{reports:?}");
        assert!(matches!(reports.front(), Some((Report::Failed { .. }, None))), "{reports:?}");
    }
    assert_eq!(ask(Request::Enough).1.len() + ask(Request::Cancel).1.len(), 0);
}
