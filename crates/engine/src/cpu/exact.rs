//! Gradients of the population loss: the expectation over the data, integrated exactly.

use super::lanes::Lanes;
use super::region::{Slope, cube, inverse, square, strip, tesseract};
use super::step::{Affine, Moments, Source};
use fearless_simd::prelude::*;

/// What [`Population`] multiplies all its moments by, see [`super::region`].
pub const FACTOR: f32 = 12.0;

/// Probability of a mask in which certain features are active and no other, by their number.
pub type Shares = [f32; 5];

/// The shares of `n` features, at most 4, at a density.
pub fn shares(n: u32, density: f64) -> Shares {
    std::array::from_fn(|k| {
        let idle = n.saturating_sub(k as u32);
        (density.powi(k as i32) * (1.0 - density).powi(idle as i32)) as f32
    })
}

/// The data of a group of models, all of one density.
pub struct Population<L: Lanes, const N: usize> {
    /// [`Shares`] in lanes.
    share: [L::F; 5],
    /// Six times the same, which brings `2 int u` to the factor of the moments.
    six: [L::F; 5],
}

impl<L: Lanes, const N: usize> Population<L, N> {
    /// The data of `N` features with these [`shares`].
    #[inline(always)]
    pub fn new(lanes: L, shares: &Shares) -> Self {
        let (mut share, mut six) = ([lanes.splat(0.0); 5], [lanes.splat(0.0); 5]);
        for (k, &p) in shares.iter().enumerate() {
            share[k] = lanes.splat(p);
            six[k] = lanes.splat(6.0 * p);
        }
        Self { share, six }
    }

    /// Moments of one output of two: its error, the error times its own feature, and times the
    /// other one. `a` and `c` are the slopes of the two, `b` is the bias, `rise` the other's
    /// slope if that is positive, and `falling` tells where it is negative.
    #[inline(always)]
    fn pair(
        &self,
        lanes: L,
        (a, c): (Slope<L>, Slope<L>),
        (rise, falling): (L::F, L::M),
        b: L::F,
    ) -> [L::F; 3] {
        let ([_, single, both, ..], [none6, single6, both6, ..]) = (self.share, self.six);
        let other = b + rise;
        let x = strip::<L, true>(lanes, b + a.fall, b, a);
        let y = strip::<L, false>(lanes, other, other - c.fall, c);
        let xy = square::<L, true>(lanes, other + a.fall, other, a, c);
        let shared = both6 * xy[0];
        let own = single6.mul_add(x[0], shared);
        let cross = single6.mul_add(y[0], shared);
        let idle = lanes.relu(b);
        let error = none6.mul_add(idle + idle, single6.mul_add(x[0], cross));
        let own_t = single.mul_add(x[1], both * xy[1]);
        let cross_t = single.mul_add(y[1], both * xy[2]);
        [error, own - own_t, falling.select(cross_t, cross - cross_t)]
    }

    /// Moments of output `i`: its error, and the error times each feature.
    #[inline(always)]
    fn output(
        &self,
        lanes: L,
        i: usize,
        slopes: &[Slope<L>; N],
        row: &[L::F; N],
        b: L::F,
    ) -> (L::F, [L::F; N]) {
        // The output's own feature comes first.
        let mut order = [i; N];
        for k in 1..N {
            order[k] = if k <= i { k - 1 } else { k };
        }
        let s = order.map(
            #[inline(always)]
            |j| slopes[j],
        );
        let rise = order.map(
            #[inline(always)]
            |j| lanes.relu(row[j]),
        );
        let idle = lanes.relu(b);
        let mut sums = Sums::<L, N>::new(lanes, self.six[0] * (idle + idle));
        let top0 = b + rise[0];
        sums.add(self, [0], strip::<L, true>(lanes, top0, b, s[0]));
        for j in 1..N {
            let top = b + rise[j];
            sums.add(self, [j], strip::<L, false>(lanes, top, top - s[j].fall, s[j]));
            let xy = square::<L, true>(lanes, top + rise[0], top, s[0], s[j]);
            sums.add(self, [0, j], xy);
            for k in j + 1..N {
                let top = top + rise[k];
                let low = top - s[j].fall;
                sums.add(self, [j, k], square::<L, false>(lanes, top, low, s[j], s[k]));
                let xyz = cube::<L, true>(lanes, top + rise[0], [s[0], s[j], s[k]]);
                sums.add(self, [0, j, k], xyz);
                for l in k + 1..N {
                    let top = top + rise[l];
                    let xyz = cube::<L, false>(lanes, top, [s[j], s[k], s[l]]);
                    sums.add(self, [j, k, l], xyz);
                    let all = tesseract(lanes, top + rise[0], [s[0], s[j], s[k], s[l]]);
                    sums.add(self, [0, j, k, l], all);
                }
            }
        }
        let mut cross = [idle; N];
        for (k, &j) in order.iter().enumerate() {
            // Where the slope is positive the variable was measured from 1 downward.
            let falling = row[j].simd_lt(lanes.splat(0.0));
            cross[j] = falling.select(sums.tilted[k], sums.plain[k] - sums.tilted[k]);
        }
        (sums.error, cross)
    }
}

