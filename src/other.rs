//! Another run to compare with: the same pixels, trained by another protocol.

use crate::run::Run;
use crate::view::alone;
use leptos::prelude::*;
use toy::Sweep;
use toy::phase::Thresholds;
use toy::spec::Spec;
use toy::sweep::{Preset, with_protocol};
use wire::Choice;

/// The other run; copies are handles to the same.
#[derive(Clone, Copy)]
pub struct Other {
    /// How it is trained; all that concerns the diagram is at its default.
    pub protocol: RwSignal<Sweep>,
    /// The preset that this is, if it is one.
    pub preset: Memo<Option<&'static str>>,
    /// All of what it trains.
    pub own: RwSignal<Sweep>,
    /// The run itself.
    pub run: Run,
}

impl Other {
    /// The other run: it has the diagram of `sweep`, and trains only while it is wanted.
    pub fn follow(
        protocol: Sweep,
        sweep: RwSignal<Sweep>,
        choice: RwSignal<Choice>,
        thresholds: RwSignal<Thresholds>,
        wanted: Signal<bool>,
    ) -> Self {
        let protocol = RwSignal::new(alone(&protocol));
        let all = move || sweep.with(|sweep| protocol.with(|p| with_protocol(sweep, p)));
        let own = RwSignal::new(untrack(all));
        Effect::watch(
            all,
            move |all, _, _| {
                if own.with_untracked(|own| own != all) {
                    own.set(all.clone());
                }
            },
            false,
        );
        let preset = Memo::new(move |_| {
            let same = |p: &&Preset| protocol.with(|own| alone(&(p.spec)()) == *own);
            Sweep::PRESETS.iter().find(same).map(|preset| preset.label)
        });
        Self { protocol, preset, own, run: Run::follow(own, choice, thresholds, wanted) }
    }

    /// Trains by another protocol from now on.
    pub fn train_by(self, protocol: &Sweep) {
        let protocol = alone(protocol);
        if self.protocol.with_untracked(|own| *own != protocol) {
            self.protocol.set(protocol);
        }
    }
}
