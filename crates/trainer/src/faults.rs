//! What goes wrong, and how a run goes on: after a lost device, with a worker that is gone, and
//! where nothing answers.

use crate::event::Effect;
use crate::pool::WorkerId;
use crate::run::Resume;
use crate::trainer::{Next, Trainer};
use wire::{Cause, Choice, Kind};

/// A second loss within so many seconds is one too many.
const SOON: f64 = 60.0;
/// Workers lost within that time with which a run still goes on.
const MOST_DEATHS: usize = 2;
/// Workers that do not load one after the other until no more are started.
const MOST_UNLOADED: u32 = 2;
/// Seconds until a new device is asked for, which a browser may refuse while it restarts its GPU
/// process; longer each time.
const PATIENCE: [f64; 4] = [0.3, 1.0, 2.0, 4.0];
/// A GPU that trains and says nothing for so many seconds, and then for a few more, is lost. The
/// machine may have slept meanwhile.
const SILENT: f64 = 60.0;
const STILL_SILENT: f64 = 10.0;

impl<B: Clone + PartialEq> Trainer<B> {
    pub(crate) fn timer(&mut self, timer: u32) {
        if self.watch == Some(timer) {
            return self.listen();
        }
        if let Some(worker) = self.pool.overdue(timer) {
            return self.gone(worker, "Its program did not load in time.", true);
        }
        match &self.next {
            Next::Look { timer: own } if *own == timer => self.prepare(false),
            Next::Rest { timer: own } if *own == timer => self.rested(),
            Next::Recover { timer: own, then, .. } if *own == timer => {
                let then = then.clone();
                self.go_on(then);
            }
            Next::Probe { timer: own, number, .. } if *own == timer => {
                let number = *number;
                // A worker that does not say anything does not hear anything either.
                if let Some(worker) = self.pool.get(0) {
                    self.end(worker);
                }
                self.failed(number, Cause::NoGpu, "The GPU did not answer.".into());
            }
            _ => {}
        }
    }

    /// What was changed has rested.
    fn rested(&mut self) {
        match self.habits.previews {
            true => self.begin(),
            // It has rested before an engine was looked for.
            false => self.find(),
        }
    }

    fn end(&mut self, worker: WorkerId) {
        self.pool.remove(worker);
        self.effects.push(Effect::End(worker));
    }

    /// Looks after a GPU that trains.
    pub(crate) fn look_after(&mut self) {
        let trains = self.run.as_ref().is_some_and(|run| run.kind == Kind::Gpu && !run.complete);
        self.silence = 0;
        self.watch = trains.then(|| self.set_timer(SILENT));
    }

    /// Whether the GPU has said anything of late.
    fn listen(&mut self) {
        self.watch = None;
        let Some(run) = self.run.as_ref().filter(|run| !run.complete) else { return };
        let number = run.number;
        self.silence += 1;
        // Whoever waits has nothing to say.
        match self.silence {
            _ if self.hold => self.look_after(),
            1 => self.watch = Some(self.set_timer(SILENT)),
            2 => self.watch = Some(self.set_timer(STILL_SILENT)),
            _ => {
                if let Some(worker) = self.pool.get(0) {
                    self.end(worker);
                }
                self.failed(number, Cause::Lost, "The GPU did not answer any more.".into());
            }
        }
    }

    /// A worker is gone. Others have models that belong to the same run: all go on from the last
    /// checkpoints.
    pub(crate) fn gone(&mut self, worker: WorkerId, why: &str, started: bool) {
        if self.pool.place(worker).is_none() {
            return;
        }
        let loading = !self.pool.is_ready(worker);
        self.end(worker);
        if !started {
            // As many as the browser allows train as well, only slower.
            if self.pool.is_empty() {
                return self.fail(why.to_owned());
            }
            self.habits.cores = self.pool.len();
        } else if loading {
            self.unloaded += 1;
        } else {
            self.deaths.push_back(self.now);
            self.deaths.retain(|&then| self.now - then < SOON);
        }
        if self.unloaded >= MOST_UNLOADED || self.deaths.len() > MOST_DEATHS {
            let sentence = format!(
                "The worker that trains stopped again and again: {} Train again, or reload the page.",
                sentence(why)
            );
            return self.fail(sentence);
        }
        if self.failure.is_some() {
            return;
        }
        match &self.next {
            Next::Probe { choice, then, .. } => {
                let (choice, then) = (*choice, then.clone());
                let job = match &then {
                    Some(resume) => resume.job().cloned(),
                    None => self.order.as_ref().and_then(|o| o.jobs.first()).cloned(),
                };
                if let Some(job) = job {
                    self.probe(choice, job, then);
                }
            }
            Next::Recover { .. } | Next::Look { .. } | Next::Offer(_) => {}
            _ => self.restart(why, started),
        }
    }

    /// Goes on with what ran, all workers from the last checkpoints.
    fn restart(&mut self, why: &str, started: bool) {
        let Some(run) = self.run.as_ref().filter(|run| !run.done.is_empty()) else { return };
        if run.coarse.is_some() {
            // What is meant is begun in a moment anyway.
            self.run = None;
            return;
        }
        if run.complete {
            // Nothing is lost but the models themselves, by which it could be shown otherwise.
            return self.dismiss();
        }
        let resume = run.resume();
        if started {
            let step = resume.step();
            self.effects.push(Effect::Note(format!(
                "A worker stopped ({}) Training went on from step {step}.",
                sentence(why)
            )));
        }
        let asks = match self.next {
            Next::Ask { seconds } => Some(seconds),
            _ => None,
        };
        let Some(engine) = self.engine.clone() else { return };
        let resume = match resume.step() {
            // Nothing was saved: any number of workers may share it.
            0 if resume.shares.iter().all(|share| share.state.is_none()) => {
                Resume { shares: vec![], ..resume }
            }
            _ => resume,
        };
        let rest = self.next.clone();
        self.resume_on(engine, resume);
        match (asks, rest) {
            (Some(seconds), _) => {
                self.tell(&wire::Request::Pause);
                self.next = Next::Ask { seconds };
            }
            (None, Next::Rest { timer }) => self.next = Next::Rest { timer },
            _ => {}
        }
    }

