//! What goes on in an experiment's run: from a changed form to workers that train, and from their
//! reports to what the page shows.

use super::deal::Deal;
use super::run::{Frame, Inner, Part, StudyRun};
use crate::cost::LONG;
use crate::crew::{Progress, Share, cores};
use crate::distrust;
use crate::format::sentence;
use crate::run::{Engine, Stage};
use crate::workers::Worker;
use leptos::prelude::*;
use std::time::Duration;
use toy::Study;
use toy::study::preset::View;
use toy::study::{Snapshot, Wanted};
use wire::{Cause, Choice, Kind, Parcel, Report, Request};

/// Training time after which a measured speed is believed, in seconds.
const BELIEVED: f64 = 0.5;
/// Figures follow no closer than this, in milliseconds, and drawing takes one part in so many: the
/// processor's cores have models to train.
const SOON: f64 = 120.0;
const DRAWING: f64 = 20.0;
/// Parameters of a study beyond which they are not sent while it trains.
const MANY: u64 = 100_000;

impl StudyRun {
    fn spawn(self, index: usize) -> Result<Worker, String> {
        Worker::spawn(move |report| self.hear(index, report))
    }

    /// Finds the engine for the study, which then begins.
    pub(super) fn prepare(self, paused: bool) {
        let study = self.study.get_untracked();
        let choice = distrust::allowed(self.choice.get_untracked());
        let failed = self.stage.with_untracked(|stage| matches!(stage, Stage::Failed(_)));
        let staffed = self.inner.try_update_value(|inner| {
            inner.forget_pending();
            if failed {
                // Whatever is left of the engine is not trusted.
                inner.crew.dismiss();
            }
            inner.hold = paused;
            let staffed = inner.crew.staff(1, |index| self.spawn(index));
            let pool = cores() as u32;
            inner.crew.ask_first(|probe| Request::Probe { probe, choice, job: study.into(), pool });
            staffed
        });
        self.stage.set(match staffed {
            Some(Err(why)) => Stage::Failed(why),
            _ => Stage::Loading,
        });
    }

    /// The engine is known: begin with the first study.
    fn found(self, mut engine: Engine) {
        let studies = self.studies();
        self.inner.update_value(|inner| {
            if engine.kind == Kind::Cpu {
                engine.workers = inner.crew.staff(cores(), |index| self.spawn(index)).unwrap_or(1);
            }
            inner.queue = studies;
            inner.queue.reverse();
            inner.found = Default::default();
        });
        let kind = engine.kind;
        self.engine.set(Some(engine));
        self.progress.set(Progress::default());
        self.begin(kind);
    }

    /// Starts the next study at step 0; whether there is one.
    fn begin(self, kind: Kind) -> bool {
        let frames = self.frames();
        let begun = self.inner.try_update_value(|inner| {
            let Some(study) = inner.queue.pop() else { return false };
            let (paused, wanted) = (inner.hold, wanted(self.view, &study));
            inner.attacking = false;
            inner.crew.start(study.models() as usize, kind, &|run, shard| Request::Start {
                run,
                job: study.clone().into(),
                shard,
                kind,
                paused,
                wanted,
                frames,
            });
            inner.deal = Deal::new(&study, inner.crew.size());
            inner.found.parts.push(Part { study, snapshots: vec![] });
            true
        });
        let begun = begun == Some(true);
        if begun {
            self.stage.set(Stage::Starting);
        }
        begun
    }

    fn hear(self, index: usize, report: Report) {
        let number = self.inner.with_value(|inner| inner.crew.number());
        match report {
            Report::Engine { probe, kind, name, reason } if probe == number => {
                let reason = distrust::reason(self.choice.get_untracked(), reason);
                self.found(Engine { kind, name, reason, workers: 1 });
            }
            Report::Progress { run, step, model_steps, seconds, .. } if run == number => {
                self.inner.update_value(|inner| {
                    let now = |share: &mut Share| {
                        *share = Share { step, model_steps, seconds, ..*share };
                    };
                    inner.crew.note(index, now);
                    inner.deal.progress(index, step, seconds);
                    inner.exchange();
                });
                self.measure();
            }
            Report::Study { run, step, frame, snapshots } if run == number => {
                self.inner.update_value(|inner| inner.place(step, frame, snapshots));
                self.draw_soon();
                self.finish();
            }
            Report::Done { run } if run == number => {
                self.inner.update_value(|inner| {
                    inner.crew.note(index, |share| share.done = true);
                    inner.deal.done(index);
                    inner.exchange();
                });
                self.finish();
            }
            Report::Given(parcel) if parcel.run == number => {
                self.inner.update_value(|inner| inner.pass_on(index, parcel));
            }
            Report::Failed { number: run, cause: Cause::Wrong, sentence: why } if run == number => {
                distrust::note(&sentence(&why));
                // What was shown of the study is not to be believed.
                self.inner.update_value(|inner| inner.found = Default::default());
                self.draw_soon();
                self.engine.set(None);
                self.stage.set(Stage::Failed(sentence(&why)));
                if self.choice.get_untracked() == Choice::Auto {
                    self.prepare(false);
                }
            }
            Report::Failed { number: run, sentence: why, .. } if run == number || run == 0 => {
                self.engine.set(None);
                self.stage.set(Stage::Failed(sentence(&why)));
            }
            _ => {}
        }
    }

