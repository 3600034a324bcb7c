//! Integrals of a rectified linear function over the unit cube, a lane for each model.
//!
//! The same integrals as `toy::population`'s, in coordinates that suit lanes: every variable is
//! measured from the corner where `z` is largest. There `z = top - sum_j slope_j t_j` with no
//! negative slope, so which side of the cube the plane `z = 0` cuts is no longer a question, and
//! the order in which it passes the corners is that of the partial sums of slopes. A crossing is
//! `unit(z / slope)`, so one reciprocal a slope serves all of them; an infinite quotient ends up
//! at 0 or 1, where it belongs. Sums of squares, which only the loss needs, are left out.
//!
//! With a target (`OWN`) the first variable is the output's own feature, and the residual is
//! `u = z - (1 - t_0)`; else `u = z`. Results are `int u` and the moments `int u t_j`, over the
//! part of the cube where `z > 0`.

use super::lanes::Lanes;
use fearless_simd::prelude::*;

/// A variable: its slope, which is not negative, and `1 / slope`, which is finite.
#[derive(Clone, Copy)]
pub struct Slope<L: Lanes> {
    /// How much `z` falls from 0 to 1.
    pub fall: L::F,
    /// The reciprocal.
    pub inverse: L::F,
}

/// `1 / slope`, or the largest power that stays finite for slopes that are no normal number.
#[inline(always)]
pub fn inverse<L: Lanes>(lanes: L, slope: L::F) -> L::F {
    lanes.splat(1.0) / slope.max(lanes.splat(f32::MIN_POSITIVE))
}

/// One variable: `z` runs from `top` to `low = top - slope`.
#[inline(always)]
pub fn strip<L: Lanes, const OWN: bool>(lanes: L, top: L::F, low: L::F, a: Slope<L>) -> [L::F; 2] {
    let length = lanes.unit(top * a.inverse);
    let (mut near, mut far) = (lanes.relu(top), lanes.relu(low));
    if OWN {
        near -= lanes.splat(1.0);
        far -= lanes.splat(1.0) - length;
    }
    [
        lanes.splat(0.5) * length * (near + far),
        lanes.splat(1.0 / 6.0) * length * length * (far + far + near),
    ]
}

/// Two variables: `top` is `z` at the corner, `low = top - a` its value where the first is 1.
///
/// Along the second variable `z > 0` throughout up to `full`, and for the part `length(t)` of the
/// first up to `most`. In between that length is linear, and the integrals of [`strip`] over it
/// are polynomials of the length, of degree 2 and 3, which are integrated term by term.
#[inline(always)]
pub fn square<L: Lanes, const OWN: bool>(
    lanes: L,
    top: L::F,
    low: L::F,
    a: Slope<L>,
    c: Slope<L>,
) -> [L::F; 3] {
    let own = lanes.splat(if OWN { 1.0 } else { 0.0 });
    let full = lanes.unit(low * c.inverse);
    let part = lanes.unit(top * c.inverse) - full;
    let from = lanes.unit(top * a.inverse);
    let to = lanes.unit((top - c.fall) * a.inverse);

    // A linear residual on a rectangle: its mean, and the variance of each variable.
    let half = lanes.splat(0.5) * full;
    let slope = if OWN { a.fall - own } else { a.fall };
    let near = if OWN { top - own } else { top };
    let mean = near - lanes.splat(0.5) * slope - c.fall * half;
    let bias = full * mean;
    let first = full * (lanes.splat(0.5) * mean - lanes.splat(1.0 / 12.0) * slope);
    let second = full * half * (mean - lanes.splat(1.0 / 3.0) * c.fall * half);

    let (sum, product) = (from + to, from * to);
    let (to2, squares) = (to * to, from * from + to * to);
    let (square, tilted) = (squares + product, squares + product + product + to2 + to2);
    let (cube, lean) = (sum * squares, sum + to);
    let quadratic = lanes.splat(1.0 / 6.0) * if OWN { a.fall + own } else { a.fall };
    let mut inner = quadratic * square;
    let mut inner_second = lanes.splat(0.25) * quadratic * tilted;
    let cubic = lanes.splat(1.0 / 24.0) * if OWN { slope + lanes.splat(3.0) } else { a.fall };
    let mut inner_first = cubic * cube;
    if OWN {
        inner -= lanes.splat(0.5) * sum;
        inner_second -= lanes.splat(1.0 / 6.0) * lean;
        inner_first -= lanes.splat(1.0 / 6.0) * square;
    }
    let inner = part * inner;
    [
        bias + inner,
        part.mul_add(inner_first, first),
        second + full * inner + part * part * inner_second,
    ]
}

