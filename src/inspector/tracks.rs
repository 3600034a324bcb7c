//! The geometry and the colours of a landscape; no browser needed.

use crate::diagram::colour::{self, Rgb};
use std::fmt::Write;
use toy::Sweep;
use toy::model::Shape;
use toy::phase::{Context, Phase, Thresholds};
use toy::surface::{Minimum, Surface};
use toy::trajectory::Trajectory;

/// Pixels drawn for each interval between two points of the surface.
const FINE: usize = 4;
/// Contour lines from the lowest to the highest loss.
const BANDS: f64 = 14.0;
/// The least loss that is told from none.
const LEAST: f64 = 1e-12;
/// How much of the ink of a contour line is seen.
const INK: f64 = 0.4;
/// Points of a path closer than this to the one before are left out.
const NEAR: f32 = 0.006;

/// Least and greatest loss of a surface.
pub fn range(surface: &Surface) -> (f64, f64) {
    let least = surface.minima.first().map_or(f64::INFINITY, |minimum| minimum.loss);
    let known = surface.loss.iter().map(|&loss| f64::from(loss)).filter(|l| l.is_finite());
    known.fold((least, 0.0), |(low, high), loss| (low.min(loss), high.max(loss)))
}

/// Where the logarithm of a loss stands on the ramp, 0 to 1; stretched near the least, where the
/// minima differ.
fn level(log: f64, (low, high): (f64, f64)) -> f64 {
    let low = low.max(LEAST).ln();
    let position = (log - low) / (high.max(LEAST).ln() - low).max(1e-12);
    position.clamp(0.0, 1.0).sqrt()
}

/// The colour of a level; pale, as paths are drawn upon it.
pub fn shade(level: f64) -> Rgb {
    colour::loss(level).mix(Rgb(255, 255, 255), 0.4)
}

/// Side of the drawn landscape in pixels and its RGBA bytes, `w_2` upwards, with contour lines.
pub fn landscape(surface: &Surface) -> (u32, Vec<u8>) {
    let points = surface.size as usize;
    if points < 2 || surface.loss.len() != points * points {
        return (0, vec![]);
    }
    let side = (points - 1) * FINE + 1;
    let range = range(surface);
    // The logarithm is smooth where the level, a root, has a point.
    let logs: Vec<f64> = surface.loss.iter().map(|&l| f64::from(l).max(LEAST).ln()).collect();
    let between = |x: usize, y: usize| {
        let (i, u) = spline(x, points);
        let (j, v) = spline(y, points);
        let row = |j: usize| (0..4).map(|k| u[k] * logs[j * points + i[k]]).sum::<f64>();
        level((0..4).map(|k| v[k] * row(j[k])).sum(), range)
    };
    let levels: Vec<f64> = (0..side * side).map(|p| between(p % side, p / side)).collect();
    let ink = Rgb(0x15, 0x17, 0x1A);
    let mut bytes = Vec::with_capacity(4 * side * side);
    for y in (0..side).rev() {
        for x in 0..side {
            let at = |x: usize, y: usize| levels[y * side + x] * BANDS;
            let here = at(x, y);
            let across = at((x + 1).min(side - 1), y) - at(x.saturating_sub(1), y);
            let up = at(x, (y + 1).min(side - 1)) - at(x, y.saturating_sub(1));
            // Pixels from here to the nearest line: a line a pixel wide, with soft edges.
            let far = (here - here.round()).abs() / (0.5 * across.hypot(up)).max(1e-9);
            let line = if here.round() > 0.0 { (1.2 - far).clamp(0.0, 1.0) } else { 0.0 };
            let Rgb(r, g, b) = shade(levels[y * side + x]).mix(ink, INK * line);
            bytes.extend_from_slice(&[r, g, b, 255]);
        }
    }
    (side as u32, bytes)
}

/// The four points around a pixel and their weights in a cubic (Catmull and Rom) through them;
/// points beyond an edge are those on it.
fn spline(pixel: usize, points: usize) -> ([usize; 4], [f64; 4]) {
    let cell = (pixel / FINE).min(points - 2);
    let t = (pixel - cell * FINE) as f64 / FINE as f64;
    let weights = [
        ((2.0 - t) * t - 1.0) * t / 2.0,
        ((3.0 * t - 5.0) * t * t + 2.0) / 2.0,
        ((4.0 - 3.0 * t) * t + 1.0) * t / 2.0,
        (t - 1.0) * t * t / 2.0,
    ];
    ([cell.saturating_sub(1), cell, cell + 1, (cell + 2).min(points - 1)], weights)
}

