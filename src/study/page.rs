//! An experiment's page: what stands where.

use super::figures::{Look, draw, followed, follows, numbers, turns};
use super::link::open;
use super::load::listen;
use super::losses::Losses;
use super::run::{Found, Page, Part, StudyRun};
use super::take::{FILES, take};
use super::words::{about, look_for};
use crate::bar::RunBar;
use crate::bring::Bring;
use crate::comparison::Keep;
use crate::diagram::cursor::touches;
use crate::experiment::{About, Opened, layout, measured, saves, scrubber};
use crate::format::sentence;
use crate::front::Front;
use crate::origin::Origin;
use leptos::ev;
use leptos::html::{Details, Div};
use leptos::prelude::*;
use std::iter::successors;
use std::time::Duration;
use toy::Study;
use toy::comparison::{self, Row};
use toy::study::preset::View;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// How often a figure with a third dimension turns by itself, and by how much.
const BEAT: Duration = Duration::from_millis(60);
const TURN: f64 = 0.012;

/// The page of an experiment.
#[component]
pub fn StudyPage(
    /// What the link says: the view, and the rest.
    opened: (View, Opened<Study>),
) -> impl IntoView {
    let (view, opened) = opened;
    let read = |query: &str| open(query).map(|(_, opened)| opened);
    let page = Page::new(opened, read, |study, choice| StudyRun::follow(view, study, choice));
    let origin = page.run.origin;
    let shipped =
        Signal::derive(move || origin.with(|o| o.as_ref().is_some_and(Origin::is_shipped)));
    let top = move || {
        let (look, figure) = look_for(view);
        view! {
            <p class="lede">{about(view)}</p>
            <p class="look-for" data-testid="look-for">
                {look} " "
                <a href=figure>"The paper's figure"</a>
            </p>
            <RunBar training=page.training() command=page.command() shipped />
        }
        .into_any()
    };
    let about = About { view, models: Study::models, steps: |study| study.steps };
    layout(page, about, top, move || figure(page).into_any())
}

