//! Weight vectors drawn as arrows.

use super::plane;
use leptos::prelude::*;
use toy::model::Shape;

/// Distance between the lines of features that share the one dimension there is, in units in which
/// the longest vector is 1.
const LANE: f64 = 0.34;

/// Every feature's direction `W_i` in the hidden space. `reach` is the length that just fits, and
/// labels number the features; the last, the extra one, stands out.
#[component]
pub fn Arrows(
    /// The model's shape.
    shape: Shape,
    /// Its parameters.
    parameters: Vec<f32>,
    /// Length of a vector that just fits.
    reach: f64,
    /// Whether the features are numbered.
    #[prop(optional)]
    labels: bool,
) -> impl IntoView {
    let (weights, _) = plane::split(shape, &parameters);
    let finite = !weights.is_empty() && weights.iter().all(|w| w.is_finite());
    let points = if finite { plane::points(shape, weights) } else { vec![] };
    let line = shape.m == 1;
    let lane = |i: usize| if line { (i as f64 - (shape.n - 1) as f64 / 2.0) * LANE } else { 0.0 };
    // Everything is drawn with the longest vector as 1, y upwards.
    let arrow = |(i, [x, y]): (usize, &[f64; 2])| {
        let (x, y) = (x / reach, lane(i) - y / reach);
        let start = lane(i);
        let class = if i + 1 == shape.n { "arrow extra" } else { "arrow" };
        view! {
            <g class=class>
                <path d=format!("M0 {start:.3}L{x:.3} {y:.3}") />
                <path class="arrow-head" d=head(x, y - start, y) />
                {labels.then(|| label(i, x, y - start, y))}
            </g>
        }
    };
    let arrows = points.iter().enumerate().map(arrow).collect_view();
    let (half, scale) = if line {
        ((shape.n as f64) * LANE / 2.0, rules(reach, (shape.n as f64) * LANE / 2.0).into_any())
    } else {
        (1.0, view! { <circle class="unit" r=1.0 / reach /><path class="unit" d="M-.03 0h.06M0 -.03v.06" /> }.into_any())
    };
    let pad = if labels { 0.24 } else { 0.08 };
    let (w, h) = (1.0 + pad, half + if line { 0.0 } else { pad });
    view! {
        <svg class="arrows" class:arrows-line=line viewBox=format!("{} {} {} {}", -w, -h, 2.0 * w, 2.0 * h) aria-hidden="true">
            {scale}
            {arrows}
        </svg>
    }
}

/// Marks at -1, 0 and 1.
fn rules(reach: f64, half: f64) -> impl IntoView {
    let one = 1.0 / reach;
    let d = format!("M{} {}V{half}M0 {}V{half}M{one} {}V{half}", -one, -half, -half, -half);
    view! { <path class="unit" d=d /> }
}

/// A triangle at the end of an arrow; short arrows have small ones.
fn head(dx: f64, dy: f64, y: f64) -> String {
    let length = dx.hypot(dy);
    if length < 1e-3 {
        return format!("M{:.3} {y:.3}h0", dx);
    }
    let size = (0.5 * length).min(0.13);
    let (ux, uy) = (dx / length * size, dy / length * size);
    let (bx, by) = (dx - ux, y - uy);
    let (sx, sy) = (-uy * 0.5, ux * 0.5);
    format!("M{dx:.3} {y:.3}L{:.3} {:.3}L{:.3} {:.3}z", bx + sx, by + sy, bx - sx, by - sy)
}

/// The feature's number just beyond the arrow's end.
fn label(index: usize, dx: f64, dy: f64, y: f64) -> impl IntoView {
    let length = dx.hypot(dy).max(1e-3);
    let gap = 0.13;
    let (x, y) = (dx + dx / length * gap, y + dy / length * gap);
    let x = if dx.hypot(dy) < 1e-3 { gap } else { x };
    view! { <text x=format!("{x:.3}") y=format!("{y:.3}")>{index + 1}</text> }
}
