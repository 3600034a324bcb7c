//! The models of a pixel as a table.

use super::arrows::Arrows;
use super::plane;
use crate::diagram::colour;
use crate::diagram::number::fixed;
use crate::diagram::paint::phase_name;
use crate::pixel::PixelView;
use leptos::prelude::*;
use toy::Sweep;
use toy::model::Shape;
use toy::picture::Repeat;

/// The repeats of a pixel; choosing one shows it in detail.
#[component]
pub fn Repeats(
    /// The sweep they belong to.
    sweep: Signal<Sweep>,
    /// The repeats.
    view: Signal<Option<PixelView>>,
    /// The one shown in detail.
    detailed: Memo<Option<usize>>,
    /// The one the reader chose.
    chosen: RwSignal<Option<usize>>,
) -> impl IntoView {
    move || {
        let shape = sweep.with(Shape::of);
        let view = view.get().filter(|view| !view.repeats.is_empty())?;
        let best = plane::best(&view.repeats);
        let reach = plane::reach(shape, &view.repeats);
        let row = |(index, repeat): (usize, &Repeat)| {
            entry(shape, reach, index, repeat, best == Some(index), detailed, chosen)
        };
        let rows = view.repeats.iter().enumerate().map(row).collect_view();
        Some(view! {
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
    detailed: Memo<Option<usize>>,
    chosen: RwSignal<Option<usize>>,
) -> impl IntoView + use<> {
    let colour = colour::phase(repeat.phase).css();
    let shown = move || detailed.get() == Some(index);
    view! {
        <tr class:chosen=shown class:best=best data-phase=repeat.phase.name() on:click=move |_| chosen.set(Some(index))>
            <th scope="row">
                <button type="button" aria-pressed=move || shown().to_string()
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
