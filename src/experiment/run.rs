//! A run that is shown as a film: what trains, how far it is and what it has found.

use super::page::Run;
use crate::origin::Origin;
use crate::training::{Event, KEEP, Training, cores};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use toy::Spec;
use trainer::{Habits, Order, Shown, Stage};
use wire::Choice;

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
    /// Where the models are from, unless they were trained.
    origin: RwSignal<Option<Origin>>,
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
    /// A run that follows a spec and the choice of engine from now on; `order` says what to train.
    pub fn follow<S: Spec>(
        spec: RwSignal<S>,
        choice: RwSignal<Choice>,
        order: impl Fn(&S, Choice) -> Order + 'static,
    ) -> Self {
        let origin = RwSignal::new(None);
        let found = Rc::new(RefCell::new(F::default()));
        let (drawn, waiting) = (RwSignal::new(0u32), StoredValue::new(false));
        let own = found.clone();
        let show = move |what: Shown| {
            if matches!(what, Shown::Begun { .. }) && origin.with_untracked(Option::is_some) {
                origin.set(None);
            }
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
            training.tell(Event::Order(Some(order(&spec.get(), choice.get()))));
        });
        Effect::new(move || {
            // What is done is shown with the word.
            if training.stage.get() == Stage::Done {
                drawn.update(|count| *count = count.wrapping_add(1));
            }
        });
        Self { drawn, training, origin, found: StoredValue::new_local(found) }
    }

    /// Shows models of a file; nothing trains until the form says something else than the order.
    pub fn adopt(self, order: Order, found: F, file: String) {
        self.training.tell(Event::Adopt(order));
        self.origin.set(Some(Origin::File(file)));
        self.note(|own| *own = found);
        self.drawn.update(|count| *count = count.wrapping_add(1));
    }

    /// Where the models are from, unless they were trained.
    pub fn origin(self) -> Option<Origin> {
        self.origin.get_untracked()
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
