//! Every local minimum of a landscape.

use super::{Landscape, Minimum};
use crate::optimum::descent::{MOST, Spot, Vector, bfgs, newton};

/// Starts a side of the square of weights; half of them, as `-w` has the loss of `w`.
const STARTS: u32 = 24;
/// Ends of descents nearer to each other than this are one minimum.
const NEAR: f64 = 2e-3;
/// Radii of circles around an end: the wide one for minima as flat as a fourth power, the narrow
/// ones for those close to a ridge, as where a feature is all but given up.
const RADII: [f64; 3] = [1e-3, 2e-4, 5e-5];
/// Directions on a circle.
const DIRECTIONS: u32 = 48;
/// Rises of the loss, in parts of its order, that are not put down to rounding.
const RISE: f64 = 1e-14;

impl Landscape {
    /// All strict local minima with weights up to `extent`, lowest first: where descents from a grid
    /// of starts end, unless no circle around is higher throughout, as on saddles.
    pub fn minima(&self, extent: f64) -> Vec<Minimum> {
        let mut found: Vec<Minimum> = vec![];
        let at = |k: u32| extent * (2.0 * (f64::from(k) + 0.5) / f64::from(STARTS) - 1.0);
        for k in 0..STARTS * STARTS / 2 {
            // Off the axes and diagonals, where descents end on saddles.
            let start = [at(k % STARTS) + 0.011, at(k / STARTS) - 0.007];
            let Some(end) = self.descend(start) else { continue };
            let known = |m: &Minimum| (m.w[0] - end.w[0]).hypot(m.w[1] - end.w[1]) < NEAR;
            let inside = end.w.iter().all(|w| w.abs() <= extent);
            if inside && !found.iter().any(known) && self.is_strict(&end) {
                let mirrored = Minimum { w: end.w.map(|w| -w), ..end };
                let itself = known(&mirrored);
                found.push(end);
                if !itself {
                    found.push(mirrored);
                }
            }
        }
        found.sort_by(|a, b| a.loss.total_cmp(&b.loss));
        found
    }

    /// Where a descent of weights and biases together ends. Its biases may be stuck in a minimum
    /// that is not their best; it goes on from the best ones then.
    fn descend(&self, mut w: [f64; 2]) -> Option<Minimum> {
        let free = if self.bias { 4 } else { 2 };
        let f = |x: &Vector, slope: &mut Vector| {
            let (loss, dw, db) = self.population.pair_gradient([x[0], x[1]], [x[2], x[3]]);
            for (to, from) in slope.iter_mut().zip(dw.into_iter().chain(db)) {
                *to = from * self.scale;
            }
            loss * self.scale
        };
        for _ in 0..20 {
            let mut x = [0.0; MOST];
            x[..2].copy_from_slice(&w);
            x[2..4].copy_from_slice(&self.biases(w));
            let rough = bfgs(&f, free, Spot::at(&f, x), 1e-9, 300);
            let end = newton(&f, free, rough, 6);
            w = [end.x[0], end.x[1]];
            let loss = self.loss(w);
            if loss * self.scale >= end.value - RISE {
                return Some(Minimum { w, loss });
            }
        }
        None
    }

    /// Whether the loss rises in every direction, to a circle of one of the radii.
    fn is_strict(&self, minimum: &Minimum) -> bool {
        RADII.iter().any(|radius| {
            (0..DIRECTIONS).all(|k| {
                let angle = std::f64::consts::TAU * f64::from(k) / f64::from(DIRECTIONS);
                let (sin, cos) = angle.sin_cos();
                let there = [minimum.w[0] + radius * cos, minimum.w[1] + radius * sin];
                (self.loss(there) - minimum.loss) * self.scale > RISE
            })
        })
    }
}
