//! Runs on a text of the reader's own: it reaches every worker before its start, and nothing of them is
//! kept, looked for or forgotten beyond the life of the page.

use std::sync::Arc;
use toy::translation::Translation;
use trainer::{Effect, Event, Habits, Order, Trainer};
use wire::{Choice, Kind, Own, OwnText, Report, Request};

type Effects = Vec<Effect<u32>>;

/// Every effect of a run from its order to its start, and of going back to step 0.
fn begin(order: &Order) -> Effects {
    let habits = Habits { cores: 2, previews: false, rest: 0.0, cheap: 0.0, keep: 0.0 };
    let mut trainer: Trainer<u32> = Trainer::new(habits);
    let mut all = trainer.step(0.0, Event::Order(Some(order.clone())));
    if order.own.is_none() {
        all.extend(trainer.step(0.0, Event::Found(None)));
    }
    let first = all.iter().find_map(|effect| match effect {
        Effect::Send { worker, request: Request::Probe { probe, .. }, .. } => {
            Some((*worker, *probe))
        }
        _ => None,
    });
    let (worker, probe) = first.expect("a worker is asked");
    for report in [
        Report::Ready,
        Report::Engine { probe, kind: Kind::Cpu, name: "CPU".into(), reason: "so.".into() },
    ] {
        all.extend(trainer.step(0.1, Event::Report { worker, report, state: None }));
    }
    all.extend(trainer.step(0.2, Event::Reset));
    all
}

fn requests(all: &Effects) -> Vec<&Request> {
    let mut requests = vec![];
    for effect in all {
        if let Effect::Send { request, .. } = effect {
            requests.push(request);
        }
    }
    requests
}

fn storage(all: &Effects) -> usize {
    let stores = |effect: &&Effect<u32>| {
        matches!(effect, Effect::Look(_) | Effect::Keep(_) | Effect::Forget(_))
    };
    all.iter().filter(stores).count()
}

#[test]
fn a_text_of_one_s_own_goes_before_every_start_and_nothing_is_kept_of_it() {
    let job = Translation { narrowest: 4, widest: 8, ..Translation::default() };
    let plain = Order::of(job.into(), Choice::Cpu);
    let text = OwnText { file: b"a\tb".to_vec(), vocabulary: 10 };
    let own = Own { text, base: vec![1, 2, 3] };
    let order = Order { own: Some(Arc::new(own.clone())), ..plain.clone() };
    for (order, expected) in [(plain, None), (order, Some(own))] {
        let all = begin(&order);
        let requests = requests(&all);
        let starts: Vec<usize> = (0..requests.len())
            .filter(|&at| matches!(requests[at], Request::Start { .. }))
            .collect();
        assert!(starts.len() >= 2, "{requests:?}");
        for at in starts {
            assert_eq!(*requests[at - 1], Request::Own(expected.clone()));
        }
        assert_eq!(storage(&all) > 0, expected.is_none(), "{all:?}");
    }
}
