//! Measures of superposition for one model.

use crate::model::{Shape, dot};
use num_traits::Float;

/// The constant repro-superposition adds to a norm before dividing by it.
const POLYSEMANTICITY_GUARD: f64 = 1e-5;

/// A feature of a larger model counts as represented from this norm on.
pub const REPRESENTED: f64 = 0.5;

/// Length of feature `i`'s direction, `|W_i|`.
pub fn norm<T: Float>(shape: Shape, w: &[T], i: usize) -> T {
    let row = shape.row(w, i);
    dot(row, row).sqrt()
}

/// The paper's superposition of feature `i`: `sum over j != i of (What_i . W_j)^2`, with `What_i`
/// the unit vector along `W_i`; 0 for a feature without a direction.
pub fn superposition<T: Float>(shape: Shape, w: &[T], i: usize) -> T {
    let norm = norm(shape, w, i);
    if norm > T::zero() { interference(shape, w, i, norm) } else { T::zero() }
}

/// What repro-superposition calls polysemanticity: the square root of the superposition, with
/// `What_i = W_i / (1e-5 + |W_i|)`.
pub fn polysemanticity<T: Float>(shape: Shape, w: &[T], i: usize) -> T {
    let guard = T::from(POLYSEMANTICITY_GUARD).unwrap_or_else(T::zero);
    interference(shape, w, i, norm(shape, w, i) + guard).sqrt()
}

/// `sum over j != i of (W_i . W_j / length)^2`.
fn interference<T: Float>(shape: Shape, w: &[T], i: usize, length: T) -> T {
    (0..shape.n).filter(|&j| j != i).fold(T::zero(), |sum, j| {
        let overlap = dot(shape.row(w, i), shape.row(w, j)) / length;
        sum + overlap * overlap
    })
}

/// Feature dimensionality `D_i = |W_i|^2 / sum_j (What_i . W_j)^2`, the fraction of a dimension
/// feature `i` has to itself; equal to the capacity of Scherlis et al. 2022. 0 without direction.
pub fn dimensionality<T: Float>(shape: Shape, w: &[T], i: usize) -> T {
    fraction(norm(shape, w, i), superposition(shape, w, i))
}

/// The dimensionality of a feature of this norm and superposition.
pub fn fraction<T: Float>(norm: T, superposition: T) -> T {
    let own = norm * norm;
    if own > T::zero() { own / (own + superposition) } else { T::zero() }
}

/// Dimensions per feature `D* = m / |W|_F^2`.
pub fn dimensions_per_feature<T: Float>(shape: Shape, w: &[T]) -> T {
    T::from(shape.m).unwrap_or_else(T::zero) / dot(w, w)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polygon(k: usize, radius: f64) -> Vec<f64> {
        (0..k)
            .flat_map(|i| {
                let angle = std::f64::consts::TAU * i as f64 / k as f64;
                [radius * angle.cos(), radius * angle.sin()]
            })
            .collect()
    }

    #[test]
    fn regular_polygons_have_dimensionality_two_over_k() {
        for k in 2..=8 {
            for radius in [0.1, 1.0, 1.7] {
                let shape = Shape { n: k, m: 2 };
                let w = polygon(k, radius);
                for i in 0..k {
                    assert!(
                        (dimensionality(shape, &w, i) - 2.0 / k as f64).abs() < 1e-12 || k == 2
                    );
                }
            }
        }
        let digon = [1.0, 0.0, -1.0, 0.0];
        assert_eq!(dimensionality(Shape { n: 2, m: 2 }, &digon, 0), 0.5);
        let simplex = [1., 1., 1., 1., -1., -1., -1., 1., -1., -1., -1., 1.];
        let tetrahedron = Shape { n: 4, m: 3 };
        assert!((dimensionality(tetrahedron, &simplex, 2) - 0.75f64).abs() < 1e-12);
    }

    #[test]
    fn antipodal_pair() {
        let shape = Shape { n: 2, m: 1 };
        let w = [0.8f64, -0.9];
        assert!((superposition(shape, &w, 1) - 0.64).abs() < 1e-12);
        assert!((polysemanticity(shape, &w, 1) - 0.8).abs() < 1e-4);
        assert_eq!(superposition(shape, &[1.0, 0.0], 1), 0.0);
    }
}
