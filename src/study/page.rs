//! An experiment's page: what stands where.

use super::figures::{Look, draw, followed, follows, numbers, turns};
use super::form::Form;
use super::link::Opened;
use super::state::{KEYS, Page};
use super::take::{FILES, take};
use super::views::Views;
use super::words::{about, look_for};
use crate::bar::{RunBar, RunNote};
use crate::diagram::cursor::touches;
use crate::export::EmbedFoot;
use crate::format::count;
use crate::header::{Share, Theme};
use crate::keys::{self, Help, HelpButton, HelpDialog};
use crate::notices::Notices;
use crate::status::StatusLine;
use crate::theme::Dark;
use leptos::ev;
use leptos::html::{Details, Div};
use leptos::prelude::*;
use std::time::Duration;
use toy::study::preset::View;
use toy::{Spec, Study};
use wasm_bindgen::JsCast;
use web_sys::Element;

/// How often a figure with a third dimension turns by itself, and by how much.
const BEAT: Duration = Duration::from_millis(60);
const TURN: f64 = 0.012;

/// The page of an experiment.
#[component]
pub fn StudyPage(
    /// What the link says.
    opened: Opened,
) -> impl IntoView {
    let page = Page::new(opened);
    let (dark, help) = (Dark::follow(), Help::new());
    provide_context(dark);
    provide_context(help);
    keys::listen(Box::new(page), dark, help);
    let label = View::ALL.iter().find(|(v, ..)| *v == page.view).map_or("", |(.., label)| label);
    document().set_title(&format!("{label} · Superphase"));
    if page.embed {
        return view! {
            <main class="embed study-embed" aria-label=label>
                {figure(page)}
                <EmbedFoot training=page.run.training link=page.link />
            </main>
        }
        .into_any();
    }
    let presets = page.view.presets().map(|preset| {
        let selected = move || page.preset.get() == preset.name;
        view! { <option value=preset.name prop:selected=selected>{preset.label}</option> }
    });
    // One of another view may be named in a link.
    let stray = Study::PRESETS.iter().filter(|p| p.view != page.view).map(|preset| {
        let chosen = move || page.preset.get() == preset.name;
        view! { <option value=preset.name hidden prop:selected=chosen>{preset.label}</option> }
    });
    let purpose = move || Study::preset(page.preset.get()).map(|preset| preset.about());
    view! {
        <a class="skip" href="#figure">"Skip to the figure"</a>
        <header class="head">
            <h1>"Superphase"</h1>
            <Views current=Some(page.view) choice=page.choice />
            <Share link=Callback::new(move |()| page.link.get_untracked()) />
            <Theme />
            <HelpButton />
        </header>
        <Notices notices=page.notices />
        <RunNote training=page.run.training />
        <main class="study">
            <section class="study-side" aria-label="parameters">
                <label for="preset">"preset"</label>
                <select id="preset" on:change:target=move |event| page.adopt(&event.target().value())>
                    {presets.collect_view()}
                    {stray.collect_view()}
                </select>
                <p class="study-help">{purpose}</p>
                <Form page />
            </section>
            <section class="study-stage" id="figure" aria-label="figure">
                <h2>{label}</h2>
                <p class="lede">{about(page.view)}</p>
                <p class="look-for" data-testid="look-for">
                    {look_for(page.view).0} " "
                    <a href=look_for(page.view).1>"The paper's figure"</a>
                </p>
                <RunBar training=page.run.training command=page.command() />
                {figure(page)}
            </section>
            {status(page)}
        </main>
        <HelpDialog own=KEYS />
    }
    .into_any()
}

/// The figure, what it can be looked at with, its numbers and files.
fn figure(page: Page) -> impl IntoView {
    let run = page.run;
    let plate = NodeRef::<Div>::new();
    let look =
        RwSignal::new(Look { width: 0.0, turn: (0.6, 0.35), frame: usize::MAX, follow: None });
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
        run.with(|found| draw(page.view, found, look)).filter(|_| look.width > 0.0)
    });
    let shown =
        move || drawn.with(|drawn| drawn.as_ref().map_or(String::new(), |d| d.text.clone()));
    let (details, open) = (NodeRef::<Details>::new(), RwSignal::new(false));
    let toggled = move |_| open.set(details.get_untracked().is_some_and(|details| details.open()));
    let table = move || {
        if open.get() {
            run.drawn.track();
            run.with(numbers)
        } else {
            String::new()
        }
    };
    let told = RwSignal::new(String::new());
    let files = FILES.iter().enumerate().map(|(which, (label, what, ending, _))| {
        let id = if what.is_empty() { format!("save-{ending}") } else { format!("save-{what}") };
        let save = move |_| take(page, which, drawn.get_untracked(), told);
        view! { <button type="button" data-testid=id on:click=save>{*label}</button> }
    });
    let solid = Memo::new(move |_| {
        run.drawn.track();
        run.with(|found| turns(page.view, found))
    });
    rotate(solid, look);
    let held = move |event: &ev::PointerEvent| solid.get_untracked() && event.buttons() & 1 == 1;
    let turned = move |event: ev::PointerEvent| {
        if held(&event) {
            let (dx, dy) = (f64::from(event.movement_x()), f64::from(event.movement_y()));
            look.update(|look| look.turn = (look.turn.0 - 0.01 * dx, look.turn.1 + 0.01 * dy));
        }
    };
    let touch = Touch { said: RwSignal::new(String::new()), look };
    view! {
        {follows(page.view).then(|| follow_menu(page, look))}
        <p class="said" data-testid="said" aria-live="polite">
            {move || match look.get().follow {
                Some(feature) => {
                    run.drawn.track();
                    run.with(|found| followed(found, feature))
                }
                None => match touch.said.get() {
                    said if said.is_empty() && touches() => "Touch a part of the figure to read it.".into(),
                    said if said.is_empty() => "Point at a part of the figure to read it.".into(),
                    said => said,
                },
            }}
        </p>
        <div
            class="plate"
            class:solid=move || solid.get()
            data-testid="plate"
            node_ref=plate
            inner_html=shown
            on:pointermove=move |event| {
                touch.point(&event);
                turned(event);
            }
            on:click=move |event| touch.click(&event)
        ></div>
        {(page.view == View::Dynamics).then(|| scrubber(page, look))}
        {(!page.embed).then(|| view! {
            <div class="bar saves" role="group" aria-label="save">
                {files.collect_view()}
                <span role="status">{told}</span>
            </div>
            <details class="numbers" node_ref=details on:toggle=toggled>
                <summary>"The numbers in a table"</summary>
                <div class="numbers-table" tabindex="0" role="region" aria-label="numbers" inner_html=table></div>
            </details>
        })}
    }
}