/// The two weights of a repeat at a record.
pub fn weights(trajectory: &Trajectory, repeat: usize, record: usize) -> Option<[f32; 2]> {
    match trajectory.at(repeat, record)? {
        [a, b, ..] if a.is_finite() && b.is_finite() => Some([*a, *b]),
        _ => None,
    }
}

/// A repeat's way as an SVG path over `w_1` and, upwards, `w_2`.
pub fn path(trajectory: &Trajectory, repeat: usize) -> String {
    let mut path = String::new();
    let mut last = None::<[f32; 2]>;
    let end = trajectory.steps.len().saturating_sub(1);
    for record in 0..=end {
        let Some([x, y]) = weights(trajectory, repeat, record) else { break };
        let near = |[a, b]: [f32; 2]| (x - a).hypot(y - b) < NEAR;
        if record < end && last.is_some_and(near) {
            continue;
        }
        let pen = if last.is_none() { 'M' } else { 'L' };
        // Writing to a string cannot fail.
        let _ = write!(path, "{pen}{x:.3} {:.3}", -y);
        last = Some([x, y]);
    }
    path
}

/// The phase that every repeat ends in; of another shape than the sweep's it is not known.
pub fn ends(trajectory: &Trajectory, sweep: &Sweep, thresholds: &Thresholds) -> Vec<Phase> {
    let (shape, last) = (Shape::of(sweep), trajectory.steps.len().saturating_sub(1));
    let context = Context { biases: sweep.bias, excess: None };
    let end = |repeat: usize| match trajectory.at(repeat, last) {
        Some(end) if end.len() == shape.parameters() => {
            thresholds.classify(shape.split(end).0, shape.m, context).phase
        }
        _ => Phase::Diverged,
    };
    (0..trajectory.repeats.len()).map(end).collect()
}

/// Whether a minimum is the lowest there is; turning both weights around gives another.
pub fn is_global(minimum: &Minimum, surface: &Surface) -> bool {
    surface.minima.first().is_some_and(|least| minimum.loss <= least.loss * (1.0 + 1e-5))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surface() -> Surface {
        let loss: Vec<f32> = (0..25).map(|i| 0.1 + (i as f32 - 12.0).abs()).collect();
        let minimum = |w, loss| Minimum { w, loss };
        let minima =
            vec![minimum([0.0; 2], 0.1), minimum([0.5; 2], 0.1 + 1e-9), minimum([1.0; 2], 0.3)];
        Surface { extent: 1.6, size: 5, loss, minima }
    }

    #[test]
    fn landscapes_have_many_shades_and_the_least_is_darkest() {
        let surface = surface();
        let (side, bytes) = landscape(&surface);
        assert_eq!((side, bytes.len()), (17, 4 * 17 * 17));
        let colours: std::collections::HashSet<&[u8]> = bytes.chunks(4).collect();
        assert!(colours.len() > 20);
        assert!(shade(level(0.1f64.ln(), range(&surface))).luminance() < shade(1.0).luminance());
        assert_eq!(landscape(&Surface::default()), (0, vec![]));
        let global: Vec<bool> = surface.minima.iter().map(|m| is_global(m, &surface)).collect();
        assert_eq!(global, [true, true, false]);
    }

    #[test]
    fn paths_point_upwards_and_leave_out_what_is_not_seen() {
        let repeats = vec![vec![0.0, 0.5, 9.0, 9.0, 0.001, 0.5, 9.0, 9.0, 1.0, -1.0, 9.0, 9.0]];
        let losses = vec![vec![f32::NAN; 3]; 2];
        let trajectory = Trajectory { steps: vec![0, 1, 2], repeats, losses, parameters: 4 };
        assert_eq!(path(&trajectory, 0), "M0.000 -0.500L1.000 1.000");
        assert_eq!(path(&trajectory, 1), "");
    }
}
