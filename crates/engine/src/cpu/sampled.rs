//! Gradients of random batches.

use super::lanes::Lanes;
use super::step::{Affine, Moments, Source};
use super::stream::{Law, Stream, counts};
use fearless_simd::prelude::*;
use toy::sample::Sampler;

/// The batches of a group of models, all of one density.
pub struct Batches<'a, L: Lanes, const N: usize> {
    /// Draws at the group's density.
    pub sampler: &'a Sampler,
    /// The same, in lanes.
    pub law: Law<L, N>,
    /// The models' keys in the random streams.
    pub keys: L::U,
    /// Seed of the run.
    pub seed: u32,
    /// Samples a batch.
    pub batch: u32,
}

/// Samples drawn before any of them is looked at: a chain of integer products and one of float
/// ones overlap better as two loops, and each has registers enough. Stays within the L1 cache.
const CHUNK: usize = 64;

impl<L: Lanes, const N: usize> Batches<'_, L, N> {
    /// Samples that share a block of the stream.
    const TOGETHER: usize = if N == 2 { 2 } else { 1 };

    /// Draws the next samples of the stream.
    #[inline(always)]
    fn draw(&self, lanes: L, stream: &mut Stream<L>, samples: &mut [[L::F; N]]) {
        for samples in samples.chunks_exact_mut(Self::TOGETHER) {
            let mut words = [lanes.word(0); 8];
            words[..4].copy_from_slice(&stream.block(lanes));
            if N > 4 {
                words[4..].copy_from_slice(&stream.block(lanes));
            }
            for (k, x) in samples.iter_mut().enumerate() {
                *x = self.law.sample(lanes, &words[2 * k..]);
            }
        }
    }

    /// Adds samples to the sums. With a limit, only those lanes count whose limit is above the
    /// sample's index; the first sample's index comes with it.
    #[inline(always)]
    fn observe(
        lanes: L,
        samples: &[[L::F; N]],
        affine: Affine<'_, L, N>,
        limit: Option<(L::I, i32)>,
        sum: &mut Moments<L, N>,
    ) {
        // As many outputs at a time as keep the adders busy and their sums in registers.
        match N {
            2 => Self::outputs::<2>(lanes, 0, samples, affine, limit, sum),
            3 => Self::outputs::<3>(lanes, 0, samples, affine, limit, sum),
            4 => {
                Self::outputs::<2>(lanes, 0, samples, affine, limit, sum);
                Self::outputs::<2>(lanes, 2, samples, affine, limit, sum);
            }
            _ => {
                for i in 0..N {
                    Self::outputs::<1>(lanes, i, samples, affine, limit, sum);
                }
            }
        }
    }

    /// [`observe`](Self::observe) for `R` outputs, the first of them being `from`.
    #[inline(always)]
    fn outputs<const R: usize>(
        lanes: L,
        from: usize,
        samples: &[[L::F; N]],
        (a, b): Affine<'_, L, N>,
        limit: Option<(L::I, i32)>,
        sum: &mut Moments<L, N>,
    ) {
        let (mut error, mut cross) = ([lanes.splat(0.0); R], [[lanes.splat(0.0); N]; R]);
        error.copy_from_slice(&sum.error[from..from + R]);
        cross.copy_from_slice(&sum.cross[from..from + R]);
        let first = match limit {
            Some((_, first)) => first,
            None => 0,
        };
        for (x, index) in samples.iter().zip(first..) {
            for r in 0..R {
                let mut z = b[from + r];
                for j in 0..N {
                    z = a[from + r][j].mul_add(x[j], z);
                }
                let mut active = z.simd_gt(lanes.splat(0.0));
                if let Some((limit, _)) = limit {
                    active &= limit.simd_gt(lanes.integer(index));
                }
                let e = lanes.only(active, z - x[from + r]);
                error[r] += e;
                for j in 0..N {
                    cross[r][j] = e.mul_add(x[j], cross[r][j]);
                }
            }
        }
        sum.error[from..from + R].copy_from_slice(&error);
        sum.cross[from..from + R].copy_from_slice(&cross);
    }
}

impl<L: Lanes, const N: usize> Source<L, N> for Batches<'_, L, N> {
    type Scratch = [[L::F; N]; CHUNK];

    #[inline(always)]
    fn scratch(&self, lanes: L) -> Self::Scratch {
        [[lanes.splat(0.0); N]; CHUNK]
    }

    #[inline(always)]
    fn moments(
        &self,
        lanes: L,
        step: u32,
        affine: Affine<'_, L, N>,
        scratch: &mut Self::Scratch,
    ) -> Moments<L, N> {
        let count = counts(lanes, self.sampler, self.seed, self.keys, step);
        let (mut least, mut most) = (usize::MAX, 0);
        for &n in count.as_slice() {
            (least, most) = (least.min(n as usize), most.max(n as usize));
        }
        let limit = L::signed(count);
        let mut sum = Moments::zero(lanes);
        let mut stream = Stream::new(lanes, self.seed, self.keys, step, 0);
        for index in (0..most).step_by(CHUNK) {
            let length = CHUNK.min(most - index);
            self.draw(lanes, &mut stream, &mut scratch[..length.next_multiple_of(Self::TOGETHER)]);
            // Up to the smallest count no lane has to be held back.
            let common = length.min(least.saturating_sub(index));
            Self::observe(lanes, &scratch[..common], affine, None, &mut sum);
            let rest = Some((limit, (index + common) as i32));
            Self::observe(lanes, &scratch[common..length], affine, rest, &mut sum);
        }
        let zeros = lanes.splat(self.batch as f32) - L::F::float_from(limit);
        for i in 0..N {
            sum.error[i] = zeros.mul_add(lanes.relu(affine.1[i]), sum.error[i]);
        }
        sum
    }
}
