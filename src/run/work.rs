//! What goes on in a run: from a changed form to workers that train, and from their reports to
//! what the page shows.

use super::{Engine, Preview, Run, Stage};
use crate::cost::{LONG, total};
use crate::crew::{Crew, Progress, Share, cores};
use crate::distrust;
use crate::format::sentence;
use crate::pixel::PixelView;
use leptos::prelude::*;
use std::time::Duration;
use toy::Sweep;
use toy::picture::Picture;
use toy::study::Wanted;
use wire::{Cause, Choice, Class, Kind, Report, Request};

/// A page that is still being dragged about is trained again when it has rested this long.
const REST: Duration = Duration::from_millis(120);
/// Runs expected to be shorter than this, in seconds, follow every movement at once.
const CHEAP: f64 = 0.4;
/// A preview is to take no longer than this, in seconds, but is never coarser than [`COARSEST`].
const GLANCE: f64 = 0.12;
/// Most columns and rows of the diagram that one of a preview stands for.
const COARSEST: u32 = 8;
/// Fewest columns and rows of a preview.
const FEWEST: u32 = 8;
/// Training time after which a measured speed is believed, in seconds.
const BELIEVED: f64 = 0.5;
/// The status line changes at most once in this many seconds of training: every change is laid
/// out and painted on cores that could train.
const TICK: f64 = 0.1;

impl Run {
    /// The form changed: train again, or only show the repeats otherwise.
    pub(super) fn changed(self) {
        let sweep = self.sweep.get_untracked();
        if self.has_failed() {
            return self.open();
        }
        let running = self.inner.try_update_value(|inner| {
            inner.forget_pending();
            inner.running.clone()
        });
        if let Some(running) = running.flatten() {
            if running == sweep {
                return self.settle();
            }
            let aggregate = sweep.aggregate;
            // A file has no repeats to show otherwise.
            let trained = self.source.with_untracked(Option::is_none);
            let trained = trained && self.inner.with_value(|inner| !inner.crew.is_empty());
            if trained && (Sweep { aggregate, ..running.clone() }) == sweep {
                self.inner.update_value(|inner| inner.running = Some(sweep));
                self.shown.update(|shown| shown.aggregate = aggregate);
                return self.tell(&Request::Aggregate(aggregate));
            }
        }
        self.inner.update_value(|inner| inner.confirmed = false);
        match self.inner.with_value(|inner| inner.crew.is_empty()) {
            true => self.open(),
            false => self.prepare(false),
        }
    }

    /// The form is back at what runs or ran: whatever was asked meanwhile is moot.
    fn settle(self) {
        if matches!(self.stage.get_untracked(), Stage::Asking(_)) {
            let done = self.inner.with_value(|inner| inner.crew.is_done());
            self.inner.update_value(|inner| inner.hold = true);
            self.stage.set(if done { Stage::Done } else { Stage::Paused });
        }
    }

    /// Begins the sweep, or asks whether to, on the engine for it; finds that first if need be.
    pub(super) fn prepare(self, paused: bool) {
        let sweep = self.sweep.get_untracked();
        let choice = distrust::allowed(self.choice.get_untracked());
        let class = Class::of_sweep(&sweep);
        let known = self.inner.try_update_value(|inner| {
            inner.forget_pending();
            inner.hold = paused;
            let known = inner.engine(&class, choice);
            if known.is_none() {
                // A probe drops whatever runs.
                inner.running = None;
                inner.preview = None;
                if inner.asked.back() != Some(&class) {
                    inner.asked.push_back(class.clone());
                    let pool = cores() as u32;
                    inner.crew.ask_first(|probe| Request::Probe {
                        probe,
                        choice,
                        job: sweep.into(),
                        pool,
                    });
                }
            }
            known
        });
        match known.flatten() {
            Some(engine) => self.consider(engine),
            None => self.stage.set(Stage::Loading),
        }
    }

    /// The engine is known: is the run short enough to begin unasked?
    fn consider(self, mut engine: Engine) {
        let sweep = self.sweep.get_untracked();
        let kind = engine.kind;
        let considered = self.inner.try_update_value(|inner| {
            if kind == Kind::Cpu {
                engine.workers = inner.crew.staff(cores(), |index| self.spawn(index)).unwrap_or(1);
            }
            let asked = inner.hold || inner.confirmed;
            let speeds = inner.speeds(kind);
            (asked, speeds.seconds(&sweep), speeds.is_long(&sweep))
        });
        self.engine.set(Some(engine));
        match considered {
            Some((false, seconds, true)) => {
                self.tell(&Request::Pause);
                self.stage.set(Stage::Asking(seconds));
            }
            Some((false, seconds, false)) if seconds > CHEAP && !self.is_blank() => {
                let handle = set_timeout_with_handle(move || self.begin(), REST).ok();
                self.inner.update_value(|inner| inner.pending = handle);
                // One that is under way is finished first: a movement would never let any end.
                if self.inner.with_value(|inner| inner.preview.is_none()) {
                    self.glance(&sweep, seconds);
                }
            }
            _ => self.begin(),
        }
    }