/// Sums over masks: of `int u`, the same over those masks only in which a feature is active, and
/// of `int u t` for each feature.
struct Sums<L: Lanes, const N: usize> {
    error: L::F,
    plain: [L::F; N],
    tilted: [L::F; N],
}

impl<L: Lanes, const N: usize> Sums<L, N> {
    #[inline(always)]
    fn new(lanes: L, error: L::F) -> Self {
        Self { error, plain: [lanes.splat(0.0); N], tilted: [lanes.splat(0.0); N] }
    }

    /// Adds the integrals of the mask in which these features are active.
    #[inline(always)]
    fn add<const K: usize, const D: usize>(
        &mut self,
        population: &Population<L, N>,
        active: [usize; K],
        integrals: [L::F; D],
    ) {
        let bias = population.six[K] * integrals[0];
        self.error += bias;
        for (k, j) in active.into_iter().enumerate() {
            self.plain[j] += bias;
            self.tilted[j] = population.share[K].mul_add(integrals[k + 1], self.tilted[j]);
        }
    }
}

/// Slopes of all pairs of features: the sizes of the entries of `A`.
#[inline(always)]
fn slopes<L: Lanes, const N: usize>(lanes: L, a: &[[L::F; N]; N]) -> [[Slope<L>; N]; N] {
    let zero = lanes.splat(0.0);
    let mut all = [[Slope { fall: zero, inverse: zero }; N]; N];
    for i in 0..N {
        for j in i..N {
            let fall = a[i][j].max(-a[i][j]);
            all[i][j] = Slope { fall, inverse: inverse(lanes, fall) };
            all[j][i] = all[i][j];
        }
    }
    all
}

impl<L: Lanes, const N: usize> Source<L, N> for Population<L, N> {
    type Scratch = ();

    #[inline(always)]
    fn scratch(&self, _: L) {}

    #[inline(always)]
    fn moments(
        &self,
        lanes: L,
        _step: u32,
        (a, b): Affine<'_, L, N>,
        (): &mut (),
    ) -> Moments<L, N> {
        let slopes = slopes(lanes, a);
        let mut moments = Moments::zero(lanes);
        if N == 2 {
            let side = (lanes.relu(a[0][1]), a[0][1].simd_lt(lanes.splat(0.0)));
            let first = self.pair(lanes, (slopes[0][0], slopes[0][1]), side, b[0]);
            let second = self.pair(lanes, (slopes[1][1], slopes[0][1]), side, b[1]);
            (moments.error[0], moments.error[1]) = (first[0], second[0]);
            (moments.cross[0][0], moments.cross[0][1]) = (first[1], first[2]);
            (moments.cross[1][1], moments.cross[1][0]) = (second[1], second[2]);
        } else {
            for i in 0..N {
                (moments.error[i], moments.cross[i]) =
                    self.output(lanes, i, &slopes[i], &a[i], b[i]);
            }
        }
        moments
    }
}
