//! The true optimum: the global minimum of the population loss at a point of the diagram.
//!
//! Importances are `(1, .., 1, r)`, density `s`. The search descends from every configuration the
//! theory names, a few pseudo-random points and, where given, the minima of neighbouring pixels;
//! the best few go on to a tight tolerance and the winner gets a second-order polish. All of it is
//! f64 and deterministic. A search from finitely many starts is no proof of globality; the tests
//! hold it against hundreds of random starts.

mod boundary;
pub(crate) mod descent;
mod starts;

use crate::phase::{Context, Phase, Thresholds, Verdict};
use crate::population::{Population, PopulationError};
use descent::{Spot, Vector};
use starts::Start;

pub use boundary::{Boundary, Edge, Transition};

/// A global minimum.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimum {
    /// The loss, summed over features and weighted by importance.
    pub loss: f64,
    /// Weights, row-major `w[i*m + k]`. Rotations of the hidden space leave the loss alone; this
    /// one makes the last row `(+, 0, ..)`, the first `(?, +, 0, ..)` and so on.
    pub w: Vec<f64>,
    /// Biases, one per feature; zero for models without.
    pub b: Vec<f64>,
    /// The phase by the default thresholds. A same-sign pair here is confused and never trapped.
    pub verdict: Verdict,
}

impl Optimum {
    /// The phase by other thresholds.
    pub fn classify(&self, thresholds: &Thresholds) -> Verdict {
        // Relative to itself nothing exceeds the minimum, so biases do not matter.
        let context = Context { biases: true, excess: Some(0.0) };
        thresholds.classify(&self.w, self.w.len() / self.b.len().max(1), context)
    }
}

/// Finds optima of one shape of model.
#[derive(Clone, Debug)]
pub struct Solver {
    n: usize,
    m: usize,
    biases: bool,
    starts: Vec<Start>,
}

impl Solver {
    /// For `n` features (2 to 4) in `m < n` dimensions, with or without biases.
    ///
    /// # Errors
    /// When the shape is out of range.
    pub fn new(n: usize, m: usize, biases: bool) -> Result<Self, PopulationError> {
        Self::with_random_starts(n, m, biases, if n == 2 { 4 } else { 3 })
    }

    /// As [`new`](Self::new), with a chosen number of pseudo-random starts besides the structured.
    ///
    /// # Errors
    /// When the shape is out of range.
    pub fn with_random_starts(
        n: usize,
        m: usize,
        biases: bool,
        random: usize,
    ) -> Result<Self, PopulationError> {
        // Borrows the check of the shape; importance and density are those of some valid point.
        Population::new(n, m, &[1.0; 4][..n.min(4)], 1.0)?;
        Ok(Self { n, m, biases, starts: starts::all(n, m, random) })
    }

    /// Number of features.
    pub fn features(&self) -> usize {
        self.n
    }

    /// Number of hidden dimensions.
    pub fn hidden(&self) -> usize {
        self.m
    }

    /// The minimum at density `s` and relative importance `r` of the last feature.
    ///
    /// `warm` holds optima of nearby points, if any: they are tried besides the usual starts.
    ///
    /// # Errors
    /// When `s` is not in (0, 1] or `r` is negative or not finite.
    pub fn solve(&self, s: f64, r: f64, warm: &[&Optimum]) -> Result<Optimum, PopulationError> {
        let objective = self.objective(s, r)?;
        let f = |x: &Vector, g: &mut Vector| objective.value(x, g);
        let d = objective.variables();
        let near = warm.iter().filter_map(|o| self.resume(o));
        let mut ends: Vec<Spot> = near
            .chain(self.starts.iter().map(|start| self.begin(start, s)))
            .map(|x| descent::bfgs(&f, d, Spot::at(&f, x), 1e-4, 40))
            .filter(|end| end.value.is_finite())
            .collect();
        ends.sort_by(|a, b| a.value.total_cmp(&b.value));
        // What is far above the best after a rough descent is another basin; what has the value and
        // phase of its better neighbour is the same one.
        let limit = ends.first().map_or(0.0, |best| best.value * 1.01 + 1e-9);
        ends.retain(|end| end.value <= limit);
        ends.dedup_by(|a, b| {
            (a.value - b.value).abs() < 1e-10 * b.value && self.phase(a) == self.phase(b)
        });
        ends.truncate(4);
        // Many steps are rarely needed. A dedicated feature has its bias at 0, where the curvature
        // jumps by a factor 1/s, and with four features that can take a few hundred.
        ends.iter_mut().for_each(|end| *end = descent::bfgs(&f, d, *end, 1e-8, 600));
        let least = ends.iter().map(|end| end.value).fold(f64::INFINITY, f64::min);
        // At s = 1 the data is symmetric under x -> 1 - x, and a pair on the same side can be
        // exactly as good as an opposite one: the choice among equals must not be left to rounding.
        let best = ends
            .into_iter()
            .filter(|end| end.value <= least * (1.0 + 1e-10))
            .min_by_key(|end| self.phase(end));
        let Some(best) = best else {
            // Unreachable with a finite loss, which every start has; still an answer.
            return Ok(self.finish(Spot::at(&f, Vector::default()), &objective));
        };
        Ok(self.finish(descent::newton(&f, d, best, 4), &objective))
    }

