//! Drawing samples of many features at a cost that follows the active ones.
//!
//! A batch is drawn as (1) the number of its samples that are not zero, (2) for each of these the
//! number of its active units, given that there is one, both by alias table, and (3) which units
//! these are ([`Law::place`]). Only integers decide, so every engine draws the same samples bit for
//! bit.

use super::choose::word;
pub use super::choose::{BLOCKS, Marks, Words, below};
use super::describe::Study;
use super::distribution::Law;
use super::variant::Target;
use crate::binomial::Binomial;
use crate::random::{COUNT_BLOCK, block};

/// An active feature's value from a word: uniform on [0, 1), or on [-1, 1) for absolute values.
#[inline(always)]
fn value(word: u32, target: Target) -> f32 {
    // Signed, which vectors convert in one instruction.
    let unit = (word >> 8).cast_signed() as f32 * (1.0 / 16_777_216.0);
    match target {
        Target::Identity => unit,
        Target::Absolute => 2.0 * unit - 1.0,
    }
}

/// Draws the samples of one instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampler {
    /// How features occur in samples that are not zero.
    pub law: Law,
    /// What values are like.
    target: Target,
    /// Largest value of an active feature.
    largest: f32,
    /// Samples a batch.
    pub batch: u32,
    /// Number of samples in a batch with an active unit.
    pub count: Binomial,
}

impl Sampler {
    /// The sampler of a study at one of its densities.
    pub fn new(study: &Study, density: f64) -> Self {
        let law = study.distribution.law(study.features, density);
        Self {
            target: study.target,
            largest: study.distribution.largest as f32,
            batch: study.batch,
            count: Binomial::new(study.batch, law.nonzero),
            law,
        }
    }

    /// Number of active features of a sample that has any, on average.
    pub fn mean_active(&self) -> f64 {
        self.law.mean / self.law.nonzero
    }

    /// Number of samples with an active unit in a model's batch at a step.
    pub fn nonzero_count(&self, seed: u32, model: u32, step: u32) -> u32 {
        self.count.draw(block(seed, model, step, COUNT_BLOCK)[0])
    }

    /// Draws such a sample, number `index` of a batch: its active features, ascending, and their
    /// values.
    pub fn draw(&self, seed: u32, model: u32, step: u32, index: u32, active: &mut Vec<(u32, f32)>) {
        let mut words = Words::new(seed, model, step, index);
        let count = self.law.active.draw(word(&mut words));
        active.clear();
        let visit = |feature, value| active.push((feature, value));
        self.place(count, &mut Marks::default(), &mut words, visit);
    }

    /// An active feature's value from a word: uniform from 0, or from as far below it, up to the
    /// largest.
    #[inline(always)]
    pub fn value(&self, word: u32) -> f32 {
        self.largest * value(word, self.target)
    }

