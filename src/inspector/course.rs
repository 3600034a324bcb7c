//! The loss of a pixel's models at every step of their training, as a chart and as a table.

use super::replay::Replay;
use super::tracks::ends;
use crate::diagram::colour;
use crate::diagram::number::three;
use crate::export::ink::{Drawn, framed};
use crate::export::{blob, deliver, file_name};
use crate::pixel::{Paths, Trace};
use crate::study::figures::course::{self, Chart, Course};
use crate::study::figures::sheet::{SMALL, Sheet};
use leptos::html::Details;
use leptos::prelude::*;
use toy::Sweep;
use toy::model::Shape;
use toy::phase::{Phase, Thresholds};
use toy::trajectory::Trajectory;

/// Height of the chart.
const HEIGHT: f64 = 170.0;
/// Width of it on the page, as wide as the inspector at its narrowest.
const NARROW: f64 = 300.0;
/// Width of it as a file.
const WIDE: f64 = 560.0;

/// How the chart is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Look {
    width: f64,
    log: bool,
    /// The step that the replay shows.
    step: Option<u32>,
    /// The least loss there is, where it is known.
    least: Option<f64>,
}

/// Draws the losses, a line a repeat in the colour of the phase it ends in.
fn draw(trajectory: &Trajectory, phases: &[Phase], look: Look) -> Drawn {
    let mut sheet = Sheet::new(look.width, true);
    let course = |(repeat, losses): (usize, &Vec<f32>)| {
        let phase = phases.get(repeat).copied().unwrap_or(Phase::Diverged);
        let points = trajectory.steps.iter().zip(losses).filter(|(_, loss)| loss.is_finite());
        let last = losses.last().copied().unwrap_or(f32::NAN);
        Course {
            name: format!("repeat {}, {}, loss {}", repeat + 1, phase.name(), three(last.into())),
            colour: colour::phase(phase),
            points: points.map(|(&step, &loss)| (f64::from(step), f64::from(loss))).collect(),
        }
    };
    let all: Vec<Course> = trajectory.losses.iter().enumerate().map(course).collect();
    let steps = trajectory.steps.last().copied().unwrap_or(0);
    let chart = Chart { steps, log: look.log, label: "loss over all inputs" };
    let placed = course::draw(&mut sheet, &chart, &all, (-8.0, HEIGHT));
    let inside = |y: f64| y >= placed.y.ends.1 && y <= placed.y.ends.0;
    if let Some(y) = look.least.map(|least| placed.y.at(least)).filter(|y| inside(*y)) {
        let (from, to) = placed.x.ends;
        sheet.line((from, y), (to, y), "stroke=\"#777\" stroke-dasharray=\"5 4\"");
        let words = "least there is";
        sheet.text(to - SMALL.wide(words), y - 5.0, SMALL, words);
    }
    if let Some(step) = look.step {
        let x = placed.x.at(f64::from(step));
        let (bottom, top) = placed.y.ends;
        sheet.line((x, bottom), (x, top), "class=\"moment\" stroke=\"#777\"");
    }
    let words = format!(
        "Loss of {} models over {steps} steps, a line each in the colour of the phase it ends in.",
        all.len()
    );
    sheet.finish(placed.end - 8.0, "Loss while training", &words)
}