    /// Whether there is nothing to be seen yet.
    fn is_blank(self) -> bool {
        self.picture.with_untracked(|picture| !(0..picture.pixels()).any(|p| picture.knows(p)))
    }

    /// Trains a coarse diagram, to be seen while the control that changed the sweep still moves.
    fn glance(self, sweep: &Sweep, seconds: f64) {
        let Some(kind) = self.engine.with_untracked(|e| e.as_ref().map(|e| e.kind)) else { return };
        let fits = |factor: &u32| seconds / f64::from(factor * factor) <= GLANCE;
        let factor = [2, 4, COARSEST].into_iter().find(fits).unwrap_or(COARSEST);
        let coarse = sweep.coarse(factor);
        if coarse.columns.min(coarse.rows) < FEWEST {
            return;
        }
        self.progress.set(Progress::default());
        self.stage.set(Stage::Training);
        self.inner.update_value(|inner| {
            start(&mut inner.crew, &coarse, kind, false);
            inner.preview = Some(Preview { whole: sweep.clone(), factor });
            inner.running = Some(coarse);
        });
    }

    /// A preview is complete: if the form has moved on meanwhile, so does the next.
    fn glanced(self) {
        let sweep = self.sweep.get_untracked();
        let before = self.inner.try_update_value(|inner| inner.preview.take()).flatten();
        if before.is_some_and(|preview| preview.whole != sweep) {
            let kind = self.engine.with_untracked(|e| e.as_ref().map(|e| e.kind));
            let known = kind.and_then(|kind| {
                self.inner.try_update_value(|inner| inner.speeds(kind).seconds(&sweep))
            });
            if let Some(seconds) = known {
                self.glance(&sweep, seconds);
            }
        }
    }

    /// Starts the sweep at step 0.
    fn begin(self) {
        let sweep = self.sweep.get_untracked();
        let Some(kind) = self.engine.with_untracked(|e| e.as_ref().map(|e| e.kind)) else { return };
        self.progress.set(Progress::default());
        self.stage.set(Stage::Starting);
        self.inner.update_value(|inner| {
            inner.forget_pending();
            inner.preview = None;
            start(&mut inner.crew, &sweep, kind, inner.hold);
            inner.running = Some(sweep);
        });
        self.look();
    }

    pub(super) fn hear(self, index: usize, report: Report) {
        let number = self.inner.with_value(|inner| inner.crew.number());
        match report {
            Report::Engine { kind, name, reason, .. } if index == 0 => {
                let reason = distrust::reason(self.choice.get_untracked(), reason);
                self.found(Engine { kind, name, reason, workers: 1 });
            }
            Report::Progress { run, step, model_steps, seconds, .. } if run == number => {
                self.note(index, |share| {
                    *share = Share { step, model_steps, seconds, ..*share };
                });
                self.measure();
            }
            Report::Picture { run, picture, .. } if run == number => self.show(&picture),
            Report::Done { run } if run == number => {
                self.note(index, |share| share.done = true);
                if self.inner.with_value(|inner| inner.preview.is_some()) {
                    if self.inner.with_value(|inner| inner.crew.is_done()) {
                        self.glanced();
                    }
                    return;
                }
                // A run that waits for the reader's word is another one than the one that is done.
                let asks = self.stage.with_untracked(|s| matches!(s, Stage::Asking(_)));
                if !asks && self.inner.with_value(|inner| inner.crew.is_done()) {
                    self.stage.set(Stage::Done);
                }
            }
            Report::Pixel { run, row, column, step, repeats }
                if run == number
                    && self.inner.with_value(|inner| inner.inspected) == Some((row, column)) =>
            {
                self.pixel.set(Some(PixelView { row, column, step, repeats }));
            }
            Report::Failed { number: run, cause: Cause::Wrong, sentence: why } if run == number => {
                distrust::note(&sentence(&why));
                // What was shown of the run is not to be believed.
                self.picture.set(Picture::of(&self.sweep.get_untracked()));
                self.pixel.set(None);
                self.inner.update_value(|inner| inner.running = None);
                match self.choice.get_untracked() {
                    Choice::Auto => self.open(),
                    _ => {
                        self.engine.set(None);
                        self.stage.set(Stage::Failed(sentence(&why)));
                    }
                }
            }
            Report::Failed { number: run, sentence: why, .. } if run == number || run == 0 => {
                // Whatever is left of the engine is not trusted: the next run opens another.
                self.inner.update_value(|inner| inner.running = None);
                self.engine.set(None);
                self.stage.set(Stage::Failed(sentence(&why)));
            }
            _ => {}
        }
    }