    /// Adds up what the workers have done, and asks when it shows that the run will be long.
    fn measure(self) {
        let measured = self.inner.with_value(|inner| {
            let study = &inner.found.parts.last()?.study;
            let whole = study.models() as f64 * f64::from(study.steps);
            let mut progress = inner.crew.progress(whole);
            let (begun, queued) = (inner.found.parts.len() as f64, inner.queue.len() as f64);
            progress.part = (begun - 1.0 + progress.part) / (begun + queued);
            progress.left += queued * whole / progress.rate;
            // Shares are of unlike cost: one alone says little of the whole.
            let believed = inner.crew.has_trained(BELIEVED);
            let ask = believed && progress.left > LONG && !inner.confirmed && !inner.hold;
            Some((progress, ask, inner.hold))
        });
        let Some((progress, ask, hold)) = measured else { return };
        self.progress.set(progress);
        match self.stage.get_untracked() {
            Stage::Loading | Stage::Done | Stage::Failed(_) | Stage::Asking(_) => {}
            _ if ask => {
                self.hold(true);
                self.stage.set(Stage::Asking(progress.left));
            }
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

    /// Goes on to what is next when every step of a study has been taken: the next study, an
    /// attack on the models, or the end.
    fn finish(self) {
        let Some(kind) = self.engine.with_untracked(|e| e.as_ref().map(|e| e.kind)) else { return };
        let (done, attacking, attacked) = self.inner.with_value(|inner| {
            let all = inner.found.parts.last().map_or(&[][..], |part| &part.snapshots);
            let attacked = all.iter().all(|s| s.measures.vulnerability.is_some());
            (inner.crew.is_done(), inner.attacking, attacked)
        });
        if !done || self.stage.with_untracked(|stage| *stage == Stage::Done) || self.begin(kind) {
            return;
        }
        if self.view == View::Vulnerability && !attacked {
            if !attacking {
                self.inner.update_value(|inner| inner.attacking = true);
                self.tell(&Request::Wanted(Wanted::ALL));
            }
            return;
        }
        self.draw();
        self.stage.set(Stage::Done);
    }

    /// Draws before long, unless that is under way.
    fn draw_soon(self) {
        self.inner.update_value(|inner| {
            if inner.drawing.is_none() {
                let wait = Duration::from_millis((inner.cost * DRAWING).max(SOON) as u64);
                inner.drawing = set_timeout_with_handle(move || self.draw(), wait).ok();
            }
        });
    }

    fn draw(self) {
        // With the next frame, since layout and painting follow at once and are the larger part.
        // Nothing else is to be drawn until then: a hidden page has no frames for as long as it is.
        request_animation_frame(move || {
            let now = || window().performance().map_or(0.0, |clock| clock.now());
            let start = now();
            self.inner.try_update_value(|inner| {
                if let Some(handle) = inner.drawing.take() {
                    handle.clear();
                }
            });
            self.drawn.update(|count| *count = count.wrapping_add(1));
            let painted = move || {
                self.inner.try_update_value(|inner| inner.cost = now() - start);
            };
            set_timeout(painted, Duration::ZERO);
        });
    }
}

impl Inner {
    /// Lets whoever is idle take over models, unless the run waits.
    fn exchange(&mut self) {
        if self.hold {
            return;
        }
        let run = self.crew.number();
        while let Some((giver, models)) = self.deal.exchange() {
            self.crew.ask(giver, &Request::Give { run, models });
        }
    }

    /// Passes what a worker has parted with on to the one that waits for it.
    fn pass_on(&mut self, giver: usize, parcel: Parcel) {
        let step = parcel.step;
        let models: Vec<_> = parcel.learners.iter().map(|learner| learner.model).collect();
        let Some(taker) = self.deal.given(giver, step, &models) else { return };
        self.crew.note(taker, |share| (share.step, share.done) = (step, false));
        self.crew.ask(taker, &Request::Take(parcel));
        // The run may have been paused since the models were asked for.
        if self.hold {
            self.crew.ask(taker, &Request::Pause);
        }
    }

    /// Notes models as they are at a step.
    fn place(&mut self, step: u32, frame: Option<u32>, snapshots: Vec<Snapshot>) {
        if let (Some(frame), 1) = (frame, self.found.parts.len()) {
            let film = &mut self.found.film;
            film.resize_with(film.len().max(frame as usize + 1), Frame::default);
            if let Some(frame) = film.get_mut(frame as usize) {
                frame.step = step;
                merge(&mut frame.snapshots, snapshots.clone());
            }
        }
        if let Some(part) = self.found.parts.last_mut() {
            merge(&mut part.snapshots, snapshots);
        }
    }
}

/// Puts models where they belong among others, in the place of what they were before.
fn merge(all: &mut Vec<Snapshot>, new: Vec<Snapshot>) {
    for snapshot in new {
        match all.binary_search_by_key(&snapshot.model, |known| known.model) {
            Ok(at) => all[at] = snapshot,
            Err(at) => all.insert(at, snapshot),
        }
    }
}

/// What a view needs to know of the models while they train.
fn wanted(view: View, study: &Study) -> Wanted {
    let many = study.models() * study.parameters() as u64 > MANY;
    match view {
        View::Dimensionality | View::Vulnerability if many => Wanted::MEASURES,
        _ => Wanted::WEIGHTS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_of_several_workers_stand_in_order() {
        let of = |model, loss| {
            let mut snapshot = Snapshot { model, ..Snapshot::default() };
            snapshot.measures.loss = loss;
            snapshot
        };
        let mut all = vec![];
        merge(&mut all, vec![of(1, 1.0), of(3, 1.0)]);
        merge(&mut all, vec![of(0, 1.0), of(2, 1.0)]);
        merge(&mut all, vec![of(1, 0.5)]);
        let found: Vec<_> = all.iter().map(|s| (s.model, s.measures.loss)).collect();
        assert_eq!(found, [(0, 1.0), (1, 0.5), (2, 1.0), (3, 1.0)]);
    }
}
