//! Where the true phases end: the curves drawn over the diagram.
//!
//! At fixed density the minimum `L(r)` is the lower envelope of losses linear in `r`, hence concave
//! and non-decreasing. Two states have a known loss. Not representing the last feature costs
//! `v r` plus the minimum of the other features alone; giving it a dimension costs the minimum of
//! the others in one dimension less, whatever `r` is. Because of the concavity, each is optimal on
//! an interval that reaches to `r = 0` and to infinity: bisection finds its one end.
//!
//! Without biases neither state is ever exactly optimal: a little weight always helps, as a
//! feature's mean can then be told from another feature. The ends are those of the phases by the
//! default thresholds there.

use super::{Optimum, Solver};
use crate::phase::Phase;
use crate::population::PopulationError;
use serde::{Deserialize, Serialize};

/// How the optimum changes at an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Transition {
    /// Weights jump: two different minima have the same loss.
    FirstOrder,
    /// Weights grow from zero.
    Continuous,
}

/// One end of the superposition region at a density.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// Relative importance of the last feature.
    pub r: f64,
    /// Whether weights jump there.
    pub transition: Transition,
    /// By how much: at the lower edge the norm of the extra feature, at the upper its interference
    /// (root of the superposition measure).
    pub jump: f64,
}

/// Both ends of the region where the last feature is in superposition, at one density.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Boundary {
    /// The density.
    pub s: f64,
    /// Not represented below; `None` when that is nowhere optimal in the searched range.
    pub lower: Option<Edge>,
    /// Dedicated above; `None` when that is nowhere optimal in the searched range.
    pub upper: Option<Edge>,
}

/// Range of relative importance searched.
const RANGE: (f64, f64) = (1e-3, 1e3);

/// Relative gain over a known state that counts as a different optimum: far above rounding, and so
/// small that a continuous edge, where the gain grows as the square of the distance, moves by
/// some 1e-6 only.
const GAIN: f64 = 1e-11;

/// Smallest jump that is called one. At a continuous edge found with [`GAIN`], about 0.003 is seen.
const JUMP: f64 = 0.02;

impl Solver {
    /// The ends of the superposition region at density `s`.
    ///
    /// # Errors
    /// When `s` is not in (0, 1].
    pub fn boundary(&self, s: f64) -> Result<Boundary, PopulationError> {
        let (n, m) = (self.n, self.m);
        let ignored = if self.biases { s / 3.0 - s * s / 4.0 } else { s / 3.0 };
        let others = self.others(n - 1, m, s, ignored)?;
        let dedicated = self.others(n - 1, m - 1, s, ignored)?;
        let (norm, interference) =
            (|o: &Optimum| o.verdict.norm, |o: &Optimum| o.verdict.interference);
        let less = |known: f64, o: &Optimum| o.loss < known * (1.0 - GAIN);
        let left = |phase: Phase, o: &Optimum| o.verdict.phase != phase;
        let (low, high) = RANGE;
        let (lower, upper) = if self.biases {
            (
                self.edge(s, (low, high), |r, o| less(others + r * ignored, o), norm)?,
                self.edge(s, (high, low), |_, o| less(dedicated, o), interference)?,
            )
        } else {
            (
                self.edge(s, (low, high), |_, o| left(Phase::NotRepresented, o), norm)?,
                self.edge(s, (high, low), |_, o| left(Phase::Dedicated, o), interference)?,
            )
        };
        Ok(Boundary { s, lower, upper })
    }

    /// Minimum loss of `n` features of importance 1 in `m` dimensions.
    fn others(&self, n: usize, m: usize, s: f64, ignored: f64) -> Result<f64, PopulationError> {
        if m >= n {
            Ok(0.0)
        } else if m == 0 {
            Ok(n as f64 * ignored)
        } else {
            Ok(Self::new(n, m, self.biases)?.solve(s, 1.0, &[])?.loss)
        }
    }

    /// Bisects for the end of the interval, holding `near`, on which the optimum is not `beyond`;
    /// `measure` is what may jump there.
    fn edge(
        &self,
        s: f64,
        (near, far): (f64, f64),
        beyond: impl Fn(f64, &Optimum) -> bool,
        measure: impl Fn(&Optimum) -> f64,
    ) -> Result<Option<Edge>, PopulationError> {
        let mut inside = self.solve(s, near, &[])?;
        let mut outside = self.solve(s, far, &[])?;
        if beyond(near, &inside) || !beyond(far, &outside) {
            return Ok(None);
        }
        let (mut from, mut to) = (near.ln(), far.ln());
        while (to - from).abs() > 1e-7 {
            let middle = 0.5 * (from + to);
            let here = self.solve(s, middle.exp(), &[&inside, &outside])?;
            if beyond(middle.exp(), &here) {
                (to, outside) = (middle, here);
            } else {
                (from, inside) = (middle, here);
            }
        }
        // A state whose loss is known has none of it; its own search may have found some of the
        // gain too small to count.
        let within = if self.biases { 0.0 } else { measure(&inside) };
        let jump = (measure(&outside) - within).abs();
        let transition = if jump > JUMP { Transition::FirstOrder } else { Transition::Continuous };
        Ok(Some(Edge { r: to.exp(), transition, jump }))
    }
}
