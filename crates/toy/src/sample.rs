//! The data distribution, and two ways to draw from it.
//!
//! Features are independent: 0 with probability `1 - s`, else uniform on [0, 1). Most samples of
//! a sparse batch are entirely zero and all alike, so a batch is drawn as (1) the number of its
//! non-zero samples, binomial with `p = 1 - (1 - s)^n`, and (2) that many samples from the
//! distribution given that a feature is active. The distribution of the batch is the same as
//! that of the plain loop ([`plain_sample`]) over all samples, at a fraction of the work.
//!
//! Activity is decided by comparing 24-bit integers, and the same integer, uniform below its
//! threshold, is the feature's value: one random number a feature.

use crate::MAX_FEATURES;
use crate::binomial::Binomial;
use crate::random::{COUNT_BLOCK, block};

/// Number of values of a 24-bit integer: the threshold of what always happens.
pub const UNIT: u32 = 1 << 24;

/// A probability as a 24-bit threshold, and what turns an integer below it into a value in [0, 1).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Threshold {
    /// Active when the integer is below this.
    pub below: u32,
    /// `1 / below`, rounded towards zero so that no value reaches 1.
    pub scale: f32,
}

impl Threshold {
    /// The threshold of a probability from 0 to 1.
    pub fn new(probability: f64) -> Self {
        let below = ((probability * f64::from(UNIT)).round() as u32).clamp(1, UNIT);
        let exact = 1.0 / f64::from(below);
        let nearest = exact as f32;
        let scale = if f64::from(nearest) > exact { nearest.next_down() } else { nearest };
        Self { below, scale }
    }

    /// The probability this threshold stands for, exactly.
    pub fn probability(self) -> f64 {
        f64::from(self.below) / f64::from(UNIT)
    }

    /// The value of a feature from one random word, or `None` when it is not active.
    #[inline(always)]
    pub fn value(self, word: u32) -> Option<f32> {
        let integer = word >> 8;
        (integer < self.below).then_some(integer as f32 * self.scale)
    }
}

/// Draws batches at one density: one for each row of the diagram.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampler {
    /// Number of features.
    pub features: usize,
    /// The density, given that an earlier feature of the sample is active.
    pub later: Threshold,
    /// Feature `i`'s probability given that the sample is not zero and features before `i` are
    /// inactive: `s / (1 - (1 - s)^(n - i))`, which is 1 for the last feature.
    pub first: [Threshold; MAX_FEATURES],
    /// Number of non-zero samples in a batch.
    pub count: Binomial,
}

impl Sampler {
    /// The sampler of a density in (0, 1].
    pub fn new(features: u32, density: f64, batch: u32) -> Self {
        let later = Threshold::new(density);
        // All probabilities follow from the density the threshold stands for.
        let s = later.probability();
        let nonzero = |n: u32| 1.0 - (1.0 - s).powi(n as i32);
        let mut first = [Threshold::default(); MAX_FEATURES];
        for i in 0..features {
            first[i as usize] = Threshold::new(s / nonzero(features - i));
        }
        Self {
            features: features as usize,
            later,
            first,
            count: Binomial::new(batch, nonzero(features)),
        }
    }

    /// Probability that a sample has an active feature.
    pub fn nonzero_probability(&self) -> f64 {
        1.0 - (1.0 - self.later.probability()).powi(self.features as i32)
    }

    /// Number of non-zero samples in a model's batch at a step.
    pub fn nonzero_count(&self, seed: u32, model: u32, step: u32) -> u32 {
        self.count.draw(block(seed, model, step, COUNT_BLOCK)[0])
    }

    /// Non-zero sample `index` of a model's batch at a step; features past `n` are 0.
    pub fn nonzero_sample(
        &self,
        seed: u32,
        model: u32,
        step: u32,
        index: u32,
    ) -> [f32; MAX_FEATURES] {
        let stride = words_per_sample(self.features);
        let mut x = [0.0; MAX_FEATURES];
        let mut any = false;
        let mut words = [0; 4];
        for (i, value) in x.iter_mut().enumerate().take(self.features) {
            let word = index * stride + i as u32;
            if i == 0 || word.is_multiple_of(4) {
                words = block(seed, model, step, word / 4);
            }
            let threshold = if any { self.later } else { self.first[i] };
            if let Some(active) = threshold.value(words[(word % 4) as usize]) {
                (*value, any) = (active, true);
            }
        }
        x
    }
}

/// Random words a sample takes of its stream: the next power of two, so that a sample never
/// straddles more blocks than it must and two samples of two features share one.
pub const fn words_per_sample(features: usize) -> u32 {
    features.next_power_of_two() as u32
}

/// One sample drawn feature by feature, zeros included: the definition of the distribution,
/// against which [`Sampler`] is tested.
pub fn plain_sample(
    density: Threshold,
    words: &[u32; MAX_FEATURES],
    features: usize,
) -> [f32; MAX_FEATURES] {
    let mut x = [0.0; MAX_FEATURES];
    for (value, &word) in x.iter_mut().zip(words).take(features) {
        *value = density.value(word).unwrap_or(0.0);
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_reaches_one() {
        for below in (1..=UNIT).rev().step_by(997).chain([1, 2, 3, UNIT - 1, UNIT]) {
            let threshold = Threshold::new(f64::from(below) / f64::from(UNIT));
            assert_eq!(threshold.below, below);
            let largest = threshold.value((below - 1) << 8);
            assert!(largest.is_some_and(|x| x < 1.0), "{below} {largest:?}");
            if below < UNIT {
                assert_eq!(threshold.value(below << 8), None);
            }
        }
    }

    #[test]
    fn every_drawn_sample_has_an_active_feature() {
        for features in 2..=8 {
            let sampler = Sampler::new(features, 0.05, 64);
            for index in 0..2000 {
                let x = sampler.nonzero_sample(1, 2, 3, index);
                let n = features as usize;
                assert!(x[n..].iter().all(|&v| v == 0.0));
                // An active feature can have the value 0 with probability 2^-20; not in 2,000 draws.
                assert!(x[..n].iter().any(|&v| v > 0.0), "{features} {index}");
            }
        }
    }
}
