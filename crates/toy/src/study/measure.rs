//! Measures of superposition for one model of a study.
//!
//! Directions are the rows of the encoder: what a feature does to the hidden units.

use super::evaluator::Evaluator;
use super::figure::{Figure, figures};
use super::vulnerability::Vulnerability;
use crate::measure::{REPRESENTED, dimensions_per_feature, fraction, norm};
use crate::model::{Shape, dot};
use serde::{Deserialize, Serialize};

/// A hidden unit counts as polysemantic when no single feature has so large a share of the squares
/// of its weights.
pub const MONOSEMANTIC: f64 = 0.9;
/// Bins of the interference histogram, over cosines from -1 to 1.
pub const BINS: usize = 20;

/// What is measured on a model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// Population loss, summed over features by importance, estimated on a fixed sample that all
    /// models of an instance share. NaN when the model diverged.
    pub loss: f32,
    /// Norm `|W_i|` of every feature.
    pub norm: Vec<f32>,
    /// Superposition of every feature, `sum over j != i of (What_i . W_j)^2`.
    pub superposition: Vec<f32>,
    /// Dimensionality `D_i` of every feature, 0 to 1; says little of features that are not
    /// represented.
    pub dimensionality: Vec<f32>,
    /// Dimensions per feature `D* = m / |W|_F^2`.
    pub dimensions_per_feature: f32,
    /// Capacity used: the sum of the dimensionalities, at most `m`.
    pub capacity: f32,
    /// Mean square of the cosine between the directions of two represented features; `1/m` where
    /// they point anywhere.
    pub overlap: f32,
    /// Fraction of the features whose norm is at least [`REPRESENTED`].
    pub represented: f32,
    /// Hidden units that several features share. Where units are not rectified their axes mean
    /// little, since any rotation of them does as well.
    pub polysemantic: u32,
    /// Cosines between the directions of represented features, each pair once, in [`BINS`] bins
    /// from -1 to 1.
    pub interference: Vec<u32>,
    /// What the directions form.
    pub figures: Vec<Figure>,
    /// What adversarial inputs do; only where it was asked for.
    pub vulnerability: Option<Vulnerability>,
}

impl Measures {
    /// Measures a model; all but the loss and the vulnerability depend on its weights alone.
    pub fn new(evaluator: &mut Evaluator, parameters: &[f32]) -> Self {
        let layout = evaluator.layout();
        let wide: Vec<f64> = parameters.iter().map(|&p| f64::from(p)).collect();
        let shape = Shape { n: layout.n, m: layout.m };
        let w = layout.encoder(&wide);
        // Of the hidden dimensions that there is room for, those that the model has.
        let used = f64::from(evaluator.hidden()) / layout.m as f64;
        let norms: Vec<f64> = (0..layout.n).map(|i| norm(shape, w, i)).collect();
        let overlaps = superpositions(shape, w, &norms);
        let fractions: Vec<f64> =
            norms.iter().zip(&overlaps).map(|(&n, &s)| fraction(n, s)).collect();
        let narrow = |all: &[f64]| all.iter().map(|&x| x as f32).collect();
        let represented = norms.iter().filter(|&&n| n >= REPRESENTED).count();
        Self {
            loss: evaluator.loss(parameters) as f32,
            norm: narrow(&norms),
            superposition: narrow(&overlaps),
            dimensionality: narrow(&fractions),
            dimensions_per_feature: (dimensions_per_feature(shape, w) * used) as f32,
            overlap: overlap(shape, w, &norms) as f32,
            capacity: fractions.iter().sum::<f64>() as f32,
            represented: represented as f32 / layout.n as f32,
            polysemantic: polysemantic(shape, w),
            interference: interference(shape, w, &norms),
            figures: figures(shape, w),
            vulnerability: None,
        }
    }

    /// The same, and what adversarial inputs do to the model.
    pub fn with_vulnerability(evaluator: &mut Evaluator, parameters: &[f32]) -> Self {
        let vulnerability = Some(Vulnerability::new(evaluator, parameters));
        Self { vulnerability, ..Self::new(evaluator, parameters) }
    }
}

