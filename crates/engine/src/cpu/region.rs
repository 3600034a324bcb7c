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
//! `u = z - (1 - t_0)`; else `u = z`. Every function returns `2 int u`, then `12 int u t_j` for
//! each variable, over the part of the cube where `z > 0`: with these factors most constants of
//! the formulas below are 1.

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

/// `1 / slope`, or the largest number that stays finite for slopes that are no normal number.
#[inline(always)]
pub fn inverse<L: Lanes>(lanes: L, slope: L::F) -> L::F {
    lanes.splat(1.0) / slope.max(lanes.splat(f32::MIN_POSITIVE))
}

/// `c - a b`, in one rounding where there is an instruction for it.
#[inline(always)]
fn less<L: Lanes>(c: L::F, a: L::F, b: L::F) -> L::F {
    (-a).mul_add(b, c)
}

/// One variable: `z` runs from `top` to `low = top - slope`. The residual is linear on the
/// length where `z > 0`, and `z = 0` at its end if that is inside.
#[inline(always)]
pub fn strip<L: Lanes, const OWN: bool>(lanes: L, top: L::F, low: L::F, a: Slope<L>) -> [L::F; 2] {
    let length = lanes.unit(top * a.inverse);
    let (mut near, mut far) = (lanes.relu(top), lanes.relu(low));
    if OWN {
        near -= lanes.splat(1.0);
        far += length - lanes.splat(1.0);
    }
    let sum = near + far;
    [length * sum, (length + length) * length * (sum + far)]
}

/// Two variables: `top` is `z` at the corner, `low = top - a` its value where the first is 1.
///
/// Along the second variable `z > 0` throughout up to `full`, and for the part `length(t)` of the
/// first up to `most`. In the first part the residual is linear on a rectangle, where mean and
/// variances are enough. In the second the length falls linearly from `from` to `to`, and the
/// integrals of [`strip`], polynomials of the length of degree 2 and 3, are integrated term by
/// term.
#[inline(always)]
pub fn square<L: Lanes, const OWN: bool>(
    lanes: L,
    top: L::F,
    low: L::F,
    a: Slope<L>,
    c: Slope<L>,
) -> [L::F; 3] {
    let (one, two, three) = (lanes.splat(1.0), lanes.splat(2.0), lanes.splat(3.0));
    let full = lanes.unit(low * c.inverse);
    let part = lanes.unit(top * c.inverse) - full;
    let from = lanes.unit(top * a.inverse);
    let to = lanes.unit((top - c.fall) * a.inverse);

    let fall = c.fall * full;
    let ends = top + low - fall;
    // Twice the mean residual, and the residual's slope.
    let (mean, slope) = if OWN { (ends - one, a.fall - one) } else { (ends, a.fall) };

    let (sum, product, to2) = (from + to, from * to, to * to);
    let squares = from.mul_add(from, to2);
    let square = squares + product;
    let tilted = two.mul_add(to2, square + product);
    let cube = sum * squares;
    let rate = if OWN { a.fall + one } else { a.fall };
    let mut inner = rate * lanes.splat(1.0 / 3.0) * square;
    let mut inner_second = rate * lanes.splat(0.5) * tilted;
    let mut inner_first = a.fall * lanes.splat(0.5) * cube;
    if OWN {
        inner -= sum;
        inner_second = less::<L>(inner_second, two, sum + to);
        inner_first += less::<L>(cube, two, square);
    }
    let inner = part * inner;
    let first = full * three.mul_add(mean, -slope);
    let second = full * three.mul_add(mean, -fall) + lanes.splat(6.0) * inner;
    [
        full.mul_add(mean, inner),
        part.mul_add(inner_first, first),
        (part * part).mul_add(inner_second, full * second),
    ]
}

/// Gauss-Legendre nodes and weights on [0, 1], three points, exact to degree 5.
const NODES: [(f32, f32); 3] =
    [(0.112_701_66, 5.0 / 18.0), (0.5, 8.0 / 18.0), (0.887_298_35, 5.0 / 18.0)];

/// Calls `add` with every node of the intervals between `ends`, which ascend, and its weight.
/// Intervals from `zero` on do not matter.
#[inline(always)]
fn nodes<L: Lanes>(lanes: L, ends: &[L::F], zero: L::F, mut add: impl FnMut(L::F, L::F)) {
    for pair in ends.windows(2) {
        let length = pair[1] - pair[0];
        // Many intervals are empty, and neighbouring models are alike.
        if (length.simd_gt(lanes.splat(0.0)) & pair[0].simd_lt(zero)).any_true() {
            for (node, weight) in NODES {
                add(lanes.splat(node).mul_add(length, pair[0]), lanes.splat(weight) * length);
            }
        }
    }
}

