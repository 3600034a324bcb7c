//! The loss over both weights as a small map, and the ways of the models over it.

use super::replay::Replay;
use super::take::{self, Landscape as Saved};
use super::tracks;
use crate::diagram::number::three;
use crate::diagram::{colour, draw};
use crate::export::{blob, deliver, file_name};
use crate::pixel::{Paths, Trace};
use leptos::html;
use leptos::prelude::*;
use toy::Sweep;
use toy::phase::Thresholds;

/// The landscape of the replayed pixel; nothing where there is none.
#[component]
pub fn Landscape(
    /// The sweep the pixel belongs to.
    sweep: Signal<Sweep>,
    /// Which step is shown.
    replay: Replay,
    /// The repeat shown in detail.
    detailed: Memo<Option<usize>>,
    /// Where phases end and begin.
    thresholds: RwSignal<Thresholds>,
) -> impl IntoView {
    move || {
        let trace = replay.trace.get();
        let Trace::Known(Paths { surface: Some(surface), trajectory, place }) = &trace else {
            // Its place, so that nothing moves when it comes.
            let comes = sweep.with_untracked(|sweep| sweep.features == 2 && sweep.hidden == 1);
            let waits = matches!(trace, Trace::None | Trace::Waiting) && replay.is_cheap();
            return (comes && waits).then(|| {
                view! { <div class="landscape-to-come" aria-hidden="true"></div> }.into_any()
            });
        };
        let biases = sweep.with_untracked(|sweep| sweep.bias);
        let last = trajectory.steps.len().saturating_sub(1);
        let repeats = trajectory.repeats.len();
        // The sweep may have moved on to another shape while these paths are still shown.
        let ends = sweep.with_untracked(|sweep| tracks::ends(trajectory, sweep, &thresholds.get()));
        let colours: Vec<String> =
            ends.into_iter().map(|phase| colour::phase(phase).css()).collect();
        let line = |repeat: usize| {
            let d = tracks::path(trajectory, repeat);
            let colour = colours.get(repeat).cloned().unwrap_or_default();
            view! {
                <g class="track" class:chosen=move || detailed.get() == Some(repeat)>
                    <path class="track-edge" d=d.clone() /><path d=d style:stroke=colour />
                </g>
            }
        };
        let lines = (0..repeats).map(line).collect_view();
        // Lines of no length with round ends are dots of constant size on the screen.
        let dots = {
            let (trajectory, colours) = (trajectory.clone(), colours.clone());
            move || {
                let record = replay.record.get().unwrap_or(last).min(last);
                let chosen = detailed.get();
                let dot = |repeat: usize| {
                    let [x, y] = tracks::weights(&trajectory, repeat, record)?;
                    let d = format!("M{x:.4} {:.4}h0", -y);
                    let colour = colours.get(repeat).cloned();
                    Some(view! {
                        <g class="dot" class:chosen=chosen == Some(repeat)>
                            <path class="dot-edge" d=d.clone() /><path d=d style:stroke=colour />
                        </g>
                    })
                };
                // The one in detail on top of the others.
                let others = (0..repeats).filter(|repeat| chosen != Some(*repeat));
                others.chain(chosen.filter(|k| *k < repeats)).map(dot).collect_view()
            }
        };
        let minima = surface.minima.iter().map(|minimum| {
            let global = tracks::is_global(minimum, surface);
            let [x, y] = minimum.w;
            let size = if global { 0.13 } else { 0.07 };
            let d =
                format!("M{x:.4} {:.4}l{size} {size}l-{size} {size}l-{size} -{size}z", -y - size);
            let title = format!(
                "{} minimum, loss {}",
                if global { "global" } else { "local" },
                three(minimum.loss)
            );
            view! { <path class="minimum" class:global=global d=d><title>{title}</title></path> }
        });
        let minima = minima.collect_view();
        let heat = NodeRef::<html::Canvas>::new();
        let (side, bytes) = tracks::landscape(surface);
        Effect::new(move |_| {
            let Some(canvas) = heat.get() else { return };
            // Without a 2D context there is nothing to draw on, and the lines remain.
            let _ = draw::pixels(&canvas, side, &bytes);
        });
        let told = RwSignal::new(String::new());
        let save = {
            let (paths, colours, place) = (trace.clone(), colours.clone(), *place);
            move |_| {
                let Trace::Known(Paths { surface: Some(surface), trajectory, .. }) = &paths else {
                    return;
                };
                let sweep = sweep.get_untracked();
                let (row, column) = place;
                let link = window().location().href().unwrap_or_default();
                let (colours, link) = (&colours[..], &link[..]);
                let of = Saved { sweep: &sweep, place, surface, trajectory, colours, link };
                let figure = take::draw(&of);
                let diagram = format!("landscape-{row}-{column}");
                let name = file_name(&sweep, true, &diagram, "", "svg");
                deliver(name, blob(&figure.text, "image/svg+xml"), figure, told);
            }
        };
        let extent = surface.extent;
        let view_box = format!("{} {} {} {}", -extent, -extent, 2.0 * extent, 2.0 * extent);
        let one = 50.0 / extent;
        let ticks = [-1.0, 0.0, 1.0].map(|value| {
            let text = if value < 0.0 { "−1".to_owned() } else { format!("{value}") };
            (50.0 + value * one, text)
        });
        let across = ticks
            .clone()
            .map(|(at, text)| view! { <span style:left=format!("{at}%")>{text}</span> });
        let up =
            ticks.map(|(at, text)| view! { <span style:bottom=format!("{at}%")>{text}</span> });
        let axes = format!("M0 {}V{extent}M{} 0H{extent}", -extent, -extent);
        Some(view! {
            <figure class="landscape">
                <figcaption>{caption(biases)}</figcaption>
                <div class="landscape-frame">
                    <div class="landscape-map">
                        <canvas node_ref=heat data-testid="surface" role="img"
                            aria-label="Heat map of the loss over both weights"></canvas>
                        <svg viewBox=view_box data-testid="trajectory" aria-hidden="true">
                            <path class="zero" d=axes />
                            {lines}{minima}{dots}
                        </svg>
                    </div>
                    <div class="landscape-x" aria-hidden="true">{across}<span class="name">"w₁"</span></div>
                    <div class="landscape-y" aria-hidden="true">{up}<span class="name">"w₂"</span></div>
                </div>
                {key(surface)}
                <p class="landscape-save">
                    <button type="button" data-testid="take-landscape" on:click=save>"Save as SVG"</button>
                    <span role="status">{told}</span>
                </p>
            </figure>
        }.into_any())
    }
}

