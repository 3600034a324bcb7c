//! The diagram on the right: closed-form theory, or the true optimum as a worker finds it.

use crate::workers::Worker;
use leptos::prelude::*;
use toy::Sweep;
use toy::picture::Picture;
use toy::sweep::MAX_EXACT_FEATURES;
use wire::{Report, Request, Shard};

/// What the right diagram shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theory {
    /// The best of a few fixed configurations.
    #[default]
    Ansatz,
    /// The best of all weights and biases.
    Optimum,
}

/// Words of [`Theory`] in links, and labels.
pub const THEORIES: [(Theory, &str, &str); 2] = [
    (Theory::Ansatz, "ansatz", "closed-form theory"),
    (Theory::Optimum, "optimum", "true optimum"),
];

impl Theory {
    /// The word.
    pub fn word(self) -> &'static str {
        THEORIES.iter().find(|(t, ..)| *t == self).map_or("", |(_, word, _)| word)
    }

    /// The theory of this word.
    pub fn parse(word: &str) -> Option<Self> {
        THEORIES.iter().find(|(_, w, _)| *w == word).map(|(theory, ..)| *theory)
    }
}

/// The part of a sweep that theory depends on, everything else at its default.
fn essence(sweep: &Sweep) -> Sweep {
    let Sweep { features, hidden, bias, columns, rows, importance, density, .. } = *sweep;
    Sweep { features, hidden, bias, columns, rows, importance, density, ..Sweep::default() }
}

/// Whether a sweep's optimum can be computed.
pub fn has_optimum(sweep: &Sweep) -> bool {
    sweep.features <= MAX_EXACT_FEATURES
}

#[derive(Default)]
struct Inner {
    worker: Option<Worker>,
    number: u32,
    /// What the optimum at hand, complete or not, is the optimum of.
    of: Option<Sweep>,
}

/// Theory as signals; copies are handles to the same.
#[derive(Clone, Copy)]
pub struct Theories {
    /// The closed-form theory.
    pub ansatz: RwSignal<Picture>,
    /// The true optimum, once asked for; unknown rows are NaN.
    pub optimum: RwSignal<Option<Picture>>,
    /// Rows of the optimum found so far.
    pub found: RwSignal<u32>,
    /// Why there is no optimum.
    pub failure: RwSignal<Option<String>>,
    inner: StoredValue<Inner, LocalStorage>,
}

impl Theories {
    /// Theory that follows the sweep shown; the optimum only while it is wanted.
    pub fn follow(shown: RwSignal<Sweep>, wanted: Signal<bool>) -> Self {
        let theories = Self {
            ansatz: RwSignal::new(Picture::ansatz(&shown.get_untracked())),
            optimum: RwSignal::new(None),
            found: RwSignal::new(0),
            failure: RwSignal::new(None),
            inner: StoredValue::new_local(Inner::default()),
        };
        let essence = Memo::new(move |_| shown.with(essence));
        Effect::watch(
            move || essence.get(),
            move |sweep, _, _| {
                theories.ansatz.set(Picture::ansatz(sweep));
            },
            false,
        );
        Effect::new(move || {
            let sweep = essence.get();
            if wanted.get() {
                theories.solve(sweep);
            } else {
                theories.rest(&sweep);
            }
        });
        theories
    }

    /// Makes sure that the optimum of this sweep is there or on its way.
    fn solve(self, sweep: Sweep) {
        if self.inner.with_value(|inner| inner.of.as_ref() == Some(&sweep)) {
            return;
        }
        self.failure.set(None);
        self.found.set(0);
        self.optimum.set(Some(Picture::of(&sweep)));
        self.inner.update_value(|inner| {
            inner.number = inner.number.wrapping_add(1).max(1);
            if inner.worker.is_none() {
                match Worker::spawn(move |report| self.hear(report)) {
                    Ok(worker) => inner.worker = Some(worker),
                    Err(why) => return self.failure.set(Some(why)),
                }
            }
            inner.of = Some(sweep.clone());
            if let Some(worker) = &inner.worker {
                worker.send(Request::Cancel);
                worker.send(Request::Optimum { run: inner.number, sweep, shard: Shard::ALL });
            }
        });
    }

    /// Nobody wants the optimum now. One that is of another diagram, or not complete, is dropped.
    fn rest(self, sweep: &Sweep) {
        let complete = self.found.get_untracked() == sweep.rows;
        let current = self.inner.with_value(|inner| inner.of.as_ref() == Some(sweep));
        if (complete && current) || self.optimum.with_untracked(Option::is_none) {
            return;
        }
        self.inner.update_value(|inner| {
            inner.of = None;
            inner.number = inner.number.wrapping_add(1).max(1);
            if let Some(worker) = &inner.worker {
                worker.send(Request::Cancel);
            }
        });
        self.found.set(0);
        self.optimum.set(None);
    }

    fn hear(self, report: Report) {
        let number = self.inner.with_value(|inner| inner.number);
        match report {
            Report::Optimum { run, picture } if run == number => {
                self.found.update(|found| *found += picture.rows.len() as u32);
                self.optimum.update(|whole| {
                    if let Some(whole) = whole {
                        whole.place(&picture);
                    }
                });
            }
            Report::Failed { run, sentence } if run == number || run == 0 => {
                self.failure.set(Some(crate::workers::sentence(&sentence)));
                self.inner.update_value(|inner| {
                    inner.worker = None;
                    inner.of = None;
                });
            }
            _ => {}
        }
    }
}
