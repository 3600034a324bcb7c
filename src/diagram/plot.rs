//! The picture itself: pixels, lines, cross-hair, and what pointer and keys do to it.

use super::cursor::Shared;
use super::curve::Curve;
use super::region::{Region, arrows};
use super::{Place, cursor as moves};
use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use toy::Sweep;

/// The picture of a diagram.
#[component]
pub fn Plot(
    /// Word for tests.
    name: &'static str,
    /// What the diagram shows.
    title: Signal<String>,
    /// Whether the keyboard's focus is here.
    focused: RwSignal<bool>,
    /// Where the pixels are drawn.
    heat: NodeRef<html::Canvas>,
    /// Whose pixels they are.
    sweep: Signal<Sweep>,
    /// The pixel looked at.
    cursor: Shared,
    /// The pixel held fast.
    pinned: Shared,
    /// The pixel that is shown where there is neither.
    example: Memo<Option<Place>>,
    /// Names of its regions.
    regions: Memo<Vec<Region>>,
    /// Lines over the picture.
    curves: Signal<Vec<Curve>>,
    /// Whether they are drawn.
    show_curves: RwSignal<bool>,
) -> impl IntoView {
    let plot = NodeRef::<html::Div>::new();
    let grid = move || sweep.with_untracked(|s| (s.rows, s.columns));
    let under = move |ev: &MouseEvent| {
        let area = plot.get_untracked()?.get_bounding_client_rect();
        let down = (f64::from(ev.client_y()) - area.top()) / area.height();
        let across = (f64::from(ev.client_x()) - area.left()) / area.width();
        Some(moves::at(down, across, grid()))
    };
    let set = move |place: Option<Place>| {
        if cursor.get_untracked() != place {
            cursor.set(place);
        }
    };
    let pin = move |place: Option<Place>| {
        pinned.set(place.filter(|_| pinned.get_untracked() != place));
    };
    // A mouse leaves when it stops pointing; a finger's place stays to be read.
    let leave = move |ev: PointerEvent| {
        if ev.pointer_type() == "mouse" {
            set(None);
        }
    };
    let key = move |ev: KeyboardEvent| {
        if ev.ctrl_key() || ev.meta_key() || ev.alt_key() {
            return;
        }
        let place = cursor.get_untracked().or(pinned.get_untracked());
        match ev.key().as_str() {
            "Enter" if place.is_some() => pin(place),
            "Escape" if pinned.get_untracked().is_some() => pinned.set(None),
            "Escape" if place.is_some() => set(None),
            name => match moves::step(place, name, ev.shift_key(), grid()) {
                Some(next) => set(Some(next)),
                None => return,
            },
        }
        ev.prevent_default();
    };
    let text = |place: Option<Place>| place.map(|(row, column)| format!("{row},{column}"));
    view! {
        <div class="diagram-plot" node_ref=plot tabindex="0" role="application"
            aria-roledescription="heat map"
            aria-label=move || format!("{}: feature density against relative importance. Arrow keys move, Enter pins a point.", title.get())
            aria-describedby=format!("readout-{name}")
            data-testid=format!("plot-{name}")
            data-cursor=move || text(cursor.get())
            data-pinned=move || text(pinned.get())
            on:pointermove=move |ev| set(under(&ev))
            on:pointerdown=move |ev| set(under(&ev))
            on:pointerleave=leave
            on:click=move |ev| pin(under(&ev))
            on:keydown=key
            on:focus=move |_| focused.set(true)
            on:blur=move |_| focused.set(false)>
            <canvas node_ref=heat data-testid=format!("heatmap-{name}") aria-hidden="true"></canvas>
            {move || regions.get().into_iter().map(|(name, (x, y))| view! {
                <span class="region" aria-hidden="true"
                    style:left=format!("{:.1}%", 100.0 * x) style:top=format!("{:.1}%", 100.0 * y)>
                    {name}{sweep.with_untracked(|sweep| glyph(arrows(name, sweep.hidden)))}
                </span>
            }).collect_view()}
            <Lines sweep cursor pinned example curves show_curves />
        </div>
    }
}

