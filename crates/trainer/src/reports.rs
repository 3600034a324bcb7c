//! What workers say, and what follows from it.

use crate::checkpoints::Saved;
use crate::event::{Effect, Shown};
use crate::pool::WorkerId;
use crate::run::{Resume, Run};
use crate::speeds::LONG;
use crate::stage::Engine;
use crate::trainer::{Next, Trainer};
use std::collections::BTreeSet;
use toy::study::{Snapshot, Wanted};
use wire::{Job, Kind, Parcel, Report, Request};

/// Training time after which a measured speed is believed, in seconds.
const BELIEVED: f64 = 0.5;
/// Seconds from one time that a run is kept to the next.
const KEEPING: f64 = 5.0;

impl<B: Clone + PartialEq> Trainer<B> {
    pub(crate) fn hear(&mut self, worker: WorkerId, report: Report, state: Option<B>) {
        let Some(place) = self.pool.place(worker) else { return };
        let number = self.run.as_ref().map(|run| run.number);
        let own = |run: u32| Some(run) == number;
        self.silence = 0;
        match report {
            Report::Ready => {
                self.pool.ready(place);
                self.unloaded = 0;
            }
            Report::Engine { probe, kind, name, reason } => self.found(probe, kind, name, reason),
            Report::Progress { run, step, model_steps, seconds, .. } if own(run) => {
                self.progressed(place, step, model_steps, seconds);
            }
            Report::Picture { run, picture, .. } if own(run) => {
                let Some(run) = &self.run else { return };
                let Some(Job::Sweep(sweep)) = run.order.jobs.get(run.place) else { return };
                let sweep = sweep.clone();
                let picture = match run.coarse {
                    Some(factor) => picture.enlarged(&sweep, factor),
                    None => picture,
                };
                self.seen = true;
                self.effects.push(Effect::Show(Shown::Picture { sweep, picture }));
            }
            Report::Pixel { run, row, column, step, repeats }
                if own(run) && self.inspected == Some((row, column)) =>
            {
                self.effects.push(Effect::Show(Shown::Pixel { row, column, step, repeats }));
            }
            Report::Study { run, step, frame, snapshots } if own(run) => {
                self.snapshots(step, frame, snapshots);
            }
            Report::Weights { run, rows, parameters } if own(run) => {
                let Some(Job::Sweep(sweep)) = self.run.as_ref().map(|run| run.job.clone()) else {
                    return;
                };
                self.effects.push(Effect::Show(Shown::Weights { sweep, rows, parameters }));
            }
            Report::Network { run, step, frame, snapshots } if own(run) => {
                let place = self.run.as_ref().map_or(0, |run| run.place);
                self.seen = true;
                self.effects.push(Effect::Show(Shown::Networks { place, step, frame, snapshots }));
            }
            Report::Translation { run, step, frame, snapshots } if own(run) => {
                let place = self.run.as_ref().map_or(0, |run| run.place);
                self.seen = true;
                let shown = Shown::Translations { place, step, frame, snapshots };
                self.effects.push(Effect::Show(shown));
            }
            Report::Translated { run, sentence, said } if own(run) => {
                self.effects.push(Effect::Show(Shown::Translated { sentence, said }));
            }
            Report::Checkpoint { run, step, parts, finished } if own(run) && state.is_some() => {
                let Some(run) = &mut self.run else { return };
                let done = run.done.get(place).copied().unwrap_or_default();
                let model_steps = done.before + done.model_steps;
                let saved = Saved { parts, finished, step, model_steps, state };
                if run.checkpoints.note(place, saved) {
                    self.keep();
                }
            }
            Report::Given(parcel) if own(parcel.run) => self.pass_on(place, parcel),
            Report::Done { run } if own(run) => {
                if let Some(run) = &mut self.run {
                    run.assignment.done(place);
                    if let Some(done) = run.done.get_mut(place) {
                        done.done = true;
                    }
                }
                self.exchange();
                self.finish();
            }
            Report::Failed { number: 0, sentence, .. } => self.gone(worker, &sentence, true),
            Report::Failed { number, cause, sentence } => self.failed(number, cause, sentence),
            _ => {}
        }
    }

    /// An engine was found.
    fn found(&mut self, probe: u32, kind: Kind, name: String, reason: String) {
        let Next::Probe { number, class, then, .. } = &self.next else { return };
        if *number != probe {
            return;
        }
        let (class, then) = (class.clone(), then.clone());
        let reason = match self.engine.as_ref().filter(|e| then.is_some() && e.kind == kind) {
            // A run that goes on has its engine for the reason it had before.
            Some(before) => before.reason.clone(),
            None => self.reason(reason),
        };
        let engine = Engine { kind, name, reason, workers: 1 };
        self.known.retain(|(known, _)| *known != class);
        self.known.push((class, engine.clone()));
        match then {
            None => self.consider(engine),
            Some(resume) => self.resume_on(engine, resume),
        }
    }

    /// Goes on with a run on an engine.
    pub(crate) fn resume_on(&mut self, engine: Engine, resume: Resume<B>) {
        let Some(job) = resume.job().cloned() else { return };
        self.next = Next::Nothing;
        let kind = engine.kind;
        self.employ(engine, &job);
        self.start(Resume { kind, ..resume }, None);
        self.inspect();
    }

