//! The run of bottlenecks: what trains, how far it is and what it has found.

use super::found::Found;
use crate::bar::toggle;
use crate::training::{Event, KEEP, Training, cores};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use toy::study::Wanted;
use toy::translation::Translation;
use trainer::{Habits, Order, Shown};
use wire::{Choice, Job};

/// A form that is still being changed is trained again when it has rested for so many seconds.
const REST: f64 = 0.15;
/// Frames of the film of a run.
const FRAMES: u32 = 9;
/// Figures follow no closer than this.
const SOON: Duration = Duration::from_millis(300);

/// The run, as signals; copies are handles to the same run.
#[derive(Clone, Copy)]
pub struct TranslationRun {
    /// Counts what is worth a new drawing.
    pub drawn: RwSignal<u32>,
    /// What trains it.
    pub training: Training,
    found: StoredValue<Rc<RefCell<Found>>, LocalStorage>,
}

impl TranslationRun {
    /// A run that follows the translation and the choice of engine from now on.
    pub fn follow(translation: RwSignal<Translation>, choice: RwSignal<Choice>) -> Self {
        let found = Rc::new(RefCell::new(Found::default()));
        let (drawn, waiting) = (RwSignal::new(0u32), StoredValue::new(false));
        let own = found.clone();
        let show = move |what: Shown| {
            own.borrow_mut().hear(what);
            if waiting.try_update_value(|waiting| std::mem::replace(waiting, true)) == Some(false) {
                let draw = move || {
                    waiting.set_value(false);
                    drawn.update(|count| *count = count.wrapping_add(1));
                };
                set_timeout(draw, SOON);
            }
        };
        let habits = Habits { cores: cores(), previews: false, rest: REST, cheap: 0.0, keep: KEEP };
        let training = Training::new(habits, show);
        Effect::new(move || {
            let order = Order {
                wanted: Wanted::MEASURES,
                frames: FRAMES,
                ..Order::of(Job::from(translation.get()), choice.get())
            };
            training.tell(Event::Order(Some(order)));
        });
        Self { drawn, training, found: StoredValue::new_local(found) }
    }

    /// Reads what has been found.
    pub fn with<T>(self, read: impl FnOnce(&Found) -> T) -> T {
        self.found.with_value(|found| read(&found.borrow()))
    }

    /// Notes that the reader's sentence is asked for at this step.
    pub fn asked(self) {
        self.found.with_value(|found| {
            let mut found = found.borrow_mut();
            found.asked_at = Some(found.now.step);
        });
    }

    /// Pauses what trains, goes on with what waits, trains what is done.
    pub fn toggle(self) {
        toggle(self.training);
    }

    /// Takes one step and waits.
    pub fn step(self) {
        self.training.tell(Event::Step(1));
    }

    /// Goes back to step 0 and waits there.
    pub fn reset(self) {
        self.training.tell(Event::Reset);
    }
}