/// Two directions as small arrows, the last feature's bold; a dot is a feature that is left out.
fn glyph(arrows: [(f64, f64); 2]) -> impl IntoView {
    let arrow = |(x, y): (f64, f64), class: &'static str| {
        let (x, y) = (14.0 * x, -10.0 * y);
        let d = match (x == 0.0, y == 0.0) {
            (true, true) => "M0 0h0".to_owned(),
            (_, true) => format!("M0 0H{x}m{} -3L{x} 0l{} 3", -4.0 * x.signum(), -4.0 * x.signum()),
            _ => format!("M0 0V{y}m-3 4L0 {y}l3 4"),
        };
        view! { <path class=class d=d /> }
    };
    let [last, first] = arrows;
    let tall = if last.1 == 0.0 { "-17 -4.5 34 9" } else { "-17 -12 34 16" };
    view! { <svg class="glyph" viewBox=tall>{arrow(first, "other")}{arrow(last, "last")}</svg> }
}

/// The pixel under the cursor, in words.
#[component]
pub fn Readout(
    /// Word for tests.
    name: &'static str,
    /// The words.
    words: Memo<String>,
    /// Whether they are spoken: diagrams share a cursor, and only one should talk.
    focused: RwSignal<bool>,
) -> impl IntoView {
    let text = move || match words.get() {
        words if words.is_empty() && moves::touches() => {
            "Touch a pixel to read and keep it.".into()
        }
        words if words.is_empty() => "Point at a pixel to read it; click to keep it.".to_owned(),
        words => words,
    };
    view! {
        <p class="diagram-words" id=format!("readout-{name}") data-testid=format!("readout-{name}")
            aria-live=move || if focused.get() { "polite" } else { "off" }>
            {text}
        </p>
    }
}

/// Curves and cross-hair, in units of pixels of the diagram.
#[component]
fn Lines(
    sweep: Signal<Sweep>,
    cursor: Shared,
    pinned: Shared,
    example: Memo<Option<Place>>,
    curves: Signal<Vec<Curve>>,
    show_curves: RwSignal<bool>,
) -> impl IntoView {
    let size = Memo::new(move |_| sweep.with(|s| (s.columns, s.rows)));
    let paths = move || {
        let shown = if show_curves.get() { curves.get() } else { vec![] };
        let draw = |curve: Curve| {
            let path = sweep.with(|sweep| curve.path(sweep));
            // A light line below a dark one is seen on every colour.
            view! {
                <path class="curve-halo" d=path.clone() />
                <path class=format!("curve {}", curve.stroke.class()) d=path />
            }
        };
        shown.into_iter().map(draw).collect_view()
    };
    let cross = move || {
        cursor.get().map(|(row, column)| {
            let (columns, rows) = size.get();
            let (x, y) = (f64::from(column) + 0.5, f64::from(row) + 0.5);
            let hairs = format!(
                "M0 {y}H{column}M{} {y}H{columns}M{x} 0V{row}M{x} {}V{rows}",
                column + 1,
                row + 1
            );
            let cell = format!("M{column} {row}h1v1h-1z");
            view! {
                <path class="hair-halo" d=hairs.clone() /><path class="hair" d=hairs />
                <path class="cell-halo" d=cell.clone() /><path class="cell" d=cell />
            }
        })
    };
    // A line of no length with round ends is a dot of constant size on the screen.
    let pin = move || {
        pinned.get().map(|(row, column)| {
            let dot = format!("M{} {}h0", f64::from(column) + 0.5, f64::from(row) + 0.5);
            view! {
                <path class="pin-rim" d=dot.clone() /><path class="pin-ring" d=dot.clone() />
                <path class="pin" d=dot />
            }
        })
    };
    let ring = move || {
        example.get().map(|(row, column)| {
            let dot = format!("M{} {}h0", f64::from(column) + 0.5, f64::from(row) + 0.5);
            view! { <path class="example-rim" d=dot.clone() /><path class="example" d=dot /> }
        })
    };
    let view_box = move || {
        let (columns, rows) = size.get();
        format!("0 0 {columns} {rows}")
    };
    view! {
        <svg class="diagram-lines" viewBox=view_box preserveAspectRatio="none" aria-hidden="true">
            {paths}{cross}{pin}{ring}
        </svg>
    }
}
