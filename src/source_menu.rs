//! What a diagram shows, as a menu, and what the run behind it is doing.

use crate::bar::{HERE, stage_words};
use crate::format::duration;
use crate::origin::Origin;
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
    let own = move || {
        (0u8..).zip(state.kept).filter_map(move |(number, slot)| {
            let kept = Source::Kept(number);
            let chosen = move || source() == kept;
            let name = slot.name()?;
            let label = format!("kept {}", number + 1);
            Some(view! { <option value=kept.word() title=name prop:selected=chosen>{label}</option> })
        })
    };
    let any = Memo::new(move |_| state.kept.iter().any(|slot| slot.sweep.with(Option::is_some)));
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
                    {move || kept().then(|| option(Source::Other, "other settings"))}
                </optgroup>
                {move || any.get().then(|| view! {
                    <optgroup label="kept">{own().collect_view()}</optgroup>
                })}
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
    // What was kept has its pixels, unless a link has only said what it was.
    let run = move || match state.source(side) {
        Source::Other => Some(state.other.run),
        Source::Kept(slot) => {
            let slot = state.kept.get(usize::from(slot))?;
            (!slot.frozen.get()).then_some(slot.run)
        }
        _ => None,
    };
    let words = move || {
        let run = run()?;
        let percent = (100.0 * run.progress.get().part).floor();
        match run.stage.get() {
            Stage::Done => None,
            Stage::Failed(why) => Some(why),
            Stage::Asking(seconds) => {
                Some(format!("Training this takes about {}.", duration(seconds)))
            }
            stage @ Stage::Training => Some(format!("{} {percent} %", stage_words(&stage, None))),
            stage => Some(stage_words(&stage, run.engine.get().as_ref()).to_owned()),
        }
    };
    let waits = move || {
        let stage = run().map(|run| run.stage.get());
        matches!(stage, Some(Stage::Asking(_) | Stage::Offered(_) | Stage::Failed(_)))
    };
    let train = move |_| {
        if let Some(run) = untrack(run) {
            run.train();
        }
    };
    move || {
        words().map(|words| {
            let shipped = run().is_some_and(|run| run.origin.with(|o| o.as_ref().is_some_and(Origin::is_shipped)));
            view! {
                <p class="other-note" data-testid="other-note">
                    <span role="status">{words}</span>
                    {waits().then(|| view! {
                        <button type="button" on:click=train>{if shipped { HERE } else { "Train" }}</button>
                    })}
                </p>
            }
        })
    }
}
