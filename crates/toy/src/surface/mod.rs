//! The landscape a pixel's models train on: the exact loss of two features in one dimension over
//! their two weights, with the biases at their best, and its minima.

mod bias;
mod minima;

use crate::population::{Population, PopulationError, pair_moments};
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
    /// All strict local minima within the extent, lowest first; `w` and `-w` are two.
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
        let landscape = Landscape::new(s, r, bias)?;
        let at = |k: u32| extent * (2.0 * f64::from(k) / f64::from(size.max(2) - 1) - 1.0);
        let points = (0..size * size).map(|i| landscape.loss([at(i % size), at(i / size)]) as f32);
        Ok(Self { extent, size, loss: points.collect(), minima: landscape.minima(extent) })
    }
}

/// The loss over two weights at one density and importance, as a function.
#[derive(Clone, Debug)]
pub struct Landscape {
    population: Population<f64>,
    importance: [f64; 2],
    share: [f64; 3],
    /// 1 over the order of the losses.
    scale: f64,
    bias: bool,
}

impl Landscape {
    /// At density `s` and relative importance `r`, with biases at their best or without.
    ///
    /// # Errors
    /// When density or importance are out of range.
    pub fn new(s: f64, r: f64, bias: bool) -> Result<Self, PopulationError> {
        let population = Population::new(2, 1, &[1.0, r], s)?;
        let share = [(1.0 - s) * (1.0 - s), s * (1.0 - s), s * s];
        Ok(Self { population, importance: [1.0, r], share, scale: 1.0 / (s * r.max(1.0)), bias })
    }

    /// The loss of weights, summed over features.
    pub fn loss(&self, w: [f64; 2]) -> f64 {
        let cross = w[0] * w[1];
        let output = |i: usize| {
            let own = w[i] * w[i];
            if self.bias {
                bias::best(own, cross, self.share).loss
            } else {
                pair_moments(own, cross, 0.0, self.share).loss
            }
        };
        self.importance[0] * output(0) + self.importance[1] * output(1)
    }

    /// The biases that have this loss; 0 without biases.
    pub fn biases(&self, w: [f64; 2]) -> [f64; 2] {
        if !self.bias {
            return [0.0; 2];
        }
        [0, 1].map(|i| bias::best(w[i] * w[i], w[0] * w[1], self.share).bias)
    }

    /// The derivative of the loss by both weights. Where two biases are equally good the loss has a
    /// ridge, and this is the slope of one of its sides.
    pub fn slope(&self, w: [f64; 2]) -> [f64; 2] {
        // Biases at their best change the loss in second order only.
        self.population.pair_gradient(w, self.biases(w)).1
    }
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
            assert!((lowest - optimum.loss).abs() < 1e-10 * optimum.loss, "{s} {r} {lowest}");
            assert!(surface.loss.iter().all(|&l| f64::from(l) >= lowest * (1.0 - 1e-6)));
        }
        let same_sign = |r: f64| {
            let surface = Surface::new(0.02, r, true, 1.6, 49).unwrap();
            surface.minima.iter().any(|m| m.w[0] * m.w[1] > 0.05)
        };
        assert!(same_sign(1.0) && same_sign(0.5) && !same_sign(0.2) && !same_sign(5.0));
    }
}