    fn note(self, index: usize, change: impl FnOnce(&mut Share)) {
        self.inner.update_value(|inner| inner.crew.note(index, change));
    }

    /// An engine was found: remember it, and use it if the sweep is still of its class.
    fn found(self, engine: Engine) {
        let now = Class::of_sweep(&self.sweep.get_untracked());
        let current = self.inner.try_update_value(|inner| {
            let class = inner.asked.pop_front().unwrap_or(now.clone());
            let current = class == now;
            inner.engines.push((class, engine.clone()));
            current
        });
        if current == Some(true) && self.stage.with_untracked(|s| *s == Stage::Loading) {
            self.consider(engine);
        }
    }

    /// Adds up what the workers have done, and asks when it shows that the run will be long.
    fn measure(self) {
        let Some(kind) = self.engine.with_untracked(|e| e.as_ref().map(|e| e.kind)) else { return };
        let measured = self.inner.try_update_value(|inner| {
            let sweep = inner.running.clone()?;
            let progress = inner.crew.progress(total(&sweep));
            let believed = progress.spent >= BELIEVED;
            if believed || progress.step >= sweep.steps {
                inner.speeds(kind).note(&sweep, progress.rate);
            }
            let ask = believed && progress.left > LONG && !inner.confirmed && !inner.hold;
            Some((progress, ask, inner.hold))
        });
        let Some((progress, ask, hold)) = measured.flatten() else { return };
        let shown = self.progress.with_untracked(|shown| shown.spent);
        let news = (progress.spent - shown).abs() >= TICK;
        if news || hold || progress.part >= 1.0 {
            self.progress.set(progress);
        }
        match self.stage.get_untracked() {
            Stage::Loading | Stage::Done | Stage::Failed(_) | Stage::Asking(_) => {}
            _ if ask => {
                self.inner.update_value(|inner| inner.hold = true);
                self.tell(&Request::Pause);
                self.stage.set(Stage::Asking(progress.left));
            }
            // Signals wake their readers even when nothing changed.
            stage => {
                let now = match hold {
                    true => Stage::Paused,
                    false if progress.spent > 0.0 => Stage::Training,
                    false => Stage::Starting,
                };
                if stage != now {
                    self.stage.set(now);
                }
            }
        }
    }

    /// Puts a worker's rows into the diagram. The old picture stays until the new run shows
    /// something, and under its first rows when the two are of one size.
    fn show(self, part: &Picture) {
        let Some(running) = self.inner.with_value(|inner| inner.running.clone()) else { return };
        let preview = self.inner.with_value(|inner| inner.preview.clone());
        let enlarged = preview.as_ref().map(|p| part.enlarged(&p.whole, p.factor));
        let part = enlarged.as_ref().unwrap_or(part);
        let running = preview.map_or(running, |preview| preview.whole);
        let size = |sweep: &Sweep| (sweep.columns, sweep.rows, sweep.density, sweep.importance);
        let fits = self.source.with_untracked(Option::is_none)
            && self.shown.with_untracked(|shown| size(shown) == size(&running));
        self.picture.update(|picture| {
            if !fits {
                *picture = Picture::of(&running);
            }
            picture.place(part);
        });
        if self.source.with_untracked(Option::is_some) {
            self.source.set(None);
        }
        if self.shown.with_untracked(|shown| *shown != running) {
            self.shown.set(running);
        }
    }
}

/// Starts a sweep at step 0, shared by its rows.
fn start(crew: &mut Crew, sweep: &Sweep, kind: Kind, paused: bool) {
    crew.start(sweep.rows as usize, kind, &|run, shard| Request::Start {
        run,
        job: sweep.clone().into(),
        shard,
        kind,
        paused,
        wanted: Wanted::MEASURES,
        frames: 0,
    });
}
