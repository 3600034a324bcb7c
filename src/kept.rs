//! Runs that were kept: their pixels stay as they were, whatever is trained next.

use crate::origin::Origin;
use crate::run::Run;
use leptos::prelude::*;
use toy::Sweep;
use toy::phase::Thresholds;
use toy::picture::Picture;
use toy::spec::{Spec, link};
use wire::Choice;

/// How many runs can be kept at once: two to be shown beside each other, and one more.
pub const SLOTS: usize = 3;

/// A place for a run; copies are handles to the same.
#[derive(Clone, Copy)]
pub struct Slot {
    /// What is kept there; nothing while it is empty.
    pub sweep: RwSignal<Option<Sweep>>,
    /// Its pixels. It trains only when a link says what was kept, without its pixels.
    pub run: Run,
    order: RwSignal<Sweep>,
    /// Whether it has all its pixels, which nothing changes then.
    pub frozen: RwSignal<bool>,
}

impl Slot {
    /// A slot, in which a link may say that a run was kept; it trains that while `shown`.
    pub fn follow(
        sweep: Option<Sweep>,
        choice: RwSignal<Choice>,
        thresholds: RwSignal<Thresholds>,
        shown: Signal<bool>,
    ) -> Self {
        let order = RwSignal::new(sweep.clone().unwrap_or_default());
        let (sweep, frozen) = (RwSignal::new(sweep), RwSignal::new(false));
        let wanted =
            Memo::new(move |_| shown.get() && !frozen.get() && sweep.with(Option::is_some));
        let run = Run::follow(order, choice, thresholds, wanted.into());
        Effect::new(move || {
            if wanted.get() && run.is_complete() {
                frozen.set(true);
            }
        });
        Self { sweep, run, order, frozen }
    }

    /// Keeps these pixels; `origin` is where they are from, if they were not trained.
    pub fn keep(self, sweep: Sweep, picture: Picture, origin: Option<Origin>) {
        self.frozen.set(true);
        self.order.set(sweep.clone());
        self.run.hold(sweep.clone(), picture, origin);
        self.sweep.set(Some(sweep));
    }

    /// Goes to what a link says was kept, unless it is that already.
    pub fn show(self, sweep: Option<Sweep>) {
        let Some(sweep) = sweep else { return };
        if self.sweep.with_untracked(|own| own.as_ref() != Some(&sweep)) {
            self.frozen.set(false);
            self.order.set(sweep.clone());
            self.sweep.set(Some(sweep));
        }
    }

    /// What is kept, in a few words.
    pub fn name(self) -> Option<String> {
        let origin = self.run.origin.get().map(|origin| origin.words());
        origin.or_else(|| self.sweep.with(|sweep| sweep.as_ref().map(words)))
    }
}

/// What a sweep is, in a few words: what a link says of it.
fn words(sweep: &Sweep) -> String {
    let preset = Sweep::PRESETS
        .iter()
        .find(|preset| preset.for_model_of(sweep) == *sweep && sweep.features == 2);
    if let Some(preset) = preset {
        return preset.label.to_owned();
    }
    // The version says nothing.
    let pairs = link::pairs(sweep, None).into_iter().skip(1);
    pairs.map(|(key, value)| format!("{key} {value}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_runs_are_called_what_they_are() {
        assert_eq!(words(&Sweep::default()), Sweep::PRESETS[0].label);
        let sweep = Sweep { features: 3, lr: 0.1, ..Sweep::default() };
        assert_eq!(words(&sweep), "features 3, lr 0.1");
    }
}
