//! Another run to compare with: the same pixels, trained by another protocol or kept from before.

use crate::format::duration;
use crate::run::Run;
use crate::source::{Side, Source};
use crate::state::State;
use crate::status::stage_words;
use leptos::prelude::*;
use toy::Sweep;
use toy::phase::Thresholds;
use toy::spec::{Spec, link};
use toy::sweep::{Preset, with_protocol};
use trainer::Stage;
use wire::Choice;

/// The other run; copies are handles to the same.
#[derive(Clone, Copy)]
pub struct Other {
    /// How it is trained; all that concerns the diagram is at its default.
    pub protocol: RwSignal<Sweep>,
    /// The preset that this is, if it is one.
    pub preset: Memo<Option<&'static str>>,
    /// The run itself.
    pub run: Run,
    sweep: RwSignal<Sweep>,
}

/// What the menu's words for protocols begin with.
const PROTOCOL: &str = "protocol:";

/// A protocol by itself.
fn alone(sweep: &Sweep) -> Sweep {
    with_protocol(&Sweep::default(), sweep)
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
        Self { protocol, preset, run: Run::follow(own, choice, thresholds, wanted), sweep: own }
    }

    /// Trains by another protocol from now on.
    pub fn train_by(self, protocol: &Sweep) {
        let protocol = alone(protocol);
        if self.protocol.with_untracked(|own| *own != protocol) {
            self.protocol.set(protocol);
        }
    }

    /// Keeps a run as it is; one that is not complete, or from a file, is trained again.
    pub fn keep(self, run: Run) {
        let shown = run.shown.get_untracked();
        self.train_by(&shown);
        let trained = run.source.with_untracked(Option::is_none);
        if trained && untrack(|| run.is_complete()) {
            self.run.take_over(shown.clone(), run.picture.get_untracked());
            self.sweep.set(shown);
        }
    }
}

/// What a link says of a protocol: the name of a preset, or else what differs from the default.
pub fn pairs(protocol: &Sweep) -> Vec<(String, String)> {
    let protocol = alone(protocol);
    let preset = Sweep::PRESETS.iter().find(|preset| alone(&(preset.spec)()) == protocol);
    match preset {
        Some(preset) => vec![(Sweep::PRESET_KEY.to_owned(), preset.name.to_owned())],
        // The version stands there already.
        None => link::pairs(&protocol, None).into_iter().skip(1).collect(),
    }
}

/// What the diagram on one side shows, as a menu.
#[component]
pub fn Menu(
    /// Left or right.
    side: Side,
) -> impl IntoView {
    let state = expect_context::<State>();
    let other = state.other;
    let source = move || state.source(side);
    let option = move |value: Source, label: &'static str| {
        let chosen = move || source() == value;
        view! { <option value=value.word() prop:selected=chosen>{label}</option> }
    };
    let presets = Sweep::PRESETS.iter().map(|preset| {
        let chosen = move || source() == Source::Other && other.preset.get() == Some(preset.label);
        let value = format!("{PROTOCOL}{}", preset.name);
        view! { <option value=value title=preset.about() prop:selected=chosen>{preset.label}</option> }
    });
    let presets = presets.collect_view();
    let kept = move || other.preset.get().is_none();
    let choose = move |value: String| {
        let preset = value.strip_prefix(PROTOCOL).and_then(Sweep::preset);
        if let Some(preset) = preset {
            other.train_by(&state.sweep.with_untracked(|sweep| preset.for_model_of(sweep)));
        }
        if let Some(source) = preset.map(|_| Source::Other).or_else(|| Source::parse(&value)) {
            state.sources[side.index()].set(source);
        }
    };
    view! {
        <label class="source-menu">
            <span class="visually-hidden">{format!("the {} diagram shows", side.word())}</span>
            <select data-testid=format!("source-{}", side.word())
                on:change:target=move |event| choose(event.target().value())>
                {option(Source::Trained, "trained")}
                {option(Source::Ansatz, "closed-form theory")}
                {option(Source::Optimum, "true optimum")}
                <optgroup label="another run of the same diagram">
                    {presets}
                    {move || kept().then(|| option(Source::Other, "kept run"))}
                </optgroup>
            </select>
        </label>
    }
}

/// What the other run is doing, while its diagram is not complete.
#[component]
pub fn OtherNote(
    /// Left or right.
    side: Side,
) -> impl IntoView {
    let state = expect_context::<State>();
    let run = state.other.run;
    let words = move || {
        let percent = (100.0 * run.progress.get().part).floor();
        match run.stage.get() {
            _ if state.source(side) != Source::Other => None,
            Stage::Done => None,
            Stage::Failed(why) => Some(why),
            Stage::Asking(seconds) => {
                Some(format!("Training this takes about {}.", duration(seconds)))
            }
            stage @ Stage::Training => Some(format!("{} {percent} %", stage_words(&stage, None))),
            stage => Some(stage_words(&stage, run.engine.get().as_ref()).to_owned()),
        }
    };
    let waits =
        move || matches!(run.stage.get(), Stage::Asking(_) | Stage::Offered(_) | Stage::Failed(_));
    move || {
        words().map(|words| {
            view! {
                <p class="other-note" data-testid="other-note">
                    <span role="status">{words}</span>
                    {waits().then(|| view! {
                        <button type="button" on:click=move |_| run.train()>"Train"</button>
                    })}
                </p>
            }
        })
    }
}