/// The chart, folded away until it is asked for.
#[component]
pub fn Losses(
    /// The sweep the pixel belongs to.
    sweep: Signal<Sweep>,
    /// Which step is shown.
    replay: Replay,
    /// Where phases end and begin.
    thresholds: RwSignal<Thresholds>,
    /// The least loss of the pixel, where it is known.
    #[prop(into)]
    least: Signal<Option<f64>>,
) -> impl IntoView {
    let (details, open, log) =
        (NodeRef::<Details>::new(), RwSignal::new(false), RwSignal::new(true));
    let toggled = move |_| open.set(details.get_untracked().is_some_and(|details| details.open()));
    let known = Memo::new(move |_| replay.trace.with(|trace| matches!(trace, Trace::Known(_))));
    let drawn = move |width: f64, step: Option<u32>| {
        replay.trace.with(|trace| {
            let Trace::Known(Paths { trajectory, surface, .. }) = trace else { return None };
            let lowest = surface.as_ref().and_then(|surface| surface.minima.first());
            let least = least.get().or(lowest.map(|minimum| minimum.loss));
            let phases = sweep.with(|sweep| ends(trajectory, sweep, &thresholds.get()));
            let look = Look { width, log: log.get(), step, least };
            Some(draw(trajectory, &phases, look))
        })
    };
    let shown = move || {
        let step = replay.record.get().map(|record| replay.step(record));
        let figure = open.get().then(|| drawn(NARROW, step)).flatten();
        figure.map_or(String::new(), |figure| figure.text)
    };
    let told = RwSignal::new(String::new());
    let save = move |ending: &'static str| {
        let of = sweep.get_untracked();
        let (place, table) = replay.trace.with_untracked(|trace| match trace {
            Trace::Known(Paths { trajectory, place, .. }) => {
                (Some(*place), trajectory.csv(Shape::of(&of)))
            }
            _ => (None, String::new()),
        });
        let Some(((row, column), figure)) = place.zip(untrack(|| drawn(WIDE, None))) else {
            return;
        };
        let about = format!(
            "Loss while training at density 1 − S = {} and importance r = {}",
            three(of.density_at(row)),
            three(of.importance_at(column))
        );
        let link = window().location().href().unwrap_or_default();
        let figure = framed(&figure, &about, &link);
        let file = match ending {
            "csv" => blob(&table, "text/csv"),
            _ => blob(&figure.text, "image/svg+xml"),
        };
        let name = file_name(&of, true, &format!("training-{row}-{column}"), "", ending);
        deliver(name, file, figure, told);
    };
    view! {
        <Show when=move || known.get()>
            <details class="losses" node_ref=details prop:open=open on:toggle=toggled data-testid="pixel-losses">
                <summary>"Loss while training"</summary>
                <div class="bar">
                    <label>
                        <input
                            type="checkbox"
                            prop:checked=move || log.get()
                            on:change:target=move |event| log.set(event.target().checked())
                        />
                        "logarithmic axis"
                    </label>
                    <button type="button" data-testid="save-training-csv" on:click=move |_| save("csv")>"CSV"</button>
                    <button type="button" data-testid="save-training-svg" on:click=move |_| save("svg")>"SVG"</button>
                    <span role="status">{told}</span>
                </div>
                <div class="plate" inner_html=shown></div>
            </details>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::ink::tests::well_formed;

    #[test]
    fn a_line_a_repeat_in_the_colour_of_its_end_with_the_moment_and_the_least() {
        let sweep = Sweep { repeats: 3, steps: 200, ..Sweep::default() };
        let trajectory = Trajectory::new(&sweep, 32, 32, 50);
        let phases = ends(&trajectory, &sweep, &Thresholds::default());
        let last = trajectory.losses.iter().filter_map(|own| own.last()).copied();
        let least = f64::from(last.fold(f32::INFINITY, f32::min));
        for log in [true, false] {
            for width in [0.0, NARROW, WIDE] {
                let look = Look { width, log, step: Some(40), least: Some(least) };
                let text = draw(&trajectory, &phases, look).text;
                assert!(well_formed(&text) && !text.contains("NaN"), "{text}");
                assert_eq!(text.matches("class=\"learning\"").count(), 3);
                assert_eq!(text.matches("class=\"moment\"").count(), 1);
                assert!(text.contains("least there is"));
                assert!(phases.iter().all(|p| text.contains(&colour::phase(*p).css())));
            }
        }
    }

    #[test]
    fn models_that_diverged_and_other_shapes_are_no_obstacle() {
        let sweep = Sweep { features: 3, hidden: 2, ..Sweep::default() };
        let trajectory = Trajectory {
            steps: vec![0, 10],
            repeats: vec![vec![f32::NAN; 8]],
            losses: vec![vec![f32::NAN; 2]],
            parameters: 4,
        };
        let phases = ends(&trajectory, &sweep, &Thresholds::default());
        assert_eq!(phases, [Phase::Diverged]);
        let look = Look { width: NARROW, log: true, step: None, least: None };
        let text = draw(&trajectory, &phases, look).text;
        assert!(well_formed(&text) && !text.contains("NaN"));
    }
}
