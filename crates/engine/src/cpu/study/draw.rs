//! Samples of one model's batch, a chunk at a time: the bits that `toy::study::sample` draws, from
//! random words that are made a vector of blocks at a time.

use crate::cpu::lanes::Lanes;
use fearless_simd::prelude::*;
use toy::study::Sets;
use toy::study::sample::{BLOCKS, Marks, Sampler};

/// Samples of a chunk.
pub const CHUNK: usize = 48;
/// Words at the start of a sample that are drawn for many samples at once: a block.
const HEAD: usize = 4;
/// Most words a vector of blocks holds.
const MOST: usize = 4 * 16;

/// Where a model's random stream is.
#[derive(Clone, Copy)]
pub struct Stream {
    /// Seed of the study.
    pub seed: u32,
    /// The model.
    pub model: u32,
    /// The step.
    pub step: u32,
}

/// Active features of some samples.
pub struct Chunk {
    /// Number of samples.
    pub samples: usize,
    /// Where each sample's features begin, and where the last one's end.
    starts: [usize; CHUNK + 1],
    features: Vec<u32>,
    values: Vec<f32>,
    words: Vec<u32>,
    marks: Marks,
    /// So many samples, from the first on, have every feature: where dense models are drawn chunk
    /// after chunk, features stand there already.
    whole: usize,
}

impl Chunk {
    /// Memory for samples of so many features.
    pub fn new(features: usize) -> Self {
        Self {
            samples: 0,
            starts: [0; CHUNK + 1],
            features: vec![0; CHUNK * features],
            values: vec![0.0; CHUNK * features],
            marks: Marks::default(),
            whole: 0,
            words: vec![0; 4 * BLOCKS as usize + MOST],
        }
    }

    /// The active features of a sample and their values.
    #[inline(always)]
    pub fn sample(&self, index: usize) -> (&[u32], &[f32]) {
        let range = self.starts[index]..self.starts[index + 1];
        (&self.features[range.clone()], &self.values[range])
    }

    /// Draws samples `first` to `first + samples`.
    #[inline(never)]
    pub fn draw<L: Lanes>(
        &mut self,
        lanes: L,
        sampler: &Sampler,
        stream: Stream,
        first: u32,
        samples: usize,
    ) {
        lanes.token().vectorize(
            #[inline(always)]
            || self.draw_here(lanes, sampler, stream, first, samples),
        );
    }

    #[inline(always)]
    fn draw_here<L: Lanes>(
        &mut self,
        lanes: L,
        sampler: &Sampler,
        stream: Stream,
        first: u32,
        samples: usize,
    ) {
        let mut heads = [0; HEAD * (CHUNK + 16)];
        let blocks = Blocks::new(lanes, stream);
        for start in (0..samples).step_by(L::F::LEN) {
            let at = (first + start as u32) * BLOCKS;
            blocks.fill(lanes, at, BLOCKS, &mut heads[HEAD * start..]);
        }
        self.samples = samples;
        let Self { starts, words, features, values, marks, whole, .. } = self;
        let (mut at, known) = (0, std::mem::take(whole));
        for index in 0..samples {
            starts[index] = at;
            let head = &heads[HEAD * index..][..HEAD];
            let count = sampler.law.active.draw(head[0]);
            words[..HEAD].copy_from_slice(head);
            let needed = sampler.law.words(count) as usize;
            let start = (first + index as u32) * BLOCKS;
            for at in (HEAD..needed).step_by(4 * L::F::LEN) {
                blocks.fill(lanes, start + at as u32 / 4, 1, &mut words[at..]);
            }
            let mut rest = words[1..needed].iter().copied();
            if sampler.law.sets == Sets::Independent {
                let full = count == sampler.law.units && *whole == index;
                *whole += usize::from(full);
                if !(full && index < known) {
                    // As below, but for values, which are made several at a time.
                    let mut places = features[at..].iter_mut();
                    marks.choose(
                        sampler.law.units,
                        count,
                        &mut rest,
                        #[inline(always)]
                        |_, unit| {
                            if let Some(place) = places.next() {
                                *place = unit;
                            }
                        },
                    );
                }
                let own = &words[needed - count as usize..needed];
                convert(own, sampler, &mut values[at..]);
                at += count as usize;
                continue;
            }
            sampler.place(
                count,
                marks,
                &mut rest,
                #[inline(always)]
                |feature, value| {
                    (features[at], values[at]) = (feature, value);
                    at += 1;
                },
            );
        }
        starts[samples] = at;
    }
}

/// The values that words stand for, one after the other.
#[inline(always)]
fn convert(words: &[u32], sampler: &Sampler, values: &mut [f32]) {
    for (to, &word) in values.iter_mut().zip(words) {
        *to = sampler.value(word);
    }
}

/// Blocks of a stream, a vector of them at a time.
struct Blocks<L: Lanes> {
    y: L::U,
    z: L::U,
    w: L::U,
    ramp: L::U,
}

/// Multiplier and increment of the generator that `pcg4d` passes every counter through first.
const LCG: [u32; 2] = [1_664_525, 1_013_904_223];