/// Mean over pairs of represented features of the squared cosine between them, at a cost of
/// `n m^2`: the sum over all pairs is the square of the norm of the directions' second moment. 0
/// where there is no pair.
pub fn overlap(shape: Shape, w: &[f64], norms: &[f64]) -> f64 {
    let Shape { m, .. } = shape;
    let (mut second, mut count) = (vec![0.0; m * m], 0.0);
    for (row, norm) in w.chunks_exact(m).zip(norms).filter(|(_, norm)| **norm >= REPRESENTED) {
        count += 1.0;
        for (k, &x) in row.iter().enumerate() {
            for (sum, &y) in second[k * m..][..m].iter_mut().zip(row) {
                *sum += x * y / (norm * norm);
            }
        }
    }
    let all: f64 = second.iter().map(|x| x * x).sum();
    if count > 1.0 { ((all - count) / (count * (count - 1.0))).max(0.0) } else { 0.0 }
}

/// Superposition of every feature, as `crate::measure::superposition` has it, at a cost of `n m^2`
/// in all: the sum of `(W_i . W_j)^2` over all `j` is `W_i . (W^T W) W_i`.
pub fn superpositions(shape: Shape, w: &[f64], norms: &[f64]) -> Vec<f64> {
    let Shape { n, m } = shape;
    let mut second = vec![0.0; m * m];
    for row in w.chunks_exact(m).take(n) {
        for (k, &x) in row.iter().enumerate() {
            for (sum, &y) in second[k * m..][..m].iter_mut().zip(row) {
                *sum += x * y;
            }
        }
    }
    let one = |(row, &norm): (&[f64], &f64)| {
        let all: f64 = row.iter().zip(second.chunks_exact(m)).map(|(x, s)| x * dot(s, row)).sum();
        // A feature with itself, and what rounding leaves of a feature on its own.
        if norm > 0.0 { (all / (norm * norm) - norm * norm).max(0.0) } else { 0.0 }
    };
    w.chunks_exact(m).zip(norms).map(one).collect()
}

/// Hidden units that several features share: whose largest weight has less than [`MONOSEMANTIC`]
/// of the squares, in units that do anything, which is to say whose squares sum to
/// [`REPRESENTED`]^2 at least.
pub fn polysemantic(shape: Shape, w: &[f64]) -> u32 {
    let shared = |k: &usize| {
        let squares = (0..shape.n).map(|i| w[i * shape.m + k].powi(2));
        let (sum, most) = squares.fold((0.0, 0f64), |(sum, most), x| (sum + x, most.max(x)));
        sum >= REPRESENTED * REPRESENTED && most < MONOSEMANTIC * sum
    };
    (0..shape.m).filter(shared).count() as u32
}

