//! How a run comes to be: from a spec to workers that train it.

use crate::assignment::Assignment;
use crate::checkpoints::{Checkpoints, split};
use crate::event::{Effect, Shown};
use crate::progress::Done;
use crate::run::{Resume, Run};
use crate::stage::Engine;
use crate::trainer::{Next, Trainer};
use std::collections::VecDeque;
use wire::{Choice, Class, Job, Kind, Request};

/// A preview is to take no longer than this, in seconds, but is never coarser than [`COARSEST`].
const GLANCE: f64 = 0.12;
/// Most columns and rows of the diagram that one of a preview stands for.
const COARSEST: u32 = 8;
/// Fewest columns and rows of a preview.
const FEWEST: u32 = 8;
/// How long a worker may take to find an engine, in seconds. It gives up on a silent GPU by itself,
/// sooner.
const PROBING: f64 = 75.0;

impl<B: Clone + PartialEq> Trainer<B> {
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

    pub(crate) fn rest(&mut self) {
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
            if matches!(job, Job::Translation(_)) {
                self.send(worker, Request::Own(order.own.as_deref().cloned()));
            }
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
