//! Measures of a set of feature directions, wherever in an architecture they stand.

use crate::model::dot;
use serde::{Deserialize, Serialize};

/// A feature counts as represented from this norm on.
pub const REPRESENTED: f32 = 0.5;
/// Bins of the histogram of cosines, over -1 to 1.
pub const BINS: usize = 40;

/// What is measured on `n` directions in `d` dimensions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Directions {
    /// Dimensions `d`.
    pub dimensions: u32,
    /// Length of every direction.
    pub norm: Vec<f32>,
    /// Dimensionality `D_j = |f_j|^2 / sum_i (f^_j . f_i)^2` of every feature, 0 to 1.
    pub dimensionality: Vec<f32>,
    /// Coordinates of every direction along the first two principal components of all of them.
    pub components: Vec<[f32; 2]>,
    /// Cosines between directions, each pair once, in [`BINS`] bins from -1 to 1.
    pub cosines: Vec<u32>,
    /// Mean of the cosines' absolute values.
    pub mean_cosine: f32,
    /// Largest of the cosines' absolute values.
    pub largest_cosine: f32,
}

impl Directions {
    /// Measures directions that stand one after the other.
    pub fn new(dimensions: usize, all: &[f32]) -> Self {
        let rows: Vec<Vec<f64>> = all
            .chunks_exact(dimensions)
            .map(|row| row.iter().map(|&x| f64::from(x)).collect())
            .collect();
        let norms: Vec<f64> = rows.iter().map(|row| dot(row, row).sqrt()).collect();
        let (mut squares, mut cosines) = (vec![0.0; rows.len()], vec![0; BINS]);
        let (mut sum, mut pairs, mut largest) = (0.0, 0u32, 0f64);
        for (i, a) in rows.iter().enumerate() {
            for (j, b) in rows.iter().enumerate().take(i + 1) {
                let product = dot(a, b);
                squares[i] += product * product;
                if i == j {
                    continue;
                }
                squares[j] += product * product;
                // A feature without a direction has no angle to any other.
                let cosine = product / (norms[i] * norms[j]);
                if cosine.is_finite() {
                    let bin = ((cosine + 1.0) / 2.0 * BINS as f64) as usize;
                    cosines[bin.min(BINS - 1)] += 1;
                    (sum, pairs) = (sum + cosine.abs(), pairs + 1);
                    largest = largest.max(cosine.abs());
                }
            }
        }
        let dimensionality = |(norm, square): (&f64, &f64)| {
            if *square > 0.0 { (norm.powi(4) / square) as f32 } else { 0.0 }
        };
        Self {
            dimensions: dimensions as u32,
            dimensionality: norms.iter().zip(&squares).map(dimensionality).collect(),
            norm: norms.iter().map(|&norm| norm as f32).collect(),
            components: components(&rows),
            cosines,
            mean_cosine: (sum / f64::from(pairs.max(1))) as f32,
            largest_cosine: largest as f32,
        }
    }

    /// How many features are represented, by [`REPRESENTED`].
    pub fn represented(&self) -> usize {
        self.norm.iter().filter(|norm| **norm > REPRESENTED).count()
    }

    /// Sum of the dimensionalities, at most `d`.
    pub fn capacity(&self) -> f32 {
        self.dimensionality.iter().sum()
    }
}

/// The mean absolute cosine of random directions, to leading order: `sqrt(2 / (pi d))`.
pub fn random_cosine(dimensions: u32) -> f64 {
    (2.0 / (std::f64::consts::PI * f64::from(dimensions))).sqrt()
}

/// Density of the cosine of two random directions at a value between -1 and 1:
/// proportional to `(1 - c^2)^((d - 3) / 2)`.
pub fn random_density(dimensions: u32, cosine: f64) -> f64 {
    let d = f64::from(dimensions);
    let at = |c: f64| (1.0 - c * c).max(1e-12).powf((d - 3.0) / 2.0);
    // The normalising constant by the midpoint rule: near enough for a curve, whatever d.
    let steps = 2000;
    let middle = |k: i32| (f64::from(k) + 0.5) * 2.0 / f64::from(steps) - 1.0;
    let total: f64 = (0..steps).map(|k| at(middle(k))).sum::<f64>() * 2.0 / f64::from(steps);
    at(cosine) / total
}

/// The least that the largest absolute cosine of `n` directions in `d` dimensions can be
/// (Welch 1974): `sqrt((n - d) / (d (n - 1)))`, 0 when they fit.
pub fn welch(features: u32, dimensions: u32) -> f64 {
    let (n, d) = (f64::from(features), f64::from(dimensions));
    if n <= d || n < 2.0 { 0.0 } else { ((n - d) / (d * (n - 1.0))).sqrt() }
}

