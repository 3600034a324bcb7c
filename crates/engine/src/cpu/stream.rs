//! Random numbers and samples, a lane for each model: the same bits as `toy::random` and
//! `toy::sample` draw for each model alone.

use super::lanes::Lanes;
use fearless_simd::prelude::*;
use toy::random::COUNT_BLOCK;
use toy::sample::{Sampler, Threshold};

/// Multiplier and increment of the generator that `pcg4d` passes every counter through first.
const LCG: [u32; 2] = [1_664_525, 1_013_904_223];

fn scramble(counter: u32) -> u32 {
    counter.wrapping_mul(LCG[0]).wrapping_add(LCG[1])
}

/// The blocks of the models' streams at one step, in order.
///
/// Only the block counter changes from one block to the next, and the first half round of
/// `pcg4d` is linear in it: `x` and `y` move by a constant, which saves two of its products.
pub struct Stream<L: Lanes> {
    x: L::U,
    y: L::U,
    z: L::U,
    w: L::U,
    y_stride: L::U,
}

impl<L: Lanes> Stream<L> {
    /// The streams of the models with these keys, from a block on.
    #[inline(always)]
    pub fn new(lanes: L, seed: u32, keys: L::U, step: u32, block: u32) -> Self {
        let (y, w) = (scramble(step), scramble(seed));
        let z = keys * lanes.word(LCG[0]) + lanes.word(LCG[1]);
        let x = lanes.word(scramble(block).wrapping_add(y.wrapping_mul(w)));
        let y = lanes.word(y) + z * x;
        Self { x, y, z, w: lanes.word(w), y_stride: z * lanes.word(LCG[0]) }
    }

    /// The next block: four words a model.
    #[inline(always)]
    pub fn block(&mut self, lanes: L) -> [L::U; 4] {
        let (mut x, mut y) = (self.x, self.y);
        let mut z = self.z + x * y;
        let mut w = self.w + y * z;
        self.x += lanes.word(LCG[0]);
        self.y += self.y_stride;
        (x, y, z, w) = (x ^ (x >> 16), y ^ (y >> 16), z ^ (z >> 16), w ^ (w >> 16));
        x += y * w;
        y += z * x;
        z += x * y;
        w += y * z;
        [x, y, z, w]
    }
}

/// How many samples of each model's batch are not zero, at one step.
#[inline(always)]
pub fn counts<L: Lanes>(lanes: L, sampler: &Sampler, seed: u32, keys: L::U, step: u32) -> L::U {
    let [word, ..] = Stream::new(lanes, seed, keys, step, COUNT_BLOCK).block(lanes);
    // A table look-up has no vector form everywhere; it happens once a step.
    L::U::from_fn(
        lanes.token(),
        #[inline(always)]
        |lane| sampler.count.draw(word[lane]),
    )
}

/// A [`Threshold`] in every lane.
#[derive(Clone, Copy)]
struct Bar<L: Lanes> {
    /// The largest integer that counts as active.
    most: L::I,
    scale: L::F,
}

impl<L: Lanes> Bar<L> {
    #[inline(always)]
    fn new(lanes: L, threshold: Threshold) -> Self {
        // At most 2^24.
        let below = threshold.below.cast_signed();
        Self { most: lanes.integer(below - 1), scale: lanes.splat(threshold.scale) }
    }
}

/// The distribution of non-zero samples of `N` features.
pub struct Law<L: Lanes, const N: usize> {
    later: Bar<L>,
    first: [Bar<L>; N],
}

impl<L: Lanes, const N: usize> Law<L, N> {
    /// The distribution that a sampler draws from.
    #[inline(always)]
    pub fn new(lanes: L, sampler: &Sampler) -> Self {
        let mut first = [Bar::new(lanes, sampler.later); N];
        for (bar, &threshold) in first.iter_mut().zip(&sampler.first) {
            *bar = Bar::new(lanes, threshold);
        }
        Self { later: Bar::new(lanes, sampler.later), first }
    }

    /// The sample that these words, one a feature, stand for.
    #[inline(always)]
    pub fn sample(&self, lanes: L, words: &[L::U]) -> [L::F; N] {
        let mut x = [lanes.splat(0.0); N];
        let integer = L::signed(words[0] >> 8);
        let mut idle = integer.simd_gt(self.first[0].most);
        x[0] = lanes.only(!idle, L::F::float_from(integer) * self.first[0].scale);
        // Where every feature up to here is inactive.
        let mut none = idle;
        for i in 1..N {
            let integer = L::signed(words[i] >> 8);
            let first = &self.first[i];
            idle = integer.simd_gt(none.select(first.most, self.later.most));
            let scale = none.select(first.scale, self.later.scale);
            x[i] = lanes.only(!idle, L::F::float_from(integer) * scale);
            none &= idle;
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::lanes::X8;
    use crate::cpu::levels;
    use fearless_simd::{Simd, dispatch};

    fn same_bits<S: Simd, const N: usize>(lanes: X8<S>, density: f64) {
        let sampler = Sampler::new(N as u32, density, 1000);
        let law = Law::<X8<S>, N>::new(lanes, &sampler);
        let keys = std::array::from_fn(|lane| 77 * lane as u32 + 5).simd_into(lanes.token());
        for step in [0, 1, 9999] {
            let found = counts(lanes, &sampler, 3, keys, step);
            for lane in 0..8 {
                assert_eq!(found[lane], sampler.nonzero_count(3, keys[lane], step));
            }
            let mut stream = Stream::new(lanes, 3, keys, step, 0);
            let stride = N.next_power_of_two();
            for first in (0..200).step_by(4usize.div_ceil(stride)) {
                let words: Vec<_> =
                    (0..stride.div_ceil(4)).flat_map(|_| stream.block(lanes)).collect();
                for (k, words) in words.chunks(stride).enumerate() {
                    let x = law.sample(lanes, words);
                    for lane in 0..8 {
                        let index = (first + k) as u32;
                        let expected = sampler.nonzero_sample(3, keys[lane], step, index);
                        for i in 0..N {
                            assert_eq!(x[i][lane].to_bits(), expected[i].to_bits());
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn lanes_draw_the_bits_of_the_plain_sampler() {
        for level in levels() {
            for density in [1.0, 0.4, 0.01] {
                dispatch!(level, simd => same_bits::<_, 2>(X8(simd), density));
                dispatch!(level, simd => same_bits::<_, 3>(X8(simd), density));
                dispatch!(level, simd => same_bits::<_, 4>(X8(simd), density));
                dispatch!(level, simd => same_bits::<_, 5>(X8(simd), density));
                dispatch!(level, simd => same_bits::<_, 8>(X8(simd), density));
            }
        }
    }
}
