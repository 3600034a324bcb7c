//! The course of training: a chart under the figure of every experiment on toy models.

use super::figures::course::{self, Chart, Course, TRAINING};
use super::figures::sheet::Sheet;
use super::run::{Found, Page};
use crate::diagram::number::three;
use crate::export::ink::{Drawn, framed};
use crate::export::save::{blob, deliver};
use leptos::html::Details;
use leptos::prelude::*;
use toy::Spec;

/// Height of the chart.
const HEIGHT: f64 = 220.0;

/// Draws the losses of every model of a run; of several studies, those of the first come first.
fn draw(found: &Found, width: f64, log: bool) -> Drawn {
    let mut sheet = Sheet::new(width, found.parts.iter().any(has_begun));
    let mut y = 0.0;
    for part in &found.parts {
        let study = &part.study;
        let groups = f64::from(study.instances.max(2) - 1);
        let mut all = vec![];
        for snapshot in &part.snapshots {
            let (instance, repeat) = study.place(snapshot.model);
            let (density, m) = (three(study.density_at(instance)), study.hidden_at(instance));
            let name = format!("density {density}, m = {m}, repeat {}", repeat + 1);
            let part = f64::from(instance) / groups;
            all.push(Course::of(name, part, &snapshot.curve, study.steps));
        }
        if found.parts.len() > 1 {
            y = sheet.heading(y + 16.0, &format!("model: {}", study.text("model")));
        }
        let chart = Chart { steps: study.steps, log, label: TRAINING };
        y = course::draw(&mut sheet, &chart, &all, (y, HEIGHT)).end;
    }
    let words = "A line a model, from blue, the first density or width, to red, the last.";
    y = sheet.notes(y + 4.0, words);
    sheet.finish(y, "Loss while training", words)
}

fn has_begun(part: &super::run::Part) -> bool {
    part.snapshots.iter().any(|s| !s.curve.is_empty())
}

/// The chart, folded away until it is asked for.
#[component]
pub fn Losses(
    /// The experiment.
    page: Page,
    /// How wide figures are.
    width: Signal<f64>,
) -> impl IntoView {
    let run = page.run;
    let (details, open, log) =
        (NodeRef::<Details>::new(), RwSignal::new(false), RwSignal::new(true));
    let toggled = move |_| open.set(details.get_untracked().is_some_and(|details| details.open()));
    let drawn = Memo::new(move |_| {
        run.drawn.track();
        open.get().then(|| run.with(|found| draw(found, width.get(), log.get())))
    });
    let shown =
        move || drawn.with(|drawn| drawn.as_ref().map_or(String::new(), |d| d.text.clone()));
    let told = RwSignal::new(String::new());
    let save = move |_| {
        let Some(figure) = drawn.get_untracked() else { return };
        let figure = framed(&figure, "Loss while training", &page.link.get_untracked());
        let name = format!("superphase-{}-losses.svg", page.name.0);
        let file = blob(&figure.text, "image/svg+xml");
        deliver(name, file, figure, told);
    };
    view! {
        <details class="losses" node_ref=details on:toggle=toggled>
            <summary>"Loss while training"</summary>
            <div class="bar">
                <label>
                    <input
                        type="checkbox"
                        data-testid="log-axis"
                        prop:checked=move || log.get()
                        on:change:target=move |event| log.set(event.target().checked())
                    />
                    "logarithmic axis"
                </label>
                <button type="button" data-testid="save-losses-svg" on:click=save>"SVG"</button>
                <span>"its numbers are “CSV, losses” above"</span>
                <span role="status">{told}</span>
            </div>
            <div class="plate" data-testid="losses" inner_html=shown></div>
        </details>
    }
}