/// What pointing at parts of a figure does.
#[derive(Clone, Copy)]
struct Touch {
    /// What is said of the part pointed at.
    said: RwSignal<String>,
    look: RwSignal<Look>,
}

impl Touch {
    /// Says what the figure says of the part under the pointer.
    fn point(self, event: &ev::MouseEvent) {
        let part = target(event).and_then(|at| at.closest("circle, path, rect, g").ok().flatten());
        let title = part.and_then(|part| part.query_selector(":scope > title").ok().flatten());
        let words = title.and_then(|title| title.text_content()).unwrap_or_default();
        if !words.is_empty() && self.said.with_untracked(|said| *said != words) {
            self.said.set(words);
        }
    }

    /// Follows the feature under the pointer, or no longer.
    fn click(self, event: &ev::MouseEvent) {
        self.point(event);
        let part = target(event).and_then(|at| at.closest("[data-feature]").ok().flatten());
        let feature = part.and_then(|part| part.get_attribute("data-feature")?.parse().ok());
        if let Some(feature) = feature {
            self.look.update(|look| {
                look.follow = (look.follow != Some(feature)).then_some(feature);
            });
        }
    }
}

fn target(event: &ev::MouseEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// The feature that is followed, to be chosen without pointing at it.
fn follow_menu(page: Page, look: RwSignal<Look>) -> impl IntoView {
    let count = Memo::new(move |_| page.study.with(|study| study.features as usize));
    let options = move || {
        let option = |feature: usize| {
            let chosen = move || look.get().follow == Some(feature);
            view! { <option value=feature.to_string() prop:selected=chosen>{feature + 1}</option> }
        };
        (0..count.get()).map(option).collect_view()
    };
    view! {
        <label class="follow">
            <span>"follow feature"</span>
            <select data-testid="follow" on:change:target=move |event| {
                look.update(|look| look.follow = event.target().value().parse().ok());
            }>
                <option value="" prop:selected=move || look.get().follow.is_none()>"none"</option>
                {options}
            </select>
        </label>
    }
}

/// Turns what has three dimensions slowly, unless the reader wants nothing to move.
fn rotate(solid: Memo<bool>, look: RwSignal<Look>) {
    let still = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
    if still.is_some_and(|query| query.matches()) {
        return;
    }
    let beat = move || {
        if solid.get_untracked() {
            look.update(|look| look.turn.0 += TURN);
        }
    };
    // It turns as long as the page is open.
    let _ = set_interval_with_handle(beat, BEAT);
}

/// The step of the film that is shown.
fn scrubber(page: Page, look: RwSignal<Look>) -> impl IntoView {
    let run = page.run;
    let frames = move || {
        run.drawn.track();
        run.with(|f| f.film.iter().filter(|frame| !frame.snapshots.is_empty()).count())
    };
    let last = Memo::new(move |_| frames().saturating_sub(1));
    let at = move || look.get().frame.min(last.get());
    let step = move || {
        let frame = at();
        run.with(|f| f.film.iter().filter(|f| !f.snapshots.is_empty()).nth(frame).map(|f| f.step))
    };
    view! {
        <label class="scrubber">
            <span>{move || format!("step {}", count(step().unwrap_or(0).into()))}</span>
            <input
                type="range"
                min="0"
                max=move || last.get()
                data-testid="scrubber"
                aria-valuetext=move || format!("step {}", step().unwrap_or(0))
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
    let models = Signal::derive(move || page.study.with(Study::models));
    let steps = Signal::derive(move || page.study.with(|own| own.steps));
    view! { <StatusLine training=page.run.training choice=page.choice models steps /> }
}
