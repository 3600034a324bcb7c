//! What a diagram shows, as a menu, and what the run behind it is doing.

use crate::bar::stage_words;
use crate::format::duration;
use crate::source::{Side, Source};
use crate::state::State;
use leptos::prelude::*;
use toy::{Spec, Sweep};
use trainer::Stage;

/// What the menu's words for protocols begin with.
const PROTOCOL: &str = "protocol:";

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
