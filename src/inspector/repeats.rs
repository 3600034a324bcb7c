//! The models of a pixel: a table of all, and one of them in detail.

use super::arrows::Arrows;
use super::gram::Gram;
use super::{PixelView, plane};
use crate::diagram::colour;
use crate::diagram::number::fixed;
use crate::diagram::paint::phase_name;
use leptos::prelude::*;
use toy::Sweep;
use toy::model::Shape;
use toy::picture::Repeat;

/// The repeats of a pixel. The best is shown in detail until another is chosen.
#[component]
pub fn Repeats(
    /// The sweep they belong to.
    sweep: Signal<Sweep>,
    /// The repeats.
    view: Signal<Option<PixelView>>,
) -> impl IntoView {
    let chosen = RwSignal::new(None::<usize>);
    let place = Memo::new(move |_| view.with(|v| v.as_ref().map(|v| (v.row, v.column))));
    Effect::new(move |_| {
        place.track();
        chosen.set(None);
    });
    move || {
        let shape = sweep.with(Shape::of);
        let view = view.get().filter(|view| !view.repeats.is_empty())?;
        let best = plane::best(&view.repeats);
        let reach = plane::reach(shape, &view.repeats);
        let detailed = chosen.get().or(best).unwrap_or(0).min(view.repeats.len() - 1);
        let model = view.repeats.get(detailed)?.parameters.clone();
        let row = |(index, repeat): (usize, &Repeat)| {
            entry(shape, reach, index, repeat, best == Some(index), detailed == index, chosen)
        };
        let rows = view.repeats.iter().enumerate().map(row).collect_view();
        let count = view.repeats.len();
        let rank = if count > 1 && best == Some(detailed) { "lowest loss, " } else { "" };
        let note = match shape.m {
            1 => "A line for each feature; marks at −1, 0 and 1.",
            2 => "Turned so that feature 1 points right; circle of radius 1.",
            _ => "The two directions of most weight; circle of radius 1.",
        };
        Some(view! {
            <section class="pixel-model" aria-label="Weights">
                <h3>
                    {format!("Repeat {} ", detailed + 1)}
                    <span class="quiet">{format!("{rank}{} steps", view.step)}</span>
                </h3>
                <Arrows shape parameters=model.clone() reach labels=true />
                <p class="quiet">{note}</p>
                <Gram shape parameters=model />
            </section>
            <section class="pixel-repeats" aria-label="Repeats" tabindex="0">
                <table class="repeats" data-testid="repeats">
                    <thead>
                        <tr>
                            <th scope="col">"repeat"</th>
                            <th scope="col">"weights"</th>
                            <th scope="col" class="figure">"loss"</th>
                            <th scope="col">"phase"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        })
    }
}

/// One repeat's line of the table; its number is the button that shows it in detail.
fn entry(
    shape: Shape,
    reach: f64,
    index: usize,
    repeat: &Repeat,
    best: bool,
    detailed: bool,
    chosen: RwSignal<Option<usize>>,
) -> impl IntoView + use<> {
    let colour = colour::phase(repeat.phase).css();
    view! {
        <tr class:chosen=detailed class:best=best data-phase=repeat.phase.name() on:click=move |_| chosen.set(Some(index))>
            <th scope="row">
                <button type="button" aria-pressed=if detailed { "true" } else { "false" }
                    aria-label=format!("Show repeat {}", index + 1)>{index + 1}</button>
            </th>
            <td class="weights"><Arrows shape parameters=repeat.parameters.clone() reach /></td>
            <td class="figure">{fixed(repeat.loss.into())}</td>
            <td>
                <span class="phase-name">
                    <span class="swatch" style:background-color=colour></span>
                    {phase_name(repeat.phase)}
                </span>
                {best.then(|| view! { <span class="best-mark">"best"</span> })}
            </td>
        </tr>
    }
}
