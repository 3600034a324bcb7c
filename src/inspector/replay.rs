//! The training of a pixel, to be gone through step by step.

use crate::diagram::Place;
use crate::pixel::{Paths, Trace};
use crate::theory::Theories;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use std::time::Duration;
use toy::Sweep;
use toy::aggregate::Aggregate;
use toy::sweep::Data;

/// What is still being moved about is not followed until it has rested this long.
const REST: Duration = Duration::from_millis(250);
/// Time between two pictures of the replay.
const FRAME: Duration = Duration::from_millis(40);
/// Pictures of a whole replay.
const FRAMES: usize = 150;
/// Work that is done without asking, in samples drawn.
const CHEAP: f64 = 3e8;

/// What training a pixel's models again takes, in samples drawn or what costs as much.
fn work(sweep: &Sweep) -> f64 {
    let step = match (sweep.data, sweep.features) {
        (Data::Sampled, _) => f64::from(sweep.batch),
        (Data::Exact, 2) => 30.0,
        (Data::Exact, 3) => 300.0,
        (Data::Exact, _) => 6000.0,
    };
    step * f64::from(sweep.steps) * f64::from(sweep.repeats)
}

/// A pixel of a sweep whose aggregation, which changes no model, is left out.
type Subject = (Sweep, Place);

/// The replay as signals; copies are handles to the same.
#[derive(Clone, Copy)]
pub struct Replay {
    /// What there is to go through.
    pub trace: RwSignal<Trace>,
    /// The record shown; `None` when the models are shown as they are.
    pub record: RwSignal<Option<usize>>,
    subject: Memo<Option<Subject>>,
    theories: Theories,
    playing: RwSignal<bool>,
    timer: StoredValue<Option<IntervalHandle>>,
}

impl Replay {
    /// A replay that follows the pixel looked at.
    pub fn follow(sweep: Signal<Sweep>, place: Memo<Option<Place>>, theories: Theories) -> Self {
        let subject = Memo::new(move |_| {
            let (row, column) = place.get()?;
            let sweep = Sweep { aggregate: Aggregate::Lowest, ..sweep.get() };
            (row < sweep.rows && column < sweep.columns).then_some((sweep, (row, column)))
        });
        let replay = Self {
            trace: theories.trace,
            record: RwSignal::new(None),
            subject,
            theories,
            playing: RwSignal::new(false),
            timer: StoredValue::new(None),
        };
        let pending = StoredValue::new(None::<TimeoutHandle>);
        let forget = move || {
            if let Some(handle) = pending.try_update_value(Option::take).flatten() {
                handle.clear();
            }
        };
        Effect::new(move |_| {
            let subject = subject.get();
            forget();
            replay.stop();
            replay.record.set(None);
            theories.forget_trace();
            if subject.is_some_and(|(sweep, _)| work(&sweep) <= CHEAP) {
                pending.set_value(set_timeout_with_handle(move || replay.compute(), REST).ok());
            }
        });
        on_cleanup(move || {
            forget();
            replay.stop();
        });
        replay
    }

    /// Whether the pixel is trained again without asking.
    pub fn is_cheap(self) -> bool {
        self.subject.with(|subject| subject.as_ref().is_some_and(|(sweep, _)| work(sweep) <= CHEAP))
    }

    /// Asks for the training of the pixel, however long it takes.
    fn compute(self) {
        if let Some((sweep, place)) = self.subject.get_untracked() {
            self.theories.trace(&sweep, place);
        }
    }

    /// Records of the training.
    fn count(self) -> usize {
        self.trace.with(|trace| match trace {
            Trace::Known(Paths { trajectory, .. }) => trajectory.steps.len(),
            _ => 0,
        })
    }

    /// The record shown, or the last.
    fn place(self) -> usize {
        let last = self.count().saturating_sub(1);
        self.record.get().map_or(last, |record| record.min(last))
    }

