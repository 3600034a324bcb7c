//! The status line: engine, size, speed, progress, agreement; and what to do when a run failed.

use crate::bar::{Failure, stage_words};
use crate::format::{count, duration, plural, sentence, si};
use crate::panel::Panels;
use crate::state::State;
use crate::training::Training;
use leptos::prelude::*;
use toy::Sweep;
use trainer::{Engine, Stage};
use wire::{CHOICES, Choice, Kind};

/// The diagram's status line.
#[component]
pub fn Status() -> impl IntoView {
    let state = expect_context::<State>();
    // Of what is asked for, which need not be what is shown.
    let models = Signal::derive(move || state.sweep.with(Sweep::models));
    let steps = Signal::derive(move || state.run.shown.with(|sweep| sweep.steps));
    view! {
        <StatusLine training=state.run.training choice=state.choice models steps>
            <Agreement />
        </StatusLine>
    }
}

/// A run's status line: engine, models, speed, progress; and what to do when it failed.
#[component]
pub fn StatusLine(
    /// The run.
    training: Training,
    /// The engine asked for.
    choice: RwSignal<Choice>,
    /// How many models it has.
    models: Signal<u64>,
    /// How many steps each of them takes.
    steps: Signal<u32>,
    /// What else there is to say.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let Training { stage, engine, progress, .. } = training;
    let word = Memo::new(move |_| engine.with(|engine| stage_words(&stage.get(), engine.as_ref())));
    let models = move || plural(models.get(), "model");
    let rate = move || {
        let rate = progress.get().rate;
        (rate > 0.0).then(|| format!("{} model-steps/s", si(rate)))
    };
    let percent = Memo::new(move |_| match stage.get() {
        Stage::Done => 100.0,
        _ => (progress.get().part * 100.0).floor(),
    });
    let left = move || {
        let left = progress.get().left;
        let trains = matches!(stage.get(), Stage::Training) && left.is_finite();
        trains.then(|| format!("{} left", duration(left)))
    };
    // Where it stands matters to whoever steps.
    let step = move || {
        let (step, steps) = (progress.get().step, steps.get());
        let waits = stage.get() == Stage::Paused;
        waits.then(|| format!("step {} of {}", count(step.into()), count(steps.into())))
    };
    view! {
        <footer class="status" aria-label="status">
            <div class="line">
                <EngineChoice engine choice />
                <span class="stage" role="status">{word}</span>
                <span class="figure">{models}</span>
                <span class="figure rate">{rate}</span>
                <span class="progress">
                    <progress max="100" value=percent aria-label="progress of the run"></progress>
                    <span class="figure percent">{move || format!("{} %", percent.get())}</span>
                </span>
                <span class="figure step">{step}</span>
                <span class="figure left">{left}</span>
                {children.map(|children| children())}
            </div>
            <Failure training choice />
        </footer>
    }
}

/// Which engine is asked for, which one runs, and why.
#[component]
fn EngineChoice(engine: RwSignal<Option<Engine>>, choice: RwSignal<Choice>) -> impl IntoView {
    let options = CHOICES
        .map(|(own, word, label)| {
            let selected = move || choice.get() == own;
            view! { <option value=word prop:selected=selected>{label}</option> }
        })
        .collect_view();
    let engine =
        move |words: fn(&Engine) -> String| engine.with(|engine| engine.as_ref().map(words));
    let words = |engine: &Engine| match (engine.kind, engine.workers) {
        (Kind::Gpu, _) => format!("WebGPU ({})", engine.name),
        (Kind::Cpu, 1) => "CPU".to_owned(),
        (Kind::Cpu, workers) => format!("CPU, {workers} workers"),
    };
    view! {
        <span class="engine">
            <label for="engine">"engine"</label>
            <select
                id="engine"
                on:change:target=move |event| {
                    choice.set(Choice::parse(&event.target().value()).unwrap_or_default());
                }
            >
                {options}
            </select>
            <span class="name" title=move || engine(|engine| engine.name.clone())>
                {move || engine(words)}
            </span>
            <span class="reason" title=move || engine(|engine| sentence(&engine.reason))>
                {move || engine(|engine| sentence(&engine.reason))}
            </span>
        </span>
    }
}

/// How much the two diagrams agree.
#[component]
fn Agreement() -> impl IntoView {
    let panels = expect_context::<Panels>();
    let fraction = Memo::new(move |_| panels.agreement());
    move || {
        fraction.get().map(|part| {
            let [left, right] = panels.sides.map(|panel| panel.source.get());
            let percent = format!("{:.1} %", 100.0 * part);
            let whole = format!("{} and {} have the same phase", left.name(), right.name());
            view! {
                <span class="figure agreement" data-testid="agreement" title=whole.clone()>
                    {percent}" of pixels agree"
                    <span class="visually-hidden">": "{whole.clone()}</span>
                </span>
            }
        })
    }
}