/// Three variables. Those of [`square`] inside, where `z` falls along the third; the first part,
/// where `z > 0` throughout, needs mean and variances only.
#[inline(always)]
pub fn cube<L: Lanes, const OWN: bool>(lanes: L, top: L::F, [a, c, d]: [Slope<L>; 3]) -> [L::F; 4] {
    let ends = corners(lanes, top, a.fall, c.fall, d.inverse, lanes.splat(1.0));
    let full = ends[0];
    let fall = d.fall * full;
    let own = if OWN { lanes.splat(1.0) } else { lanes.splat(0.0) };
    let slope = a.fall - own;
    // Twice the mean residual, and three times that.
    let mean = top + top - own - own - slope - c.fall - fall;
    let thrice = lanes.splat(3.0) * mean;
    let mut sum = [
        full * mean,
        full * (thrice - slope),
        full * (thrice - c.fall),
        full * full * (thrice - fall),
    ];
    nodes(
        lanes,
        &ends,
        ends[3],
        #[inline(always)]
        |t, weight| {
            let top = less::<L>(top, d.fall, t);
            let [bias, first, second] = square::<L, OWN>(lanes, top, top - a.fall, a, c);
            let bias = weight * bias;
            sum[0] += bias;
            sum[1] = weight.mul_add(first, sum[1]);
            sum[2] = weight.mul_add(second, sum[2]);
            sum[3] = (lanes.splat(6.0) * t).mul_add(bias, sum[3]);
        },
    );
    sum
}

/// Where, between 0 and `end`, a third variable takes `z` past zero at the corners of the first
/// two, in ascending order.
#[inline(always)]
fn corners<L: Lanes>(lanes: L, top: L::F, a: L::F, c: L::F, inverse: L::F, end: L::F) -> [L::F; 4] {
    let (small, large) = (a.min(c), a.max(c));
    let mut all = [top - small - large, top - large, top - small, top];
    for z in &mut all {
        *z = lanes.relu(*z * inverse).min(end);
    }
    all
}

/// Four variables, the first with a target.
///
/// The last two act through `v = s + ratio r` alone, the steeper one's position plus its share of
/// the other's: `z = top - a x - c t - d v`. At a given `v` the other ranges over `[r0, r1]`,
/// whose ends are linear in `v` between 0, `ratio`, 1 and `1 + ratio`. So one sum over `v` does
/// for two: the integrals of [`square`], times the length `r1 - r0`, times the mean of `s` or `r`
/// there, are polynomials of degree 5 at most.
#[inline(always)]
pub fn tesseract<L: Lanes>(lanes: L, top: L::F, [a, c, d, e]: [Slope<L>; 4]) -> [L::F; 5] {
    let (zero, one) = (lanes.splat(0.0), lanes.splat(1.0));
    let swap = d.fall.simd_lt(e.fall);
    let steep = swap.select(e.fall, d.fall);
    let shrink = swap.select(e.inverse, d.inverse);
    let ratio = swap.select(d.fall, e.fall) * shrink;
    let ratio = ratio.min(one);
    let stretch = inverse(lanes, ratio);
    let end = one + ratio;
    let cuts = corners(lanes, top, a.fall, c.fall, shrink, end);
    let ends = merge::<L>(cuts, [zero, ratio, one, end]);
    let mut sum = [zero; 5];
    nodes(
        lanes,
        &ends,
        cuts[3],
        #[inline(always)]
        |v, weight| {
            let top = less::<L>(top, steep, v);
            let [bias, first, second] = square::<L, true>(lanes, top, top - a.fall, a, c);
            let (r0, r1) = (lanes.unit((v - one) * stretch), lanes.unit(v * stretch));
            let weight = weight * (r1 - r0);
            let bias = weight * bias;
            sum[0] += bias;
            sum[1] = weight.mul_add(first, sum[1]);
            sum[2] = weight.mul_add(second, sum[2]);
            // Six times the means: three times the sum of the ends.
            let r = lanes.splat(3.0) * (r0 + r1);
            sum[3] = less::<L>(lanes.splat(6.0) * v, ratio, r).mul_add(bias, sum[3]);
            sum[4] = r.mul_add(bias, sum[4]);
        },
    );
    let (steeper, other) = (sum[3], sum[4]);
    sum[3] = swap.select(other, steeper);
    sum[4] = swap.select(steeper, other);
    sum
}

/// Merges two ascending lists of four (Batcher's bitonic network).
#[inline(always)]
fn merge<L: Lanes>(a: [L::F; 4], b: [L::F; 4]) -> [L::F; 8] {
    let mut all = [a[0], a[1], a[2], a[3], b[3], b[2], b[1], b[0]];
    for distance in [4, 2, 1] {
        for i in 0..8 {
            if i & distance == 0 {
                let (x, y) = (all[i], all[i + distance]);
                (all[i], all[i + distance]) = (x.min(y), x.max(y));
            }
        }
    }
    all
}
