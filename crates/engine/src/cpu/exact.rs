//! Gradients of the population loss: the expectation over the data, integrated exactly.

use super::lanes::Lanes;
use super::region::{Slope, cube, inverse, square, strip, tesseract};
use super::step::{Affine, Moments, Source};
use fearless_simd::prelude::*;

/// The data of a group of models, all of one density.
pub struct Population<L: Lanes, const N: usize> {
    /// `share[k]`: probability of a mask in which these `k` features are active, and no other.
    share: [L::F; 5],
}

impl<L: Lanes, const N: usize> Population<L, N> {
    /// The data of `N` features, at most 4.
    #[inline(always)]
    pub fn new(lanes: L, density: f64) -> Self {
        let mut share = [lanes.splat(0.0); 5];
        for (k, share) in share.iter_mut().enumerate().take(N + 1) {
            let p = density.powi(k as i32) * (1.0 - density).powi((N - k) as i32);
            *share = lanes.splat(p as f32);
        }
        Self { share }
    }

    /// Moments of output 0 of two: `a` its own slope, `c` the other's, `b` its bias; `up` the
    /// positive part of `c`'s slope before its sign was taken, `falling` where it was negative.
    #[inline(always)]
    fn pair(
        &self,
        lanes: L,
        (a, c): (Slope<L>, Slope<L>),
        (up, falling): (L::F, L::M),
        b: L::F,
    ) -> [L::F; 3] {
        let [none, single, both, ..] = self.share;
        let one = b + a.fall;
        let other = b + up;
        let top = other + a.fall;
        let x = strip::<L, true>(lanes, one, b, a);
        let y = strip::<L, false>(lanes, other, other - c.fall, c);
        let xy = square::<L, true>(lanes, top, other, a, c);
        let (own, cross) = (single * x[0] + both * xy[0], single * y[0] + both * xy[0]);
        let (own_t, cross_t) = (single * x[1] + both * xy[1], single * y[1] + both * xy[2]);
        let error = none * lanes.relu(b) + single * (x[0] + y[0]) + both * xy[0];
        [error, own - own_t, falling.select(cross_t, cross - cross_t)]
    }

    /// Moments of output `i`: `g_i`, and `G_ij` for all `j`.
    #[inline(always)]
    fn output(&self, lanes: L, i: usize, slopes: &[Slope<L>; N], row: &[L::F; N], b: L::F) -> (L::F, [L::F; N]) {
        let zero = lanes.splat(0.0);
        // The variable with the target comes first.
        let mut order = [i; N];
        for (k, j) in (0..N).filter(|&j| j != i).enumerate() {
            order[k + 1] = j;
        }
        let mut error = zero;
        // Sums over the masks in which a feature is active, of `int u` and `int u t`.
        let (mut plain, mut tilted) = ([zero; N], [zero; N]);
        for mask in 0..1usize << N {
            let own = mask & 1 == 1;
            let mut active = [0; N];
            let mut count = 0;
            let mut top = b;
            for (k, &j) in order.iter().enumerate() {
                if mask >> k & 1 == 1 {
                    active[count] = j;
                    count += 1;
                    top += lanes.relu(row[j]);
                }
            }
            let s = |k: usize| slopes[active[k]];
            let mut out = [zero; 5];
            match (count, own) {
                (0, _) => out[0] = lanes.relu(top),
                (1, true) => out[..2].copy_from_slice(&strip::<L, true>(lanes, top, top - s(0).fall, s(0))),
                (1, false) => out[..2].copy_from_slice(&strip::<L, false>(lanes, top, top - s(0).fall, s(0))),
                (2, true) => out[..3].copy_from_slice(&square::<L, true>(lanes, top, top - s(0).fall, s(0), s(1))),
                (2, false) => out[..3].copy_from_slice(&square::<L, false>(lanes, top, top - s(0).fall, s(0), s(1))),
                (3, true) => out[..4].copy_from_slice(&cube::<L, true>(lanes, top, [s(0), s(1), s(2)])),
                (3, false) => out[..4].copy_from_slice(&cube::<L, false>(lanes, top, [s(0), s(1), s(2)])),
                _ => out = tesseract(lanes, top, [s(0), s(1), s(2), s(3)]),
            }
            let share = self.share[count];
            let bias = share * out[0];
            error += bias;
            for (k, &j) in active.iter().enumerate().take(count) {
                plain[j] += bias;
                tilted[j] = share.mul_add(out[k + 1], tilted[j]);
            }
        }
        let mut cross = [zero; N];
        for j in 0..N {
            // Where the slope is positive the variable was measured from 1 downward.
            cross[j] = row[j].simd_lt(zero).select(tilted[j], plain[j] - tilted[j]);
        }
        (error, cross)
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
            for i in 0..2 {
                let [error, own, other] = self.pair(lanes, (slopes[i][i], slopes[0][1]), side, b[i]);
                moments.error[i] = error;
                moments.cross[i][i] = own;
                moments.cross[i][1 - i] = other;
            }
        } else {
            for i in 0..N {
                (moments.error[i], moments.cross[i]) =
                    self.output(lanes, i, &slopes[i], &a[i], b[i]);
            }
        }
        moments
    }
}