    /// Visits the active features of a sample with `count` active units as [`Law::place`] does, with
    /// their values.
    #[inline(always)]
    pub fn place(
        &self,
        count: u32,
        marks: &mut Marks,
        words: &mut impl Iterator<Item = u32>,
        mut visit: impl FnMut(u32, f32),
    ) {
        self.law.place(
            count,
            marks,
            words,
            #[inline(always)]
            |feature, word| visit(feature, self.value(word)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::axis::Span;
    use crate::study::distribution::{Distribution, Sets};

    fn study(features: u32, sets: Sets, set_size: u32, density: f64) -> Study {
        let density = Span::new(density, density);
        let distribution = Distribution { sets, set_size, skew: 0.3, ..Distribution::default() };
        Study { features, distribution, density, batch: 64, ..Study::default() }
    }

    /// Over whole batches, zeros included: every feature is as often active as the density says,
    /// pairs are as their sets say, and values have the mean and spread of their distribution.
    #[test]
    fn frequencies_are_those_of_the_distribution() {
        for (sets, size, features, density) in [
            (Sets::Independent, 2, 12, 0.05),
            (Sets::Independent, 2, 12, 0.7),
            (Sets::Independent, 2, 3, 1.0),
            (Sets::Correlated, 3, 12, 0.2),
            (Sets::Correlated, 3, 12, 0.9),
            (Sets::Anticorrelated, 3, 12, 0.1),
            (Sets::Anticorrelated, 3, 12, 1.0 / 3.0),
            (Sets::PowerLaw, 2, 12, 0.1),
            (Sets::PowerLaw, 2, 12, 0.18),
        ] {
            let study = study(features, sets, size, density);
            let own = study.distribution.frequencies(features, density);
            let sampler = Sampler::new(&study, density);
            let (batches, batch) = (400, f64::from(study.batch));
            let total = f64::from(batches) * batch;
            let n = features as usize;
            let mut pairs = vec![vec![0.0; n]; n];
            let (mut sum, mut square, mut values) = (0.0, 0.0, 0.0);
            let mut active = vec![];
            for step in 0..batches {
                for index in 0..sampler.nonzero_count(5, 3, step) {
                    sampler.draw(5, 3, step, index, &mut active);
                    assert!(active.windows(2).all(|pair| pair[0].0 < pair[1].0));
                    for &(i, x) in &active {
                        let x = f64::from(x);
                        (sum, square, values) = (sum + x, square + x * x, values + 1.0);
                        for &(j, _) in &active {
                            pairs[i as usize][j as usize] += 1.0;
                        }
                    }
                }
            }
            for (i, row) in pairs.iter().enumerate() {
                for (j, found) in row.iter().enumerate() {
                    let together = i / size as usize == j / size as usize;
                    let p = match sets {
                        _ if i == j => own[i],
                        Sets::Correlated if together => density,
                        Sets::Anticorrelated if together => 0.0,
                        _ => own[i] * own[j],
                    };
                    let error = 5.0 * (p * (1.0 - p) / total).sqrt();
                    let what = format!("{sets:?} {density} {i} {j}: {} {p}", found / total);
                    assert!((found / total - p).abs() <= error + 1e-9, "{what}");
                }
            }
            assert!((sum / values - 0.5).abs() < 5.0 * (1.0 / 12.0 / values).sqrt());
            assert!((square / values - 1.0 / 3.0).abs() < 5.0 * (0.09 / values).sqrt());
            let mean = values / f64::from(batches) / (batch * sampler.law.nonzero);
            assert!((mean / sampler.mean_active() - 1.0).abs() < 0.05);
        }
    }

    /// All choices of two of five units are equally likely, and so are all of three.
    #[test]
    fn every_choice_of_units_is_as_likely() {
        let mut counts = std::collections::BTreeMap::<Vec<u32>, u32>::new();
        let study = study(5, Sets::Independent, 2, 0.5);
        let sampler = Sampler::new(&study, 0.5);
        let mut active = vec![];
        for index in 0..62_000 {
            sampler.draw(1, 2, 3, index, &mut active);
            *counts.entry(active.iter().map(|a| a.0).collect()).or_default() += 1;
        }
        // At density 1/2 all 31 samples with an active feature are equally likely.
        assert_eq!(counts.len(), 31);
        for (choice, &count) in &counts {
            assert!((f64::from(count) - 2000.0).abs() < 5.0 * 2000f64.sqrt(), "{choice:?} {count}");
        }
    }

    #[test]
    fn absolute_values_come_from_both_signs() {
        let study = Study { target: Target::Absolute, ..study(4, Sets::Independent, 2, 1.0) };
        let sampler = Sampler::new(&study, 1.0);
        let mut active = vec![];
        let (mut least, mut most) = (1f32, -1f32);
        for index in 0..1000 {
            sampler.draw(0, 0, 0, index, &mut active);
            assert_eq!(active.len(), 4);
            for &(_, x) in &active {
                (least, most) = (least.min(x), most.max(x));
            }
        }
        assert!((-1.0..-0.99).contains(&least) && (0.99..1.0).contains(&most));
    }

    /// The largest sample there is stays within its blocks.
    #[test]
    fn no_sample_reads_into_the_next() {
        for sets in [Sets::Independent, Sets::Correlated, Sets::Anticorrelated] {
            // Count, choice or complement, then a value, and in anticorrelated sets a choice, each.
            let units = if sets == Sets::Independent { 512 } else { 256 };
            let values = if sets == Sets::Anticorrelated { 2 * units } else { 512 };
            assert!(1 + units / 2 + values <= 4 * BLOCKS, "{sets:?}");
            let sampler = Sampler::new(&study(512, sets, 2, 0.5), 0.5);
            assert_eq!(sampler.law.units, units);
            assert!((1..=units).all(|count| sampler.law.words(count) <= 4 * BLOCKS));
        }
    }
}