/// The figure, what it can be looked at with, its numbers and files.
fn figure(page: Page) -> impl IntoView {
    let (front, run) = (Front::here(), page.run);
    let plate = NodeRef::<Div>::new();
    let look =
        RwSignal::new(Look { width: 0.0, turn: (0.6, 0.35), frame: usize::MAX, follow: None });
    measured(plate, move |width| {
        if look.with_untracked(|look| look.width != width) {
            look.update(|look| look.width = width);
        }
    });
    let drawn = Memo::new(move |_| {
        run.drawn.track();
        let look = look.get();
        run.with(|found| draw(run.view, found, look)).filter(|_| look.width > 0.0)
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
    let save = move |which: usize| take(page, which, drawn.get_untracked(), told);
    let solid = Memo::new(move |_| {
        run.drawn.track();
        run.with(|found| turns(run.view, found))
    });
    rotate(Memo::new(move |_| front.seen.get() && solid.get()), look);
    let held = move |event: &ev::PointerEvent| solid.get_untracked() && event.buttons() & 1 == 1;
    let turned = move |event: ev::PointerEvent| {
        if event.buttons() & 1 == 1 && scrub(run, look, &event) {
            return;
        }
        if held(&event) {
            let (dx, dy) = (f64::from(event.movement_x()), f64::from(event.movement_y()));
            look.update(|look| look.turn = (look.turn.0 - 0.01 * dx, look.turn.1 + 0.01 * dy));
        }
    };
    let touch = Touch { said: RwSignal::new(String::new()), look };
    let origin = run.origin;
    let earlier =
        move || origin.get().filter(Origin::is_shipped).map(|origin| sentence(&origin.words()));
    view! {
        {move || earlier().map(|words| view! { <p class="earlier" data-testid="earlier">{words}</p> })}
        {follows(run.view).then(|| follow_menu(page, look))}
        <p class="said" data-testid="said" aria-live="polite">
            {move || match look.get().follow {
                Some(feature) => {
                    run.drawn.track();
                    run.with(|found| followed(found, feature))
                }
                None => match touch.said.get() {
                    said if said.is_empty() && touches() => "Touch a part of the figure to read it.".into(),
                    said if said.is_empty() && run.view == View::Dynamics => {
                        "Point at a part of the figure to read it; drag across a chart to go through the steps.".into()
                    }
                    said if said.is_empty() => "Point at a part of the figure to read it.".into(),
                    said => said,
                },
            }}
        </p>
        <div
            class="plate"
            class:solid=move || solid.get()
            class:scrubs=run.view == View::Dynamics
            data-testid="plate"
            node_ref=plate
            inner_html=shown
            on:pointerdown=move |event| {
                if feature(&event).is_none() {
                    scrub(run, look, &event);
                }
            }
            on:pointermove=move |event| {
                touch.point(&event);
                turned(event);
            }
            on:click=move |event| touch.click(&event)
        ></div>
        {(run.view == View::Dynamics).then(|| film_scrubber(run, look))}
        {(!page.embed).then(|| view! {
            {saves(FILES.iter().map(|file| (file.0, file.1, file.2)), save, told)}
            <Keep rows=Callback::new(move |()| run.with(kept)) />
            <Bring
                label="Load a file…"
                accept=".json,.safetensors,.npz,application/json"
                note="or drop it here: results saved here, or W and b of PyTorch, JAX or NumPy"
                files=listen(page)
            />
            <Losses page width=Signal::derive(move || look.get().width) />
            <details class="numbers" node_ref=details on:toggle=toggled>
                <summary>"The numbers in a table"</summary>
                <div class="numbers-table" tabindex="0" role="region" aria-label="numbers" inner_html=table></div>
            </details>
        })}
    }
}

/// Rows of the comparison for the models as they are now.
fn kept(found: &Found) -> Vec<Row> {
    // How models of a reader's file began is not known.
    let start = !matches!(found.origin, Some(Origin::File(_)));
    let of = |part: &Part| comparison::study(&part.study, &part.snapshots, start);
    found.parts.iter().flat_map(of).collect()
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
        let title = |part: &Element| part.query_selector(":scope > title").ok().flatten();
        let inside = |part: &Element| part.tag_name() != "svg";
        let mut parts =
            successors(target(event).filter(inside), |part| part.parent_element().filter(inside));
        let title = parts.find_map(|part| title(&part));
        let words = title.and_then(|title| title.text_content()).unwrap_or_default();
        if !words.is_empty() && self.said.with_untracked(|said| *said != words) {
            self.said.set(words);
        }
    }

    /// Follows the feature under the pointer, or no longer.
    fn click(self, event: &ev::MouseEvent) {
        self.point(event);
        if let Some(feature) = feature(event) {
            self.look.update(|look| {
                look.follow = (look.follow != Some(feature)).then_some(feature);
            });
        }
    }
}

/// The feature under the pointer.
fn feature(event: &ev::MouseEvent) -> Option<usize> {
    let part = target(event)?.closest("[data-feature]").ok().flatten()?;
    part.get_attribute("data-feature")?.parse().ok()
}

/// Shows the step under a pointer that is over a chart against steps; tells whether it is.
fn scrub(run: StudyRun, look: RwSignal<Look>, event: &ev::MouseEvent) -> bool {
    let plate = event.current_target().and_then(|plate| plate.dyn_into::<Element>().ok());
    let charts = plate.and_then(|plate| plate.query_selector_all(".scrub").ok());
    let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
    let step =
        charts.into_iter().flat_map(|charts| (0..charts.length()).map(move |i| charts.get(i)));
    let step = step.flatten().find_map(|chart| {
        let chart: Element = chart.dyn_into().ok()?;
        let area = chart.get_bounding_client_rect();
        let inside =
            (area.left()..=area.right()).contains(&x) && (area.top()..=area.bottom()).contains(&y);
        let steps: f64 = chart.get_attribute("data-steps")?.parse().ok()?;
        inside.then(|| (x - area.left()) / area.width().max(1.0) * steps)
    });
    let Some(step) = step else { return false };
    let far = |known: u32| (f64::from(known) - step).abs();
    let steps = run.with(steps);
    let near = (0..steps.len()).min_by(|&a, &b| far(steps[a]).total_cmp(&far(steps[b])));
    if let Some(frame) = near.filter(|frame| look.with_untracked(|look| look.frame != *frame)) {
        look.update(|look| look.frame = frame);
    }
    true
}

/// Steps of the film's frames that something is known of.
fn steps(found: &Found) -> Vec<u32> {
    let known = found.film.iter().filter(|frame| !frame.snapshots.is_empty());
    known.map(|frame| frame.step).collect()
}

fn target(event: &ev::MouseEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// The feature that is followed, to be chosen without pointing at it.
fn follow_menu(page: Page, look: RwSignal<Look>) -> impl IntoView {
    let count = Memo::new(move |_| page.spec.with(|study| study.features as usize));
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

/// The step of the film that is shown: of the frames that something is known of.
fn film_scrubber(run: StudyRun, look: RwSignal<Look>) -> impl IntoView {
    let steps = Memo::new(move |_| {
        run.drawn.track();
        run.with(steps)
    });
    let last = Memo::new(move |_| steps.with(|steps| steps.len().saturating_sub(1)));
    let at = move || look.get().frame;
    let step = move || steps.with(|steps| steps.get(at().min(last.get())).copied().unwrap_or(0));
    scrubber(last, step, at, move |frame| look.update(|look| look.frame = frame))
}
