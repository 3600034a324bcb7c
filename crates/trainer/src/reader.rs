//! What the reader asks for, and what follows from it.

use crate::assignment::Assignment;
use crate::checkpoints::{Checkpoints, Kept};
use crate::event::{Effect, Order};
use crate::run::{Resume, Run};
use crate::stage::Stage;
use crate::trainer::{Next, Trainer};
use std::collections::VecDeque;
use toy::phase::Thresholds;
use wire::{Choice, Job, Kind, Request};

/// How long what was kept is looked for, in seconds: storage may never answer.
const LOOKING: f64 = 1.5;
impl<B: Clone + PartialEq> Trainer<B> {
    pub(crate) fn order(&mut self, order: Option<Order>) {
        let Some(order) = order.filter(|order| !order.jobs.is_empty()) else {
            return self.close();
        };
        let before = self.order.replace(order.clone());
        if !self.looked && order.own.is_none() {
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
    pub(crate) fn changed(&mut self, order: Order) {
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
    pub(crate) fn settle(&mut self) {
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
    pub(crate) fn close(&mut self) {
        self.order = None;
        self.dismiss();
        self.failure = None;
        self.next = Next::Nothing;
        self.run.take_if(|run| !run.complete || run.coarse.is_some());
    }

    /// Begins anew with new workers: whatever is left of the old ones is not trusted.
    pub(crate) fn again(&mut self) {
        self.dismiss();
        self.run = None;
        self.known.clear();
        self.deaths.clear();
        self.unloaded = 0;
        self.prepare(false);
    }

    pub(crate) fn train(&mut self) {
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
    pub(crate) fn wait(&mut self, hold: bool) {
        if !matches!(self.stage(), Stage::Starting | Stage::Training | Stage::Paused)
            && !matches!(self.stage(), Stage::Recovering)
        {
            return;
        }
        self.hold = hold;
        self.tell(&if hold { Request::Pause } else { Request::Resume });
    }

    pub(crate) fn take(&mut self, steps: u32) {
        if self.stage().steps() && self.next == Next::Nothing {
            self.hold = true;
            self.tell(&Request::Step(steps));
        }
    }

    pub(crate) fn reset(&mut self) {
        let Some(order) = &self.order else { return };
        // Nothing was kept of a text of the reader's own, but perhaps of the same jobs without it.
        if order.own.is_none() {
            self.effects.push(Effect::Forget(order.jobs.clone()));
        }
        match self.failure.is_some() {
            true => self.again(),
            false => self.prepare(true),
        }
    }

    pub(crate) fn toggle(&mut self) {
        match self.stage() {
            Stage::Starting | Stage::Training => self.wait(true),
            Stage::Paused => self.wait(false),
            Stage::Recovering => self.wait(!self.hold),
            Stage::Asking(_) | Stage::Offered(_) | Stage::Done | Stage::Failed(_) => self.train(),
            Stage::Loading => {}
        }
    }

    pub(crate) fn adopt(&mut self, order: Order) {
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

    pub(crate) fn set_thresholds(&mut self, thresholds: Thresholds) {
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

    /// Asks for the parameters of all models, if they are at hand.
    pub(crate) fn weights(&mut self) {
        let run = self.run.as_ref().map(|run| run.number);
        if let Some(run) = run.filter(|_| self.has_models()) {
            self.tell(&Request::Weights { run });
        }
    }

    pub(crate) fn found_kept(&mut self, kept: Option<Kept<B>>) {
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
    pub(crate) fn accept(&mut self) {
        let Some(order) = self.order.clone() else { return };
        if let Next::Offer(kept) = std::mem::replace(&mut self.next, Next::Nothing) {
            let resume = Resume::of(order, kept);
            self.hold = false;
            self.go_on(resume);
        }
    }
}