/// A counter that is the same in all blocks, passed through the generator.
#[inline(always)]
fn scrambled<L: Lanes>(lanes: L, counter: u32) -> L::U {
    lanes.word(counter.wrapping_mul(LCG[0]).wrapping_add(LCG[1]))
}

impl<L: Lanes> Blocks<L> {
    #[inline(always)]
    fn new(lanes: L, stream: Stream) -> Self {
        let mut ramp = [0; 16];
        for (i, x) in ramp.iter_mut().enumerate() {
            *x = i as u32;
        }
        Self {
            y: scrambled(lanes, stream.step),
            z: scrambled(lanes, stream.model),
            w: scrambled(lanes, stream.seed),
            ramp: L::U::from_slice(lanes.token(), &ramp[..L::F::LEN]),
        }
    }

    /// Writes the words of blocks `first`, `first + stride`, and so on, one block after the other.
    #[inline(always)]
    fn fill(&self, lanes: L, first: u32, stride: u32, to: &mut [u32]) {
        let counter = lanes.word(first) + self.ramp * lanes.word(stride);
        let mut x = counter * lanes.word(LCG[0]) + lanes.word(LCG[1]);
        let (mut y, mut z, mut w) = (self.y, self.z, self.w);
        x += y * w;
        y += z * x;
        z += x * y;
        w += y * z;
        (x, y, z, w) = (x ^ (x >> 16), y ^ (y >> 16), z ^ (z >> 16), w ^ (w >> 16));
        x += y * w;
        y += z * x;
        z += x * y;
        w += y * z;
        // From four vectors of words to blocks, one after the other.
        let (xz, xz_rest) = x.interleave(z);
        let (yw, yw_rest) = y.interleave(w);
        let (first, second) = xz.interleave(yw);
        let (third, fourth) = xz_rest.interleave(yw_rest);
        let (len, to) = (L::F::LEN, &mut to[..4 * L::F::LEN]);
        first.store_slice(&mut to[..len]);
        second.store_slice(&mut to[len..2 * len]);
        third.store_slice(&mut to[2 * len..3 * len]);
        fourth.store_slice(&mut to[3 * len..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::every_width;
    use crate::cpu::lanes::X4;
    use fearless_simd::dispatch;
    use toy::random::pcg4d;
    use toy::study::{Distribution, Study, Target};

    fn check<L: Lanes>(lanes: L, study: &Study, density: f64) {
        let sampler = Sampler::new(study, density);
        let stream = Stream { seed: 3, model: 9, step: 77 };
        let mut chunk = Chunk::new(study.features as usize);
        let mut expected = vec![];
        for (first, samples) in [(0, CHUNK), (64, 5), (128, CHUNK)] {
            chunk.draw(lanes, &sampler, stream, first, samples);
            for index in 0..samples {
                sampler.draw(3, 9, 77, first + index as u32, &mut expected);
                let (features, values) = chunk.sample(index);
                assert_eq!(features.len(), expected.len());
                for ((f, v), e) in features.iter().zip(values).zip(&expected) {
                    assert_eq!((*f, v.to_bits()), (e.0, e.1.to_bits()));
                }
            }
        }
    }

    #[test]
    fn lanes_draw_the_bits_of_the_plain_sampler() {
        for sets in [Sets::Independent, Sets::Correlated, Sets::Anticorrelated] {
            for target in [Target::Identity, Target::Absolute] {
                for density in [0.5, 0.3, 0.01] {
                    let distribution = Distribution { sets, ..Distribution::default() };
                    let study = Study { features: 90, distribution, target, ..Study::default() };
                    every_width!(lanes => check(lanes, &study, density));
                }
            }
        }
        let study = Study { features: 90, ..Study::default() };
        // Of so few features, samples with all of them and others come in every order.
        let small = Study { features: 3, ..Study::default() };
        for density in [1.0, 0.95, 0.5] {
            every_width!(lanes => check(lanes, &small, density));
        }
        // By a power law, and with values of another size.
        let law = Distribution { sets: Sets::PowerLaw, ..Distribution::default() };
        let wide = Distribution { largest: 2.0, ..law };
        let skewed = Study { features: 90, distribution: wide, ..Study::default() };
        let even = Distribution { skew: -1.0, ..law };
        let most = Study { features: 1000, distribution: even, ..Study::default() };
        for (study, density) in [(&skewed, 0.04), (&most, 0.032)] {
            every_width!(lanes => check(lanes, study, density));
        }
        // More units than two words mark.
        let large = Study { features: 200, ..Study::default() };
        for density in [0.7, 0.2] {
            every_width!(lanes => check(lanes, &large, density));
        }
        for density in [1.0, 0.9] {
            every_width!(lanes => check(lanes, &study, density));
        }
    }

    #[test]
    fn the_generator_is_pcg4d() {
        let simd = fearless_simd::Level::baseline();
        dispatch!(simd, simd => {
            let lanes = X4(simd);
            let mut words = [0; 16];
            let blocks = Blocks::new(lanes, Stream { seed: 4, model: 3, step: 2 });
            blocks.fill(lanes, 10, 3, &mut words);
            for lane in 0..4 {
                assert_eq!(words[4 * lane..][..4], pcg4d([10 + 3 * lane as u32, 2, 3, 4]));
            }
        });
    }
}
