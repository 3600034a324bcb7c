//! A text of the reader's own in a worker: a model is trained on it, bottlenecks are put into that, and
//! into no other in its place.
#![cfg(not(target_arch = "wasm32"))]

use pollster::block_on;
use std::cell::RefCell;
use std::rc::Rc;
use toy::study::Wanted;
use toy::translation::{Base, Brief, Translation};
use wire::{Cause, Job, Kind, Own, OwnText, Report, Request};
use worker::{AllJobs, Outbox, Session};

struct Worker {
    session: Session,
    said: Rc<RefCell<Vec<Report>>>,
}

impl Worker {
    fn new() -> Self {
        let said = Rc::new(RefCell::new(vec![]));
        let out = said.clone();
        let outbox = Outbox::new(move |report, _| out.borrow_mut().push(report));
        let mut session = Session::new(outbox);
        session.set_jobs(Box::new(AllJobs::default()));
        Self { session, said }
    }

    /// What it says to a request and the work that follows.
    fn ask(&mut self, request: Request) -> Vec<Report> {
        block_on(self.session.handle(request, None));
        while block_on(self.session.work()) {}
        self.said.take()
    }
}

fn text(lines: u32) -> OwnText {
    let line = |i: u32| format!("one two{} three\tun deux{} trois\n", i % 9, i % 9);
    OwnText { file: (0..lines).map(line).collect::<String>().into_bytes(), vocabulary: 40 }
}

fn learned(all: &[Report]) -> Option<(u32, Vec<u8>, Brief)> {
    all.iter().find_map(|report| match report {
        Report::Learned { run: 7, step, base, judged } => Some((*step, base.clone(), *judged)),
        _ => None,
    })
}

fn start() -> Request {
    let run = Translation {
        narrowest: 8,
        widest: 8,
        steps: 2,
        batch: 2,
        held_out: 8,
        ..Translation::default()
    };
    Request::Start {
        run: 9,
        job: Job::Translation(run),
        parts: vec![0],
        kind: Kind::Cpu,
        paused: false,
        wanted: Wanted::MEASURES,
        frames: 0,
    }
}

#[test]
fn a_model_is_trained_on_a_text_and_bottlenecks_are_put_into_it_alone() {
    let mut worker = Worker::new();
    let all = worker.ask(Request::Base { run: 7, text: text(90), steps: 25 });
    let (step, base, judged) = learned(&all).expect("a model");
    assert_eq!(step, 25);
    assert!(judged.loss.is_finite() && judged.loss > 0.0);
    assert!(all.iter().any(|r| matches!(r, Report::Base { step: 25, .. })), "{all:?}");
    let (read, _) = text(90).read().unwrap();
    assert!(Base::from_bytes(read.shape(), &base).is_ok());

    // Without it the language's model would be asked for.
    assert!(worker.session.lacks_base(&start()));
    let own = Own { text: text(90), base };
    assert_eq!(worker.ask(Request::Own(Some(own.clone()))), []);
    assert!(!worker.session.lacks_base(&start()));
    let all = worker.ask(start());
    let said = all.iter().rev().find_map(|report| match report {
        Report::Translation { step: 2, snapshots, .. } => snapshots.first(),
        _ => None,
    });
    let snapshot = said.unwrap_or_else(|| panic!("{all:?}"));
    assert!((snapshot.beside.base.loss - judged.loss).abs() < 1.0, "of this model");
    assert!(snapshot.measures.probes.is_empty(), "nobody knows its features");

    // A model of another text is refused, and no other is put in its place.
    let wrong = Own { base: own.base[..100].to_vec(), ..own };
    let all = worker.ask(Request::Own(Some(wrong)));
    assert!(matches!(&all[..], [Report::Failed { cause: Cause::Invalid, .. }]), "{all:?}");
    assert!(!worker.session.lacks_base(&start()));
    let all = worker.ask(start());
    assert!(all.iter().any(|r| matches!(r, Report::Failed { number: 9, .. })), "{all:?}");
    // Back to the language.
    worker.ask(Request::Own(None));
    assert!(worker.session.lacks_base(&start()));
}

#[test]
fn a_model_that_is_good_enough_is_handed_over_as_it_is() {
    let mut worker = Worker::new();
    block_on(worker.session.handle(Request::Base { run: 7, text: text(90), steps: 100_000 }, None));
    assert!(block_on(worker.session.work()));
    let (step, ..) = learned(&worker.ask(Request::Enough)).expect("a model");
    assert!(step > 0 && step < 100_000);
    assert!(!block_on(worker.session.work()), "nothing is left to do");
}