/// Histogram of the cosines between represented features' directions.
pub fn interference(shape: Shape, w: &[f64], norms: &[f64]) -> Vec<u32> {
    let mut bins = vec![0; BINS];
    let all: Vec<usize> = (0..shape.n).filter(|&i| norms[i] >= REPRESENTED).collect();
    for (place, &i) in all.iter().enumerate() {
        for &j in &all[..place] {
            let cosine = dot(shape.row(w, i), shape.row(w, j)) / (norms[i] * norms[j]);
            let bin = ((cosine + 1.0) / 2.0 * BINS as f64) as usize;
            bins[bin.min(BINS - 1)] += 1;
        }
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::axis::Span;
    use crate::evaluate::Effort;
    use crate::study::Study;
    use crate::study::variant::{Importance, Variant};

    fn evaluator(variant: Variant, n: u32, m: u32, density: f64) -> Evaluator {
        let study = Study {
            variant,
            features: n,
            hidden: m,
            density: Span::new(density, density),
            importance: Importance::Uniform,
            ..Study::default()
        };
        Evaluator::new(&study, 0, Effort::Final)
    }

    /// Two features kept exactly, two dropped: every measure in closed form.
    #[test]
    fn a_model_that_keeps_two_features_of_four() {
        let mut evaluator = evaluator(Variant::Relu, 4, 2, 0.25);
        let p = [1., 0., 0., 1., 0., 0., 0., 0., 0., 0., 0., 0.];
        let found = Measures::new(&mut evaluator, &p);
        assert_eq!(found.norm, [1.0, 1.0, 0.0, 0.0]);
        assert_eq!(found.superposition, [0.0; 4]);
        assert_eq!(found.dimensionality, [1.0, 1.0, 0.0, 0.0]);
        assert_eq!((found.dimensions_per_feature, found.capacity), (1.0, 2.0));
        assert_eq!((found.represented, found.polysemantic), (0.5, 0));
        assert_eq!(found.interference.iter().sum::<u32>(), 1);
        assert_eq!(found.interference[BINS / 2], 1);
        // The dropped features cost s / 3 each.
        assert!((found.loss - 0.5 / 3.0).abs() < 0.01, "{}", found.loss);
    }

    /// A digon: each feature has half a dimension, and its dimension is polysemantic.
    #[test]
    fn a_model_with_an_antipodal_pair() {
        let mut evaluator = evaluator(Variant::Relu, 2, 1, 0.1);
        let found = Measures::new(&mut evaluator, &[1.0, -1.0, 0.0, 0.0]);
        assert_eq!(found.superposition, [1.0; 2]);
        assert_eq!(found.dimensionality, [0.5; 2]);
        assert_eq!((found.dimensions_per_feature, found.capacity), (0.5, 1.0));
        assert_eq!((found.represented, found.polysemantic), (1.0, 1));
        assert_eq!(found.interference[0], 1);
        assert_eq!(found.figures.len(), 1);
        // Wrong only when both are active: (x - (x - y))^2 or x^2 for the smaller, s^2 / 3 in all.
        assert!((found.loss - 0.01 / 3.0).abs() < 0.0015, "{}", found.loss);
    }

    #[test]
    fn superpositions_are_the_definition_s() {
        let shape = Shape { n: 9, m: 4 };
        let word = |i| crate::random::block(3, i, 0, 0)[0];
        let mut w: Vec<f64> = (0..36).map(|i| crate::random::open_unit(word(i)) - 0.5).collect();
        w[8..12].fill(0.0);
        let norms: Vec<f64> = (0..9).map(|i| norm(shape, &w, i)).collect();
        for (i, found) in superpositions(shape, &w, &norms).iter().enumerate() {
            assert!((found - crate::measure::superposition(shape, &w, i)).abs() < 1e-12);
        }
        let long: Vec<usize> = (0..9).filter(|&i| norms[i] >= REPRESENTED).collect();
        let cosine =
            |i: usize, j: usize| dot(shape.row(&w, i), shape.row(&w, j)) / norms[i] / norms[j];
        let pairs = long.iter().flat_map(|&i| long.iter().map(move |&j| (i, j)));
        let squares: Vec<f64> =
            pairs.filter(|(i, j)| i != j).map(|(i, j)| cosine(i, j).powi(2)).collect();
        let mean = squares.iter().sum::<f64>() / squares.len() as f64;
        assert!(long.len() > 2 && (overlap(shape, &w, &norms) - mean).abs() < 1e-12);
    }

    #[test]
    fn a_regular_polygon_has_two_over_k() {
        for k in [3, 5, 7] {
            let angle = |i: u32| std::f64::consts::TAU * f64::from(i) / f64::from(k);
            let mut p: Vec<f32> = (0..k)
                .flat_map(|i| [1.2 * angle(i).cos(), 1.2 * angle(i).sin()])
                .map(|x| x as f32)
                .collect();
            p.resize(3 * k as usize, 0.0);
            let found = Measures::new(&mut evaluator(Variant::Relu, k, 2, 0.1), &p);
            for d in found.dimensionality {
                assert!((d - 2.0 / k as f32).abs() < 1e-6);
            }
            assert!((found.capacity - 2.0).abs() < 1e-5);
            assert!((found.dimensions_per_feature - 2.0 / (1.44 * k as f32)).abs() < 1e-6);
        }
    }
}
