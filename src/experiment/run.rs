//! A run that is shown as a film: what trains, how far it is and what it has found.

use super::page::Run;
use crate::training::{Event, KEEP, Training, cores};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use toy::Spec;
use toy::study::Wanted;
use trainer::{Habits, Order, Shown};
use wire::{Choice, Job};

/// A form that is still being changed is trained again when it has rested for so many seconds.
const REST: f64 = 0.15;
/// Figures follow no closer than this.
const SOON: Duration = Duration::from_millis(300);

/// What a run has found.
pub trait Hear: Default + 'static {
    /// Takes in what the run has to show.
    fn hear(&mut self, what: Shown);
}

/// How runs of experiments behave.
pub fn habits() -> Habits {
    Habits { cores: cores(), previews: false, rest: REST, cheap: 0.0, keep: KEEP }
}

/// The run, as signals; copies are handles to the same run.
pub struct FilmRun<F: 'static> {
    /// Counts what is worth a new drawing.
    pub drawn: RwSignal<u32>,
    training: Training,
    found: StoredValue<Rc<RefCell<F>>, LocalStorage>,
}

impl<F: 'static> Clone for FilmRun<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F: 'static> Copy for FilmRun<F> {}

impl<F: 'static> Run for FilmRun<F> {
    fn training(self) -> Training {
        self.training
    }
}

impl<F: Hear> FilmRun<F> {
    /// A run with so many frames that follows a spec and the choice of engine from now on.
    pub fn follow<S>(spec: RwSignal<S>, choice: RwSignal<Choice>, frames: u32) -> Self
    where
        S: Spec,
        Job: From<S>,
    {
        let found = Rc::new(RefCell::new(F::default()));
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
        let training = Training::new(habits(), show);
        Effect::new(move || {
            let order = Order {
                wanted: Wanted::MEASURES,
                frames,
                ..Order::of(Job::from(spec.get()), choice.get())
            };
            training.tell(Event::Order(Some(order)));
        });
        Self { drawn, training, found: StoredValue::new_local(found) }
    }

    /// Reads what has been found.
    pub fn with<T>(self, read: impl FnOnce(&F) -> T) -> T {
        self.found.with_value(|found| read(&found.borrow()))
    }

    /// Notes something beside what has been found.
    pub fn note(self, note: impl FnOnce(&mut F)) {
        self.found.with_value(|found| note(&mut found.borrow_mut()));
    }
}