/// Gauss-Legendre nodes and weights on [0, 1], three points, exact to degree 5.
const NODES: [(f32, f32); 3] =
    [(0.112_701_66, 5.0 / 18.0), (0.5, 8.0 / 18.0), (0.887_298_35, 5.0 / 18.0)];

/// Integrates `inner` over the intervals between `ends`, which ascend; adds to `sum`, and to
/// `moment` the first integral times the variable.
#[inline(always)]
fn sweep<L: Lanes, const D: usize>(
    lanes: L,
    ends: &[L::F],
    sum: &mut [L::F; D],
    moment: &mut L::F,
    inner: impl Fn(L::F) -> [L::F; D],
) {
    for pair in ends.windows(2) {
        let length = pair[1] - pair[0];
        // Many intervals are empty, and neighbouring models are alike.
        if !length.simd_gt(lanes.splat(0.0)).any_true() {
            continue;
        }
        for (node, weight) in NODES {
            let t = lanes.splat(node).mul_add(length, pair[0]);
            let part = inner(t);
            let weight = lanes.splat(weight) * length;
            for (s, p) in sum.iter_mut().zip(part) {
                *s = weight.mul_add(p, *s);
            }
            *moment = (weight * part[0]).mul_add(t, *moment);
        }
    }
}

/// Integrals over a cuboid where `z > 0` throughout: sides 1, but `length` along the last variable.
#[inline(always)]
fn cuboid<L: Lanes, const OWN: bool, const K: usize>(
    lanes: L,
    top: L::F,
    slopes: [L::F; K],
    length: L::F,
) -> ([L::F; K], L::F) {
    let mut slopes = slopes;
    let mut mean = top;
    if OWN {
        slopes[0] -= lanes.splat(1.0);
        mean -= lanes.splat(1.0);
    }
    slopes[K - 1] *= length;
    for slope in slopes {
        mean -= lanes.splat(0.5) * slope;
    }
    let mut sum = [length * mean; K];
    let mut last = lanes.splat(0.0);
    for j in 0..K {
        let moment = length * (lanes.splat(0.5) * mean - lanes.splat(1.0 / 12.0) * slopes[j]);
        if j + 1 < K {
            sum[j + 1] = moment;
        } else {
            last = length * moment;
        }
    }
    (sum, last)
}

/// Three variables: the third is split where the plane passes the corners of the first two.
#[inline(always)]
pub fn cube<L: Lanes, const OWN: bool>(
    lanes: L,
    top: L::F,
    [a, c, d]: [Slope<L>; 3],
) -> [L::F; 4] {
    let (small, large) = (a.fall.min(c.fall), a.fall.max(c.fall));
    let crossing = |z: L::F| lanes.unit(z * d.inverse);
    let ends = [
        crossing(top - small - large),
        crossing(top - large),
        crossing(top - small),
        crossing(top),
    ];
    let (mut sum, mut third) = cuboid::<L, OWN, 3>(lanes, top, [a.fall, c.fall, d.fall], ends[0]);
    sweep(
        lanes,
        &ends,
        &mut sum,
        &mut third,
        #[inline(always)]
        |t| {
            let top = top - d.fall * t;
            square::<L, OWN>(lanes, top, top - a.fall, a, c)
        },
    );
    [sum[0], sum[1], sum[2], third]
}

/// Four variables, the first with a target: the fourth is split as in [`cube`].
#[inline(always)]
pub fn tesseract<L: Lanes>(lanes: L, top: L::F, [a, c, d, e]: [Slope<L>; 4]) -> [L::F; 5] {
    // The slopes in order, then all partial sums of them in order.
    let (low, high) = (a.fall.min(c.fall), a.fall.max(c.fall));
    let (s2, s3) = (high.min(d.fall), high.max(d.fall));
    let (s1, s2) = (low.min(s2), low.max(s2));
    let crossing = |sum: L::F| lanes.unit((top - sum) * e.inverse);
    let ends = [
        crossing(s1 + s2 + s3),
        crossing(s2 + s3),
        crossing(s1 + s3),
        crossing(s3.max(s1 + s2)),
        crossing(s3.min(s1 + s2)),
        crossing(s2),
        crossing(s1),
        crossing(lanes.splat(0.0)),
    ];
    let slopes = [a.fall, c.fall, d.fall, e.fall];
    let (mut sum, mut fourth) = cuboid::<L, true, 4>(lanes, top, slopes, ends[0]);
    sweep(
        lanes,
        &ends,
        &mut sum,
        &mut fourth,
        #[inline(always)]
        |t| cube::<L, true>(lanes, top - e.fall * t, [a, c, d]),
    );
    [sum[0], sum[1], sum[2], sum[3], fourth]
}
