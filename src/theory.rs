//! What a further worker computes beside the run: the true optimum, where its phases end, and how
//! the models of a pixel were trained. The closed-form theory needs no worker.

use crate::diagram::Place;
use crate::diagram::curve::Ends;
use crate::format::sentence;
use crate::pixel::{Paths, Trace};
use crate::training::Worker;
use leptos::prelude::*;
use toy::Sweep;
use toy::aggregate::Aggregate;
use toy::phase::Thresholds;
use toy::picture::Picture;
use toy::sweep::MAX_EXACT_FEATURES;
use wire::{Report, Request, Shard};

/// The part of a sweep that theory depends on, everything else at its default.
fn essence(sweep: &Sweep) -> Sweep {
    let Sweep { features, hidden, bias, columns, rows, importance, density, .. } = *sweep;
    Sweep { features, hidden, bias, columns, rows, importance, density, ..Sweep::default() }
}

/// Whether a sweep's optimum can be computed.
pub fn has_optimum(sweep: &Sweep) -> bool {
    sweep.features <= MAX_EXACT_FEATURES
}

/// Whether the ends of a sweep's true phases can be computed while someone waits for them.
pub fn has_ends(sweep: &Sweep) -> bool {
    sweep.features <= 3
}

/// The part of a sweep that the ends of its true phases depend on.
fn outline(sweep: &Sweep) -> Sweep {
    let Sweep { features, hidden, bias, density, .. } = *sweep;
    Sweep { features, hidden, bias, density, ..Sweep::default() }
}

/// Outlines whose ends are remembered.
const MEMORY: usize = 8;

#[derive(Default)]
struct Inner {
    worker: Option<Worker>,
    /// Number of the job asked for last.
    number: u32,
    /// What the optimum at hand, complete or not, is the optimum of, and the number of its job.
    optimum: Option<(Sweep, Thresholds, u32)>,
    /// What the ends at hand are the ends of.
    outline: Option<Sweep>,
    /// Number of the job that computes them.
    ends: Option<u32>,
    /// Complete ends.
    known: Vec<(Sweep, Vec<Ends>)>,
    /// The pixel whose paths are at hand or on their way, and the number of the job.
    traced: Option<(Sweep, Place, u32)>,
    /// Number of the shader asked for last.
    shader: u32,
}

impl Inner {
    fn next(&mut self) -> u32 {
        self.number = self.number.wrapping_add(1).max(1);
        self.number
    }

    fn send(&self, request: Request) {
        if let Some(worker) = &self.worker {
            worker.send(&request, None);
        }
    }
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
    /// Where the true phases end, as far as it is known.
    pub ends: RwSignal<Vec<Ends>>,
    /// The training of one pixel.
    pub trace: RwSignal<Trace>,
    /// The shader asked for last, as WGSL.
    pub kernel: RwSignal<String>,
    /// Why there is no optimum.
    pub failure: RwSignal<Option<String>>,
    thresholds: RwSignal<Thresholds>,
    inner: StoredValue<Inner, LocalStorage>,
}

/// What is wanted of the worker now.
#[derive(Clone, Copy)]
pub struct Wanted {
    /// The true optimum.
    pub optimum: Signal<bool>,
    /// Where its phases end.
    pub ends: Signal<bool>,
}

