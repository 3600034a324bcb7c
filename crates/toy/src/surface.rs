//! The landscape a pixel's models train on: the exact loss of two features in one dimension over
//! their two weights, with the biases at their best, and its minima.

use crate::population::{Population, PopulationError};
use serde::{Deserialize, Serialize};

/// The loss over `(w_1, w_2)`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Surface {
    /// Both weights run from `-extent` to `extent`.
    pub extent: f64,
    /// Points a side.
    pub size: u32,
    /// Loss, summed over features: a row for each `w_2`, from `-extent` up, a column for each `w_1`.
    pub loss: Vec<f32>,
    /// Local minima, lowest first.
    pub minima: Vec<Minimum>,
}

/// A local minimum of the surface.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Minimum {
    /// The two weights.
    pub w: [f64; 2],
    /// The loss there.
    pub loss: f64,
}

impl Surface {
    /// The surface at density `s` and relative importance `r`, with `size` points a side.
    ///
    /// # Errors
    /// When density or importance are out of range.
    pub fn new(
        s: f64,
        r: f64,
        bias: bool,
        extent: f64,
        size: u32,
    ) -> Result<Self, PopulationError> {
        let population = Population::new(2, 1, &[1.0, r], s)?;
        let loss = |w: [f64; 2]| {
            (0..2).map(|i| [1.0, r][i] * best_loss(&population, i, w, bias)).sum::<f64>()
        };
        let at = |k: u32| extent * (2.0 * f64::from(k) / f64::from(size - 1) - 1.0);
        let points = (0..size * size).map(|i| loss([at(i % size), at(i / size)]));
        let grid: Vec<f64> = points.collect();
        let step = 2.0 * extent / f64::from(size - 1);
        let mut minima = vec![];
        for (i, w) in lowest_of_neighbours(&grid, size as usize) {
            let found = descend(loss, [at(i as u32), at(w as u32)], step);
            let known = |m: &Minimum| (m.w[0] - found.w[0]).hypot(m.w[1] - found.w[1]) < step;
            if !minima.iter().any(known) && is_strict(loss, &found) {
                minima.push(found);
            }
        }
        minima.sort_by(|a, b| a.loss.total_cmp(&b.loss));
        Ok(Self { extent, size, loss: grid.iter().map(|&l| l as f32).collect(), minima })
    }
}

/// Loss of output `i` with its bias at the best value, or at 0 without biases.
///
/// The loss need not be convex in the bias, so a coarse scan comes before the golden section.
fn best_loss(population: &Population<f64>, i: usize, w: [f64; 2], bias: bool) -> f64 {
    let row = [w[i] * w[0], w[i] * w[1], 0.0, 0.0];
    let loss = |b: f64| population.moments(i, &row, b).loss;
    if !bias {
        return loss(0.0);
    }
    const SCAN: i32 = 10;
    let at = |k: i32| -2.0 + 3.0 * f64::from(k) / f64::from(SCAN);
    let coarse = (0..=SCAN).map(|k| (loss(at(k)), k)).min_by(|a, b| a.0.total_cmp(&b.0));
    let middle = coarse.map_or(0, |(_, k)| k);
    golden(loss, at(middle - 1), at(middle + 1))
}

/// Least value of a function with one minimum between `a` and `b`.
fn golden(f: impl Fn(f64) -> f64, mut a: f64, mut b: f64) -> f64 {
    const RATIO: f64 = 0.618_033_988_749_894_9;
    let inner = |a: f64, b: f64| [b - RATIO * (b - a), a + RATIO * (b - a)];
    let [mut c, mut d] = inner(a, b);
    let [mut fc, mut fd] = [f(c), f(d)];
    while b - a > 1e-5 {
        if fc < fd {
            (b, d, fd) = (d, c, fc);
            c = inner(a, b)[0];
            fc = f(c);
        } else {
            (a, c, fc) = (c, d, fd);
            d = inner(a, b)[1];
            fd = f(d);
        }
    }
    fc.min(fd)
}

/// Column and row of every inner point that none of its eight neighbours is below.
fn lowest_of_neighbours(grid: &[f64], size: usize) -> Vec<(usize, usize)> {
    let value = |i: usize, j: usize| grid[j * size + i];
    let inner = |j: usize| (1..size - 1).map(move |i| (i, j));
    (1..size - 1)
        .flat_map(inner)
        .filter(|&(i, j)| (0..9).all(|k| value(i + k % 3 - 1, j + k / 3 - 1) >= value(i, j)))
        .collect()
}

/// The points of a circle around `w`.
fn circle(w: [f64; 2], radius: f64, count: u32) -> impl Iterator<Item = [f64; 2]> {
    (0..count).map(move |k| {
        let (sin, cos) = (std::f64::consts::TAU * f64::from(k) / f64::from(count)).sin_cos();
        [w[0] + radius * cos, w[1] + radius * sin]
    })
}

/// Walks downhill in steps that halve when none of them leads lower.
fn descend(loss: impl Fn([f64; 2]) -> f64, mut w: [f64; 2], mut step: f64) -> Minimum {
    let mut lowest = loss(w);
    while step > 1e-6 {
        let tried = circle(w, step, 16).map(|w| (loss(w), w));
        match tried.min_by(|a, b| a.0.total_cmp(&b.0)) {
            Some((value, there)) if value < lowest => (lowest, w) = (value, there),
            _ => step /= 2.0,
        }
    }
    Minimum { w, loss: lowest }
}

/// Whether the loss rises in every direction: neither a plateau, where all outputs are dead, nor
/// a saddle between two basins.
fn is_strict(loss: impl Fn([f64; 2]) -> f64, minimum: &Minimum) -> bool {
    circle(minimum.w, 0.02, 32).all(|w| loss(w) > minimum.loss * (1.0 + 1e-7))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lowest point of the surface is the optimum found by quite another search, and the
    /// same-sign minima that trap runs are where physics has them.
    #[test]
    fn minima_are_the_optimum_and_the_traps() {
        for (s, r) in [(0.1, 1.0), (0.3, 0.5), (0.9, 0.3)] {
            let surface = Surface::new(s, r, true, 1.6, 49).unwrap();
            let optimum =
                crate::optimum::Solver::new(2, 1, true).unwrap().solve(s, r, &[]).unwrap();
            let lowest = surface.minima[0].loss;
            assert!((lowest - optimum.loss).abs() < 1e-6 * optimum.loss, "{s} {r} {lowest}");
            assert!(surface.loss.iter().all(|&l| f64::from(l) >= lowest * (1.0 - 1e-6)));
        }
        let same_sign = |r: f64| {
            let surface = Surface::new(0.02, r, true, 1.6, 49).unwrap();
            surface.minima.iter().any(|m| m.w[0] * m.w[1] > 0.05)
        };
        assert!(same_sign(1.0) && same_sign(0.5) && !same_sign(0.2) && !same_sign(5.0));
    }
}
