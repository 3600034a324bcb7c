//! One model in detail: its directions, its matrix and its biases.

use super::arrows::Arrows;
use super::gram::Gram;
use super::plane;
use super::replay::Replay;
use crate::pixel::{Paths, PixelView, Trace};
use leptos::prelude::*;
use toy::Sweep;
use toy::model::Shape;

/// What is drawn of a model.
#[derive(Clone, Debug, PartialEq)]
struct Drawn {
    shape: Shape,
    heading: String,
    remark: String,
    parameters: Vec<f32>,
    reach: f64,
}

/// A repeat as it is now, or at the step of its training that the replay shows.
#[component]
pub fn Detail(
    /// The sweep it belongs to.
    sweep: Signal<Sweep>,
    /// All repeats.
    view: Signal<Option<PixelView>>,
    /// Which of them.
    detailed: Memo<Option<usize>>,
    /// Which step.
    replay: Replay,
) -> impl IntoView {
    let drawn = Memo::new(move |_| {
        let shape = sweep.with(Shape::of);
        let index = detailed.get()?;
        let rank = move |view: &PixelView| {
            let best = view.repeats.len() > 1 && plane::best(&view.repeats) == Some(index);
            if best { "lowest loss, " } else { "" }
        };
        view.with(|view| {
            let view = view.as_ref()?;
            let now = || Some((view.repeats.get(index)?.parameters.clone(), view.step));
            let record = replay.record.get();
            let past = record.and_then(|record| replay.trace.with(|t| at(t, index, record)));
            let replayed = past.is_some();
            let (parameters, step) = past.or_else(now)?;
            let when = if replayed { format!("at step {step}") } else { format!("{step} steps") };
            Some(Drawn {
                shape,
                heading: format!("Repeat {} ", index + 1),
                remark: format!("{}{when}", rank(view)),
                parameters,
                reach: plane::reach(shape, &view.repeats),
            })
        })
    });
    move || {
        let Drawn { shape, heading, remark, parameters, reach } = drawn.get()?;
        let note = match shape.m {
            1 => "A line for each feature; marks at −1, 0 and 1.",
            2 => "Turned so that feature 1 points right; circle of radius 1.",
            _ => "The two directions of most weight; circle of radius 1.",
        };
        Some(view! {
            <section class="pixel-model" data-testid="model" aria-label="Weights">
                <h3>{heading}<span class="quiet">{remark}</span></h3>
                <Arrows shape parameters=parameters.clone() reach labels=true />
                <p class="quiet">{note}</p>
                <Gram shape parameters />
            </section>
        })
    }
}

/// Parameters and step of a repeat at a record.
fn at(trace: &Trace, repeat: usize, record: usize) -> Option<(Vec<f32>, u32)> {
    let Trace::Known(Paths { trajectory, .. }) = trace else { return None };
    Some((trajectory.at(repeat, record)?.to_vec(), *trajectory.steps.get(record)?))
}