impl Theories {
    /// Theory that follows the sweep shown; what takes long only while it is wanted.
    pub fn follow(
        shown: RwSignal<Sweep>,
        thresholds: RwSignal<Thresholds>,
        wanted: Wanted,
    ) -> Self {
        let theories = Self {
            ansatz: RwSignal::new(Picture::ansatz(&shown.get_untracked())),
            optimum: RwSignal::new(None),
            found: RwSignal::new(0),
            ends: RwSignal::new(vec![]),
            trace: RwSignal::new(Trace::None),
            kernel: RwSignal::new(String::new()),
            failure: RwSignal::new(None),
            thresholds,
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
        Effect::watch(
            move || thresholds.get(),
            move |thresholds, _, _| {
                theories.inner.with_value(|i| i.send(Request::Thresholds(*thresholds)));
            },
            false,
        );
        let (optimum, ends) =
            (Memo::new(move |_| wanted.optimum.get()), Memo::new(move |_| wanted.ends.get()));
        Effect::new(move || {
            let (sweep, thresholds) = (essence.get(), thresholds.get());
            let (optimum, ends) = (optimum.get(), ends.get());
            // The optimum first: it takes the place of everything else the worker has to do.
            theories.solve(&sweep, thresholds, optimum);
            theories.outline(outline(&sweep), ends);
        });
        theories
    }

    /// Sends a request, to a new worker if there is none.
    fn ask(self, request: Request) {
        self.inner.update_value(|inner| {
            if inner.worker.is_none() {
                let hear = move |heard: Result<(Report, _), String>| match heard {
                    Ok((report, _)) => self.hear(report),
                    Err(why) => self.failed(0, sentence(&why)),
                };
                match Worker::spawn(hear) {
                    Ok(worker) => {
                        let thresholds = self.thresholds.get_untracked();
                        worker.send(&Request::Thresholds(thresholds), None);
                        inner.worker = Some(worker);
                    }
                    Err(why) => return self.failure.set(Some(why)),
                }
            }
            inner.send(request);
        });
    }

    /// Makes sure that the optimum of this sweep is there or on its way, if it is wanted. If not,
    /// one that is of another diagram, or not complete, is dropped.
    fn solve(self, sweep: &Sweep, thresholds: Thresholds, wanted: bool) {
        let current = self.inner.with_value(|inner| {
            inner.optimum.as_ref().is_some_and(|(of, by, _)| of == sweep && *by == thresholds)
        });
        let complete = current && self.found.get_untracked() == sweep.rows;
        let idle = complete || self.optimum.with_untracked(Option::is_none);
        if if wanted { current } else { idle } {
            return;
        }
        self.failure.set(None);
        self.found.set(0);
        self.optimum.set(wanted.then(|| Picture::of(sweep)));
        let run = self.inner.try_update_value(|inner| {
            inner.send(Request::Cancel);
            inner.ends = None;
            inner.optimum = None;
            inner.next()
        });
        if let Some(run) = run.filter(|_| wanted) {
            let of = Some((sweep.clone(), thresholds, run));
            self.inner.update_value(|inner| inner.optimum = of);
            self.ask(Request::Optimum { run, sweep: sweep.clone(), shard: Shard::ALL });
        }
    }

    /// Makes sure that the ends of the phases are there or on their way, if they are wanted.
    fn outline(self, outline: Sweep, wanted: bool) {
        let new = self.inner.with_value(|inner| inner.outline.as_ref() != Some(&outline));
        let known = self.inner.with_value(|inner| {
            let found = inner.known.iter().find(|(of, _)| *of == outline);
            found.map(|(_, ends)| ends.clone())
        });
        let complete = known.is_some();
        if new {
            self.ends.set(known.unwrap_or_default());
            self.inner.update_value(|inner| {
                // Another outline means another optimum, so there is nothing else to lose.
                if inner.ends.take().is_some() {
                    inner.send(Request::Cancel);
                }
                inner.outline = Some(outline.clone());
            });
        }
        if !wanted || complete || self.inner.with_value(|inner| inner.ends.is_some()) {
            return;
        }
        self.ends.set(vec![]);
        let run = self.inner.try_update_value(|inner| {
            let run = inner.next();
            inner.ends = Some(run);
            run
        });
        if let Some(run) = run {
            self.ask(Request::Boundary { run, sweep: outline });
        }
    }

    /// Trains the models of a pixel again, alone, and keeps how they got where they are.
    pub fn trace(self, sweep: &Sweep, place: Place) {
        // How the repeats are shown has no influence on them.
        let sweep = Sweep { aggregate: Aggregate::Lowest, ..sweep.clone() };
        let same = |(of, at, _): &(Sweep, Place, u32)| *of == sweep && *at == place;
        if self.inner.with_value(|inner| inner.traced.as_ref().is_some_and(same)) {
            return;
        }
        self.trace.set(Trace::Waiting);
        let run = self.inner.try_update_value(|inner| {
            let run = inner.next();
            inner.traced = Some((sweep.clone(), place, run));
            run
        });
        if let Some(run) = run {
            self.ask(Request::Paths { run, sweep, row: place.0, column: place.1 });
        }
    }

    /// Nobody looks at the paths any more.
    pub fn forget_trace(self) {
        self.inner.update_value(|inner| inner.traced = None);
        self.trace.set(Trace::None);
    }

    /// Asks for the shader of a sweep.
    pub fn read_kernel(self, sweep: &Sweep) {
        let run = self.inner.try_update_value(|inner| {
            inner.shader = inner.next();
            inner.shader
        });
        if let Some(run) = run {
            self.ask(Request::Kernel { run, sweep: sweep.clone() });
        }
    }

    fn hear(self, report: Report) {
        let (optimum, ends, traced, shader) = self.inner.with_value(|inner| {
            let number = |of: &(_, _, u32)| of.2;
            (
                inner.optimum.as_ref().map(|(.., run)| *run),
                inner.ends,
                inner.traced.as_ref().map(number),
                inner.shader,
            )
        });
        match report {
            Report::Optimum { run, picture } if Some(run) == optimum => {
                self.found.update(|found| *found += picture.rows.len() as u32);
                self.optimum.update(|whole| {
                    if let Some(whole) = whole {
                        whole.place(&picture);
                    }
                });
            }
            Report::Boundary { run, density, lower, upper } if Some(run) == ends => {
                self.ends.update(|ends| ends.push(Ends { density, lower, upper }));
                self.remember(density);
            }
            Report::Paths { run, row, column, surface, trajectory } if Some(run) == traced => {
                let paths = Paths { place: (row, column), surface, trajectory };
                self.trace.set(Trace::Known(paths));
            }
            Report::Kernel { run, source } if run == shader => self.kernel.set(source),
            Report::Failed { number, sentence: why, .. } => self.failed(number, sentence(&why)),
            _ => {}
        }
    }

    /// Remembers the ends of the phases when those of the last density have come.
    fn remember(self, density: f64) {
        let ends = self.ends.get_untracked();
        self.inner.update_value(|inner| {
            let Some(outline) = inner.outline.clone() else { return };
            if density == outline.density.to {
                inner.ends = None;
                inner.known.truncate(MEMORY - 1);
                inner.known.insert(0, (outline, ends));
            }
        });
    }

    /// A job failed, or with number 0 the worker, and with it every job.
    fn failed(self, run: u32, why: String) {
        let traced =
            self.inner.with_value(|i| i.traced.as_ref().is_some_and(|(.., job)| *job == run));
        let optimum =
            self.inner.with_value(|i| i.optimum.as_ref().is_some_and(|(.., job)| *job == run));
        let waiting = self.trace.with_untracked(|trace| *trace == Trace::Waiting);
        if traced || (run == 0 && waiting) {
            self.trace.set(Trace::Failed(why.clone()));
        }
        if optimum || run == 0 {
            self.failure.set(Some(why));
            self.inner.update_value(|inner| {
                inner.worker = None;
                inner.optimum = None;
                inner.ends = None;
            });
        }
    }
}