    /// Step of a record.
    pub fn step(self, record: usize) -> u32 {
        self.trace.with(|trace| {
            match trace {
                Trace::Known(Paths { trajectory, .. }) => trajectory.steps.get(record).copied(),
                _ => None,
            }
            .unwrap_or(0)
        })
    }

    fn stop(self) {
        if let Some(handle) = self.timer.try_update_value(Option::take).flatten() {
            handle.clear();
        }
        self.playing.set(false);
    }

    /// Plays on, from the start when the end is shown; or stops.
    fn toggle(self) {
        if self.playing.get_untracked() {
            return self.stop();
        }
        let count = untrack(|| self.count());
        if untrack(|| self.place()) + 1 >= count {
            self.record.set(Some(0));
        }
        let stride = count.div_ceil(FRAMES).max(1);
        let advance = move || {
            let next = untrack(|| self.place()) + stride;
            self.record.set(Some(next.min(count.saturating_sub(1))));
            if next + 1 >= count {
                self.stop();
            }
        };
        if let Ok(handle) = set_interval_with_handle(advance, FRAME) {
            self.timer.set_value(Some(handle));
            self.playing.set(true);
        }
    }
}

/// The scrubber, or what is in its place while there is nothing to scrub through.
#[component]
pub fn Scrubber(
    /// What it moves.
    replay: Replay,
) -> impl IntoView {
    let known = Memo::new(move |_| replay.count() > 0);
    let state = move || match replay.trace.get() {
        Trace::None => {
            let long = replay.subject.get().filter(|(sweep, _)| work(sweep) > CHEAP)?;
            Some(ask(replay, &long.0).into_any())
        }
        Trace::Waiting => {
            let words = "Training these models again, to keep every step …";
            Some(view! { <p class="pixel-hint" role="status">{words}</p> }.into_any())
        }
        Trace::Failed(why) => {
            Some(view! { <p class="pixel-hint" role="alert">{why}</p> }.into_any())
        }
        Trace::Known(_) => None,
    };
    let scrub = move |event: leptos::ev::Event| {
        if let Ok(record) = event_target_value(&event).parse() {
            replay.stop();
            replay.record.set(Some(record));
        }
    };
    // The page's own meaning of the space bar is to pause the run.
    let key = move |event: KeyboardEvent| {
        if event.key() == " " {
            event.prevent_default();
            replay.toggle();
        }
    };
    let words = move || {
        let end = replay.step(replay.count().saturating_sub(1));
        format!("step {} of {end}", replay.step(replay.place()))
    };
    view! {
        {state}
        <Show when=move || known.get()>
            <div class="scrubber" role="group" aria-label="Replay of the training">
                <button type="button" data-testid="play"
                    aria-label=move || if replay.playing.get() { "Pause the replay" } else { "Play the training" }
                    on:click=move |_| replay.toggle()>
                    {move || if replay.playing.get() { "❚❚" } else { "▶" }}
                </button>
                <input type="range" data-testid="scrubber" min="0" step="1"
                    max=move || replay.count().saturating_sub(1)
                    aria-label="Step of the training" aria-valuetext=words
                    prop:value=move || replay.place()
                    on:input=scrub on:keydown=key />
                <output>{words}</output>
            </div>
        </Show>
    }
}

/// The button that starts what takes long.
fn ask(replay: Replay, sweep: &Sweep) -> impl IntoView + use<> {
    let millions = work(sweep) / 1e6;
    let words = format!(
        "To replay the training, these models have to be trained again, one by one, with some {millions:.0} million samples."
    );
    view! {
        <p class="pixel-hint">{words}</p>
        <button type="button" data-testid="retrace" on:click=move |_| replay.compute()>
            "Train them again"
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_takes_long_is_asked_for() {
        assert!(work(&Sweep::default()) <= CHEAP);
        let sampled = Sweep {
            data: Data::Sampled,
            batch: 1024,
            steps: 20_000,
            repeats: 16,
            ..Sweep::default()
        };
        assert!(work(&sampled) > CHEAP);
    }
}