    fn progressed(&mut self, place: usize, step: u32, model_steps: f64, seconds: f64) {
        let Some(run) = &mut self.run else { return };
        run.assignment.progress(place, step, seconds);
        if let Some(done) = run.done.get_mut(place) {
            (done.step, done.model_steps, done.seconds) = (step, model_steps, seconds);
        }
        self.exchange();
        self.measure();
    }

    /// Adds up what the workers have done, and asks when it shows that the run will be long.
    fn measure(&mut self) {
        let Some(run) = &self.run else { return };
        // Shares may be of unlike cost: one alone says little of the whole.
        let believed = run.has_trained(BELIEVED);
        let (progress, kind, job) = (run.progress(), run.kind, run.job.clone());
        let asks = !run.complete && run.coarse.is_none() && self.next == Next::Nothing;
        if believed || progress.step >= job.steps() {
            self.speeds(kind).note(&job, progress.rate);
        }
        if asks && believed && progress.left > LONG && !self.confirmed && !self.hold {
            self.hold = true;
            self.tell(&Request::Pause);
            self.next = Next::Ask { seconds: progress.left };
        }
    }

    fn snapshots(&mut self, step: u32, frame: Option<u32>, snapshots: Vec<Snapshot>) {
        let Some(run) = &mut self.run else { return };
        let Job::Study(study) = run.job.clone() else { return };
        if let Some(attacked) = &mut run.attacked {
            let done = snapshots.iter().filter(|s| s.measures.vulnerability.is_some());
            attacked.extend(done.map(|snapshot| snapshot.model));
        }
        let place = run.place;
        self.seen = true;
        self.effects.push(Effect::Show(Shown::Models { place, study, step, frame, snapshots }));
        self.finish();
    }

    /// Goes on to what is next when every step of a job has been taken: the next job, an attack on
    /// the models, or the end.
    fn finish(&mut self) {
        let Some(run) = &mut self.run else { return };
        if run.complete || !run.is_trained() {
            return;
        }
        if run.coarse.is_some() {
            return self.glanced();
        }
        if run.queued() > 0 {
            let mut resume = run.resume();
            resume.before.push(std::mem::take(&mut resume.shares));
            resume.place += 1;
            resume.shares = resume.then.pop_front().unwrap_or_default();
            resume.shown = false;
            return self.start(resume, None);
        }
        if run.order.attack {
            let models = run.job.models();
            match &run.attacked {
                None => {
                    run.attacked = Some(BTreeSet::new());
                    return self.tell(&Request::Wanted(Wanted::ALL));
                }
                Some(attacked) if (attacked.len() as u64) < models => return,
                Some(_) => {}
            }
        }
        run.complete = true;
        self.watch = None;
        if run.kept.is_some() {
            let jobs = run.order.jobs.clone();
            self.effects.push(Effect::Forget(jobs));
        }
    }

    /// A preview is complete: if the spec has moved on meanwhile, so does the next.
    fn glanced(&mut self) {
        let Some(run) = self.run.as_mut().filter(|run| !run.complete) else { return };
        run.complete = true;
        let (kind, moved) = (run.kind, self.order.as_ref() != Some(&run.order));
        let job = self.order.as_ref().and_then(|order| order.jobs.first()).cloned();
        if let (Next::Rest { .. }, true, Some(job)) = (&self.next, moved, job)
            && let Some(seconds) = self.speeds(kind).seconds(&job)
        {
            self.glance(seconds);
        }
    }

    /// Hands a run that takes long out to be kept.
    fn keep(&mut self) {
        let (now, least) = (self.now, self.habits.keep);
        let known =
            |run: &&mut Run<B>| run.coarse.is_none() && !run.complete && run.order.own.is_none();
        let Some(run) = self.run.as_mut().filter(known) else {
            return;
        };
        let worth = run.spent + run.progress().spent >= least;
        if worth && run.kept.is_none_or(|before| now - before >= KEEPING) {
            run.kept = Some(now);
            let kept = run.kept();
            self.effects.push(Effect::Keep(kept));
        }
    }

    /// Lets whoever is idle take over models, unless the run waits.
    fn exchange(&mut self) {
        if self.hold {
            return;
        }
        let Some(run) = self.run.as_mut().filter(|run| run.attacked.is_none()) else { return };
        let number = run.number;
        let mut asked = vec![];
        while let Some((giver, models)) = run.assignment.exchange() {
            asked.push((giver, Request::Give { run: number, models }));
        }
        for (giver, request) in asked {
            if let Some(worker) = self.pool.get(giver) {
                self.send(worker, request);
            }
        }
    }

    /// Passes what a worker has parted with on to the one that waits for it.
    fn pass_on(&mut self, giver: usize, parcel: Parcel) {
        let Some(run) = &mut self.run else { return };
        let step = parcel.step;
        let models: Vec<_> = parcel.learners.iter().map(|learner| learner.model).collect();
        let Some(taker) = run.assignment.given(giver, step, &models) else { return };
        if let Some(done) = run.done.get_mut(taker) {
            (done.step, done.done) = (step, false);
        }
        let Some(worker) = self.pool.get(taker) else { return };
        self.send(worker, Request::Take(parcel));
        // The run may have been paused since the models were asked for.
        if self.hold {
            self.send(worker, Request::Pause);
        }
    }
}