    /// Solves a row of pixels, each with its left neighbour's minimum, and that of `above` if
    /// there is one, as further starts. Lazy: stop by dropping the iterator.
    pub fn row<'a>(
        &'a self,
        s: f64,
        importances: impl IntoIterator<Item = f64> + 'a,
        above: &'a [Optimum],
    ) -> impl Iterator<Item = Result<Optimum, PopulationError>> + 'a {
        let mut left: Option<Optimum> = None;
        importances.into_iter().enumerate().map(move |(i, r)| {
            let warm: Vec<&Optimum> = left.iter().chain(above.get(i)).collect();
            let here = self.solve(s, r, &warm)?;
            left = Some(here.clone());
            Ok(here)
        })
    }

    fn objective(&self, s: f64, r: f64) -> Result<Objective, PopulationError> {
        let mut importance = [1.0; 4];
        importance[self.n - 1] = r;
        Ok(Objective {
            point: Population::new(self.n, self.m, &importance[..self.n], s)?,
            biases: self.biases,
            scale: 1.0 / (s * r.max(1.0)),
        })
    }

    /// The variables at a start: weights, then biases. A dropped feature outputs its mean.
    fn begin(&self, start: &Start, s: f64) -> Vector {
        let mut x = start.w;
        if self.biases {
            for (b, dropped) in x[self.n * self.m..].iter_mut().zip(start.dropped).take(self.n) {
                *b = if dropped { 0.5 * s } else { 0.0 };
            }
        }
        x
    }

    /// The variables of an earlier optimum of the same shape, moved by a hair: a symmetric minimum
    /// of the neighbour can be a saddle here.
    fn resume(&self, from: &Optimum) -> Option<Vector> {
        if from.w.len() != self.n * self.m || from.b.len() != self.n {
            return None;
        }
        let biases = if self.biases { from.b.as_slice() } else { &[] };
        let mut x = Vector::default();
        for (i, (x, v)) in x.iter_mut().zip(from.w.iter().chain(biases)).enumerate() {
            *x = v + if i % 2 == 0 { 1e-3 } else { -7e-4 };
        }
        Some(x)
    }

    fn phase(&self, spot: &Spot) -> Phase {
        self.verdict(&spot.x[..self.n * self.m]).phase
    }

    fn verdict(&self, w: &[f64]) -> Verdict {
        let context = Context { biases: self.biases, excess: Some(0.0) };
        Thresholds::DEFAULT.classify(w, self.m, context)
    }

    fn finish(&self, spot: Spot, objective: &Objective) -> Optimum {
        let mut w = spot.x[..self.n * self.m].to_vec();
        let b = objective.bias(&spot.x).to_vec();
        orient(&mut w, self.m);
        let verdict = self.verdict(&w);
        Optimum { loss: spot.value / objective.scale, w, b, verdict }
    }
}

/// The loss of a point as a function of the free variables, of order 1.
struct Objective {
    point: Population<f64>,
    biases: bool,
    /// Losses are of order `s max(1, r)`; tolerances are meant for order 1.
    scale: f64,
}

impl Objective {
    fn variables(&self) -> usize {
        let n = self.point.features();
        n * self.point.hidden() + if self.biases { n } else { 0 }
    }

    fn bias<'a>(&self, x: &'a Vector) -> &'a [f64] {
        let n = self.point.features();
        // Without biases the entries behind the weights are never touched and stay 0.
        &x[n * self.point.hidden()..][..n]
    }

    fn value(&self, x: &Vector, g: &mut Vector) -> f64 {
        let n = self.point.features();
        let weights = n * self.point.hidden();
        let (dw, db) = g.split_at_mut(weights);
        let loss = self.point.gradient(&x[..weights], self.bias(x), dw, &mut db[..n]);
        g.iter_mut().for_each(|g| *g *= self.scale);
        loss * self.scale
    }
}

/// Rotates and reflects the hidden space into a standard position: rows last, first, second and so
/// on become lower triangular with a positive diagonal. Rows of no length are passed over.
fn orient(w: &mut [f64], m: usize) {
    let n = w.len() / m.max(1);
    let mut column = 0;
    for i in std::iter::once(n.saturating_sub(1)).chain(0..n.saturating_sub(1)) {
        if column == m || w[i * m + column..(i + 1) * m].iter().all(|x| x.abs() < 1e-6) {
            continue;
        }
        for k in column + 1..m {
            let (x, y) = (w[i * m + column], w[i * m + k]);
            let r = x.hypot(y);
            if r > 0.0 {
                for row in w.chunks_exact_mut(m) {
                    let (a, b) = (row[column], row[k]);
                    (row[column], row[k]) = ((x * a + y * b) / r, (x * b - y * a) / r);
                }
            }
        }
        if w[i * m + column] < 0.0 {
            w.chunks_exact_mut(m).for_each(|row| row[column] = -row[column]);
        }
        column += 1;
    }
}