/// What the map is a map of.
fn caption(biases: bool) -> impl IntoView {
    let note = if biases {
        "At each point both biases have their best value. A model on its way has others, so its own loss is higher than the map's."
    } else {
        "There are no biases in this run."
    };
    view! {
        <h3>"Loss over both weights"</h3>
        <p class="quiet">{note}</p>
    }
}

/// What colours and marks mean.
fn key(surface: &toy::surface::Surface) -> impl IntoView + use<> {
    let (low, high) = tracks::range(surface);
    let stops: Vec<String> = (0..=8).map(|i| tracks::shade(f64::from(i) / 8.0).css()).collect();
    let bar = format!("linear-gradient(to right, {})", stops.join(", "));
    let local = surface.minima.iter().any(|minimum| !tracks::is_global(minimum, surface));
    let mark = |size: f64| {
        let d = format!("M0 -{size}l{size} {size}l-{size} {size}l-{size} -{size}z");
        view! { <svg class="key-mark" viewBox="-1 -1 2 2" aria-hidden="true"><path d=d /></svg> }
    };
    view! {
        <p class="landscape-key">
            <span class="landscape-ramp">
                {three(low)}<i style:background=bar></i>{three(high)}
            </span>
            <span>{mark(0.9)}"global minimum"</span>
            {local.then(|| view! { <span>{mark(0.55)}"local"</span> })}
            <span>"lines: the models, in the colour of the phase they end in"</span>
        </p>
    }
}