    /// A probe or a run failed.
    pub(crate) fn failed(&mut self, number: u32, cause: Cause, why: String) {
        if let Next::Probe { number: own, choice, then, .. } = &self.next
            && *own == number
        {
            let (choice, then) = (*choice, then.clone());
            return self.probe_failed(choice, then, cause, why);
        }
        let Some(run) = self.run.as_ref().filter(|run| run.number == number) else { return };
        if run.complete && run.coarse.is_none() {
            return;
        }
        if matches!(self.next, Next::Rest { .. }) || run.coarse.is_some() {
            // Something else is about to begin, on whatever engine there is then.
            let again = self.lost.is_some_and(|before| self.now - before < SOON);
            (self.lost, self.run) = (Some(self.now), None);
            self.barred |= again;
            self.known.clear();
            return self.prepare(self.hold);
        }
        match (run.kind, cause) {
            (Kind::Gpu, Cause::Memory) if self.choice() == Choice::Auto => {
                let resume = run.resume();
                self.known.clear();
                self.note(&format!("{} The CPU trains instead.", sentence(&why)));
                self.go_to_cpu(resume);
            }
            // Checkpoints are made of checked states only.
            (Kind::Gpu, Cause::Wrong) if self.choice() == Choice::Auto => {
                let resume = run.resume();
                self.barred = true;
                self.known.clear();
                self.note(&format!("{} The CPU trains instead.", sentence(&why)));
                self.go_to_cpu(resume);
            }
            (Kind::Gpu, Cause::Lost | Cause::NoGpu) => {
                let resume = run.resume();
                self.lost(resume, &why);
            }
            _ => self.fail(why),
        }
    }

    fn probe_failed(&mut self, choice: Choice, then: Option<Resume<B>>, cause: Cause, why: String) {
        match (then, choice, cause) {
            // A browser may refuse for a while, until its GPU process is up again.
            (Some(resume), Choice::Gpu, Cause::NoGpu | Cause::Lost) => {
                self.refused(resume);
            }
            (None, Choice::Auto, _) if cause != Cause::Invalid => {
                // Something hangs that even a worker cannot give up.
                self.barred = true;
                self.known.clear();
                self.note(&format!("{} The CPU trains instead.", sentence(&why)));
                self.find();
            }
            (_, Choice::Cpu, Cause::NoGpu) => self.fail(
                "The worker that trains did not answer. Train again, or reload the page.".into(),
            ),
            _ => self.fail(why),
        }
    }

    /// The GPU is lost, and with it what was trained since the last checkpoint.
    fn lost(&mut self, resume: Resume<B>, why: &str) {
        let again = self.lost.is_some_and(|before| self.now - before < SOON);
        self.lost = Some(self.now);
        self.known.clear();
        let (why, step) = (sentence(why), resume.step());
        if again {
            self.barred = true;
            self.note(&format!(
                "The GPU was lost twice within a minute. The CPU went on from step {step}."
            ));
            return self.go_to_cpu(resume);
        }
        let why = why.split(';').next().unwrap_or_default().trim_end_matches('.').to_owned();
        self.note(&format!("{why}. Training went on from step {step}."));
        self.recover(0, resume);
    }

    /// Waits for a moment, then asks for a new device.
    fn recover(&mut self, attempt: u32, then: Resume<B>) {
        (self.run, self.watch) = (None, None);
        let patience = PATIENCE.get(attempt as usize).copied().unwrap_or(PATIENCE[0]);
        let timer = self.set_timer(patience);
        self.attempts = attempt;
        self.next = Next::Recover { timer, then };
    }

    /// No new device was to be had.
    fn refused(&mut self, resume: Resume<B>) {
        let attempt = self.attempts + 1;
        if (attempt as usize) < PATIENCE.len() {
            return self.recover(attempt, resume);
        }
        self.barred = true;
        self.known.clear();
        let step = resume.step();
        self.note(&format!("No GPU can be used any more. The CPU went on from step {step}."));
        self.go_to_cpu(resume);
    }

    /// Finds the device that a run is to go on with.
    pub(crate) fn go_on(&mut self, resume: Resume<B>) {
        let Some(job) = resume.job().cloned() else { return };
        let choice = match resume.kind {
            Kind::Gpu => Choice::Gpu,
            Kind::Cpu => Choice::Cpu,
        };
        self.probe(choice, job, Some(resume));
    }

    /// Goes on with a run on the CPU.
    fn go_to_cpu(&mut self, resume: Resume<B>) {
        self.go_on(Resume { kind: Kind::Cpu, ..resume });
    }

    /// The reason for an engine, as the reader should know it.
    pub(crate) fn reason(&self, found: String) -> String {
        match self.barred {
            true => "The GPU stopped working here.".into(),
            false => found,
        }
    }

    fn note(&mut self, sentence: &str) {
        self.effects.push(Effect::Note(sentence.to_owned()));
    }

    /// It cannot go on.
    fn fail(&mut self, why: String) {
        // Whatever is left of the engine is not trusted: the next run opens another.
        (self.run, self.watch) = (None, None);
        self.next = Next::Nothing;
        self.known.clear();
        self.failure = Some(sentence(&why));
    }
}

/// A clause as a sentence: a capital at the start, a full stop at the end.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase()).into_iter();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    first.chain(letters).chain(end.chars()).collect()
}
