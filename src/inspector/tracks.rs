//! The geometry and the colours of a landscape; no browser needed.

use crate::diagram::colour::{self, Rgb};
use std::fmt::Write;
use toy::surface::{Minimum, Surface};
use toy::trajectory::Trajectory;

/// Pixels drawn for each interval between two points of the surface.
const FINE: usize = 4;
/// Contour lines from the lowest to the highest loss.
const BANDS: f64 = 14.0;
/// Points of a path closer than this to the one before are left out.
const NEAR: f32 = 0.006;

/// Least and greatest loss of a surface.
pub fn range(surface: &Surface) -> (f64, f64) {
    let least = surface.minima.first().map_or(f64::INFINITY, |minimum| minimum.loss);
    let known = surface.loss.iter().map(|&loss| f64::from(loss)).filter(|l| l.is_finite());
    known.fold((least, 0.0), |(low, high), loss| (low.min(loss), high.max(loss)))
}

/// Where a loss stands on the ramp, 0 to 1: logarithmic, and stretched near the least, where the
/// minima differ.
fn level(loss: f64, (low, high): (f64, f64)) -> f64 {
    let low = low.max(1e-12);
    let position = (loss.max(low) / low).ln() / (high / low).ln().max(1e-12);
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
    let levels: Vec<f64> = surface.loss.iter().map(|&l| level(f64::from(l), range)).collect();
    let at = |x: usize, y: usize| {
        let cell = |k: usize| (k / FINE).min(points - 2);
        let (i, j) = (cell(x), cell(y));
        let part = |k: usize, cell: usize| (k - cell * FINE) as f64 / FINE as f64;
        let (u, v) = (part(x, i), part(y, j));
        let row = |j: usize| levels[j * points + i] * (1.0 - u) + levels[j * points + i + 1] * u;
        row(j) * (1.0 - v) + row(j + 1) * v
    };
    let band = |level: f64| (level * BANDS).floor();
    let mut bytes = Vec::with_capacity(4 * side * side);
    for y in (0..side).rev() {
        for x in 0..side {
            let here = at(x, y);
            let next = [(x + 1, y), (x, y + 1)].map(|(x, y)| at(x.min(side - 1), y.min(side - 1)));
            let line = next.iter().any(|&there| band(there) != band(here));
            let Rgb(r, g, b) = shade(here).mix(Rgb(0x15, 0x17, 0x1A), if line { 0.3 } else { 0.0 });
            bytes.extend_from_slice(&[r, g, b, 255]);
        }
    }
    (side as u32, bytes)
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

/// A straight way between two minima that rises by no more than this part of the loss leads
/// through one valley, however uneven its floor.
const RISE: f64 = 0.05;

/// The minima worth a mark: of those in one valley only the lowest.
pub fn minima(surface: &Surface) -> Vec<Minimum> {
    let mut kept: Vec<Minimum> = vec![];
    for minimum in &surface.minima {
        let joined = |lower: &Minimum| {
            let highest = (0..=32).map(|i| {
                let t = f64::from(i) / 32.0;
                let along = |k: usize| lower.w[k] * (1.0 - t) + minimum.w[k] * t;
                nearest(surface, [along(0), along(1)])
            });
            highest.fold(0.0, f64::max) <= minimum.loss * (1.0 + RISE)
        };
        if is_global(minimum, surface) || !kept.iter().any(joined) {
            kept.push(*minimum);
        }
    }
    kept
}

/// The loss at the point of the surface nearest to these weights.
fn nearest(surface: &Surface, w: [f64; 2]) -> f64 {
    let last = f64::from(surface.size.saturating_sub(1));
    let [i, j] = w.map(|w| {
        let place = (w / surface.extent + 1.0) * 0.5 * last;
        place.round().clamp(0.0, last) as usize
    });
    surface.loss.get(j * surface.size as usize + i).map_or(f64::INFINITY, |&loss| f64::from(loss))
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
        assert!(shade(level(0.1, range(&surface))).luminance() < shade(1.0).luminance());
        assert_eq!(landscape(&Surface::default()), (0, vec![]));
        assert_eq!(minima(&Surface::default()), []);
        let global: Vec<bool> = surface.minima.iter().map(|m| is_global(m, &surface)).collect();
        assert_eq!(global, [true, true, false]);
    }

    #[test]
    fn a_valley_has_one_mark() {
        // Two valleys along the columns at both edges, a ridge between them.
        let loss: Vec<f32> = (0..25).map(|i| [1.0, 2.0, 3.0, 2.0, 1.005][i % 5]).collect();
        let minimum = |w, loss| Minimum { w, loss };
        let minima = vec![
            minimum([-1.6, 0.0], 1.0),
            minimum([-1.6, 1.6], 1.003),
            minimum([1.6, 0.0], 1.005),
            minimum([1.6, -1.6], 1.006),
        ];
        let surface = Surface { extent: 1.6, size: 5, loss, minima };
        let kept: Vec<_> = super::minima(&surface).into_iter().map(|m| m.w).collect();
        assert_eq!(kept, [[-1.6, 0.0], [1.6, 0.0]]);
    }

    #[test]
    fn paths_point_upwards_and_leave_out_what_is_not_seen() {
        let repeats = vec![vec![0.0, 0.5, 9.0, 9.0, 0.001, 0.5, 9.0, 9.0, 1.0, -1.0, 9.0, 9.0]];
        let trajectory = Trajectory { steps: vec![0, 1, 2], repeats, parameters: 4 };
        assert_eq!(path(&trajectory, 0), "M0.000 -0.500L1.000 1.000");
        assert_eq!(path(&trajectory, 1), "");
    }
}