/// Coordinates along the two directions in which the rows, less their mean, vary most.
fn components(rows: &[Vec<f64>]) -> Vec<[f32; 2]> {
    let d = rows.first().map_or(0, Vec::len);
    let mut mean = vec![0.0; d];
    for row in rows {
        mean.iter_mut().zip(row).for_each(|(m, x)| *m += x / rows.len() as f64);
    }
    let centred: Vec<Vec<f64>> =
        rows.iter().map(|row| row.iter().zip(&mean).map(|(x, m)| x - m).collect()).collect();
    // Power iteration on both at once; the start is fixed, so that pictures do not jump.
    let mut axes = [0, 1].map(|k| {
        (0..d).map(|i| if i % 2 == k { 1.0 } else { 0.5 + i as f64 / (2.0 * d as f64) }).collect()
    });
    for _ in 0..60 {
        axes = axes.map(|axis: Vec<f64>| {
            let mut next = vec![0.0; d];
            for row in &centred {
                let along = dot(row, &axis);
                next.iter_mut().zip(row).for_each(|(n, x)| *n += along * x);
            }
            next
        });
        orthonormal(&mut axes);
    }
    // An axis has two directions: the one with the larger positive coordinate is taken.
    let mut all: Vec<[f64; 2]> =
        centred.iter().map(|row| [dot(row, &axes[0]), dot(row, &axes[1])]).collect();
    for k in 0..2 {
        let extreme =
            all.iter().map(|p| p[k]).fold(0f64, |a, b| if b.abs() > a.abs() { b } else { a });
        if extreme < 0.0 {
            all.iter_mut().for_each(|point| point[k] = -point[k]);
        }
    }
    all.into_iter().map(|point| point.map(|x| x as f32)).collect()
}

/// Gram and Schmidt; an axis of length 0 stays so.
fn orthonormal(axes: &mut [Vec<f64>; 2]) {
    let unit = |axis: &mut Vec<f64>| {
        let norm = dot(axis, axis).sqrt();
        axis.iter_mut().for_each(|x| *x = if norm > 0.0 { *x / norm } else { 0.0 });
    };
    let [first, second] = axes;
    unit(first);
    let along = dot(first, second);
    second.iter_mut().zip(&*first).for_each(|(x, f)| *x -= along * f);
    unit(second);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{block, normal_pair};

    fn random(features: usize, dimensions: usize) -> Vec<f32> {
        let pair = |i| {
            let [a, b, ..] = block(5, i, 0, 0);
            normal_pair(a, b)
        };
        let count = (features * dimensions).div_ceil(2) as u32;
        let mut all: Vec<f32> = (0..count).flat_map(pair).map(|x| x as f32).collect();
        all.truncate(features * dimensions);
        all
    }

    #[test]
    fn random_directions_are_as_theory_has_them() {
        for (n, d) in [(400, 16), (300, 64)] {
            let found = Directions::new(d, &random(n, d));
            let expected = random_cosine(d as u32);
            let off = f64::from(found.mean_cosine) / expected - 1.0;
            assert!(off.abs() < 0.02, "{d}: {off}");
            assert!(f64::from(found.largest_cosine) > welch(n as u32, d as u32));
            assert!(found.capacity() <= d as f32 + 1e-3);
            assert_eq!(found.cosines.iter().sum::<u32>() as usize, n * (n - 1) / 2);
            // The histogram follows the density.
            let pairs = (n * (n - 1) / 2) as f64;
            let (bin, width) = (BINS / 2, 2.0 / BINS as f64);
            let share = f64::from(found.cosines[bin]) / pairs / width;
            let middle = random_density(d as u32, width / 2.0);
            assert!((share / middle - 1.0).abs() < 0.05, "{share} {middle}");
        }
    }

    #[test]
    fn an_antipodal_pair_and_one_alone() {
        let found = Directions::new(2, &[1.0, 0.0, -1.0, 0.0, 0.0, 0.25]);
        assert_eq!(found.norm, [1.0, 1.0, 0.25]);
        assert_eq!(found.dimensionality, [0.5, 0.5, 1.0]);
        assert_eq!((found.represented(), found.capacity()), (2, 2.0));
        assert_eq!((found.largest_cosine, found.cosines[0]), (1.0, 1));
        assert!((found.mean_cosine - 1.0 / 3.0).abs() < 1e-6);
        // The first component is the pair's line.
        assert!((found.components[0][0].abs() - 1.0).abs() < 1e-6);
        assert!((found.components[0][0] + found.components[1][0]).abs() < 1e-6);
    }

    #[test]
    fn nothing_has_no_direction() {
        let found = Directions::new(2, &[0.0, 0.0, 1.0, 0.0]);
        assert_eq!(found.dimensionality, [0.0, 1.0]);
        assert_eq!((found.mean_cosine, found.cosines.iter().sum::<u32>()), (0.0, 0));
        assert_eq!(welch(4, 4), 0.0);
        assert!((welch(64, 32) - (32f64 / (32.0 * 63.0)).sqrt()).abs() < 1e-15);
        assert!(Directions::new(3, &[f32::NAN; 6]).mean_cosine.is_finite());
    }
}
