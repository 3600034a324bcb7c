//! The experiment's page: what stands where.

use super::figures::{Look, draw};
use super::link::{Opened, TRANSLATION};
use super::sentences::{Five, Own};
use super::state::{KEYS, Page};
use super::take::{FILES, take};
use crate::bar::{RunBar, RunNote};
use crate::controls::{Controls, Item, Line};
use crate::export::EmbedFoot;
use crate::format::count;
use crate::header::{Share, Theme};
use crate::keys::{self, Help, HelpButton, HelpDialog};
use crate::status::StatusLine;
use crate::study::Views;
use crate::theme::Dark;
use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use toy::spec::{Param, Spec};
use toy::translation::Translation;

/// What one sees, for someone who has not read about it.
const ABOUT: &str = "A small model translates a language whose features are known: 64 words of four classes, two genders, two numbers. Between its encoder and its decoder every word has to pass a bottleneck of k dimensions, which alone is trained here. The figure shows how well held-out sentences come through, and what of the words is found in z, beside bottlenecks that nobody trained: principal components, random directions, and the same before its first step.";

/// The page of the experiment.
#[component]
pub fn TranslationPage(
    /// What the link says.
    opened: Opened,
) -> impl IntoView {
    let page = Page::new(opened);
    let (dark, help) = (Dark::follow(), Help::new());
    provide_context(dark);
    provide_context(help);
    keys::listen(Box::new(page), dark, help);
    document().set_title(&format!("{} · Superphase", TRANSLATION.1));
    if page.embed {
        return view! {
            <main class="embed study-embed" aria-label=TRANSLATION.1>
                {figure(page)}
                <EmbedFoot training=page.run.training link=page.link />
            </main>
        }
        .into_any();
    }
    let presets = Translation::PRESETS.iter().map(|preset| {
        let selected = move || page.preset.get() == preset.name;
        view! { <option value=preset.name prop:selected=selected>{preset.label}</option> }
    });
    let purpose = move || Translation::preset(page.preset.get()).map(|preset| preset.about());
    view! {
        <a class="skip" href="#figure">"Skip to the figure"</a>
        <header class="head">
            <h1>"Superphase"</h1>
            <Views current=None word=TRANSLATION.0 choice=page.choice />
            <Share link=Callback::new(move |()| page.link.get_untracked()) />
            <Theme />
            <HelpButton />
        </header>
        {notices(page)}
        <RunNote training=page.run.training />
        <main class="study">
            <section class="study-side" aria-label="parameters">
                <label for="preset">"preset"</label>
                <select id="preset" on:change:target=move |event| page.adopt(&event.target().value())>
                    {presets.collect_view()}
                </select>
                <p class="study-help">{purpose}</p>
                <Controls
                    lines=Translation::PARAMS.iter().map(|param| line(page, param)).collect()
                    outside=page.outside
                    can_undo=Signal::derive(move || page.can_undo())
                    undo=Callback::new(move |()| page.undo())
                />
            </section>
            <section class="study-stage" id="figure" aria-label="figure">
                <h2>{TRANSLATION.1}</h2>
                <p class="lede">{ABOUT}</p>
                <RunBar training=page.run.training command=page.command() />
                {figure(page)}
            </section>
            {status(page)}
        </main>
        <HelpDialog own=KEYS />
    }
    .into_any()
}

fn line(page: Page, param: &'static Param<Translation>) -> Line {
    let Param { name, label, group, rare, help, kind, matters, get, .. } = *param;
    let item = Item {
        name,
        label,
        help,
        kind,
        get: Memo::new(move |_| page.translation.with(get)).into(),
        set: Callback::new(move |text: String| page.set(name, &text)),
        matters: Memo::new(move |_| page.translation.with(matters)).into(),
        most: Signal::stored(None),
    };
    Line { group, rare, item }
}

/// What could not be used of the link.
fn notices(page: Page) -> impl IntoView {
    move || {
        let all = page.notices.get();
        (!all.is_empty()).then(|| {
            view! {
                <aside class="notices" role="status" aria-label="notes about the link">
                    <p>"Not everything in the link could be used: " {all.join(" ")}</p>
                    <button type="button" on:click=move |_| page.notices.set(vec![])>"Dismiss"</button>
                </aside>
            }
        })
    }
}

/// The figure, what it can be looked at with, and its files.
fn figure(page: Page) -> impl IntoView {
    let run = page.run;
    let plate = NodeRef::<Div>::new();
    let look = RwSignal::new(Look { width: 0.0, frame: usize::MAX });
    let measure = move || {
        if let Some(plate) = plate.get_untracked() {
            let width = f64::from(plate.client_width());
            if look.with_untracked(|look| look.width != width) {
                look.update(|look| look.width = width);
            }
        }
    };
    Effect::new(move || {
        plate.track();
        measure();
    });
    let resized = window_event_listener(ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    let drawn = Memo::new(move |_| {
        run.drawn.track();
        let look = look.get();
        run.with(|found| draw(found, look)).filter(|_| look.width > 0.0)
    });
    let shown =
        move || drawn.with(|drawn| drawn.as_ref().map_or(String::new(), |d| d.text.clone()));
    let told = RwSignal::new(String::new());
    let files = FILES.iter().enumerate().map(|(which, (label, what, ending, _))| {
        let id = if what.is_empty() { format!("save-{ending}") } else { format!("save-{what}") };
        let save = move |_| take(page, which, drawn.get_untracked(), told);
        view! { <button type="button" data-testid=id on:click=save>{*label}</button> }
    });
    view! {
        {scrubber(page, look)}
        <div class="plate" data-testid="plate" node_ref=plate inner_html=shown></div>
        {(!page.embed).then(|| view! {
            <Five page look />
            <Own page />
            <div class="bar saves" role="group" aria-label="save">
                {files.collect_view()}
                <span role="status">{told}</span>
            </div>
        })}
    }
}

/// The step of the film that is shown.
fn scrubber(page: Page, look: RwSignal<Look>) -> impl IntoView {
    let run = page.run;
    let last = Memo::new(move |_| {
        run.drawn.track();
        run.with(|found| found.film.len())
    });
    let at = move || look.get().frame.min(last.get());
    let step = move || {
        run.drawn.track();
        run.with(|found| found.frame(look.get().frame).map_or(0, |frame| frame.step))
    };
    view! {
        <label class="scrubber">
            <span>{move || format!("step {}", count(step().into()))}</span>
            <input
                type="range"
                min="0"
                max=move || last.get()
                data-testid="scrubber"
                aria-valuetext=move || format!("step {}", step())
                prop:value=move || at().to_string()
                on:input:target=move |event| {
                    let frame = event.target().value().parse().unwrap_or(usize::MAX);
                    // At its end it follows the run.
                    let frame = if frame >= last.get_untracked() { usize::MAX } else { frame };
                    look.update(|look| look.frame = frame);
                }
            />
        </label>
    }
}

/// The status line.
fn status(page: Page) -> impl IntoView {
    let models = Signal::derive(move || page.translation.with(Translation::models));
    let steps = Signal::derive(move || page.translation.with(|own| own.steps));
    view! { <StatusLine training=page.run.training choice=page.choice models steps /> }
}
