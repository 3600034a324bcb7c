//! Drawing samples of many features at a cost that follows the active ones.
//!
//! A sample is made of units: a feature each when features are independent, a set each otherwise.
//! Units are active independently, with one probability. A batch is drawn as (1) the number of
//! its samples with an active unit, (2) for each of these the number of its active units, given
//! that there is one, both by alias table, and (3) which units these are, every choice as likely
//! (Floyd's algorithm, in Bentley, "Programming pearls", CACM 30(9), 1987), or which are not, if
//! that is fewer. Only integers decide, so every engine draws the same samples bit for bit.
//! `shaders/study_sample.wgsl` is the twin, but for the power law.
//!
//! Features that follow a power law are drawn another way: as many picks as a Poisson number says,
//! given that there is one, each of feature `i` with a probability in proportion to
//! `-ln(1 - p_i)`. What is picked at all is then active independently, feature `i` with `p_i`.

use super::describe::Study;
use super::variant::{Sets, Target};
use crate::binomial::Binomial;
use crate::random::{COUNT_BLOCK, block};

/// Blocks of the random stream that belong to one sample: more than any sample needs.
pub const BLOCKS: u32 = 256;

/// The words of one sample's part of a stream, one after the other.
pub struct Words {
    seed: u32,
    model: u32,
    step: u32,
    block: u32,
    words: [u32; 4],
    at: usize,
}

impl Words {
    /// The words of sample `index`.
    pub fn new(seed: u32, model: u32, step: u32, index: u32) -> Self {
        Self { seed, model, step, block: index * BLOCKS, words: [0; 4], at: 4 }
    }
}

impl Iterator for Words {
    type Item = u32;

    /// The next word; there always is one.
    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.at == 4 {
            self.words = block(self.seed, self.model, self.step, self.block);
            (self.block, self.at) = (self.block + 1, 0);
        }
        self.at += 1;
        Some(self.words[self.at - 1])
    }
}

/// The next word of a stream that is long enough.
#[inline(always)]
fn word(words: &mut impl Iterator<Item = u32>) -> u32 {
    words.next().unwrap_or_default()
}

/// A whole number below `end`, at most 512, from a word. Not exactly uniform where `end` is no
/// power of two: probabilities are off by 2^-23 at most, less than one in 16,000 of their value.
#[inline(always)]
pub fn below(word: u32, end: u32) -> u32 {
    ((word >> 9) * end) >> 23
}

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

/// Which of up to 1,024 units are in a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks([u64; 16]);

impl Marks {
    /// Whether a unit is in.
    #[inline(always)]
    pub fn has(&self, unit: u32) -> bool {
        self.0[(unit / 64) as usize] >> (unit % 64) & 1 == 1
    }

    /// Puts a unit in.
    #[inline(always)]
    pub fn mark(&mut self, unit: u32) {
        self.0[(unit / 64) as usize] |= 1 << (unit % 64);
    }

    /// Calls `visit` with every unit that is in, ascending, or with those of the first `units` that
    /// are not, and leaves none in.
    ///
    /// One memory for all samples: WebAssembly makes a call of every array that is cleared or moved.
    #[inline(always)]
    fn drain(&mut self, units: u32, complement: bool, mut visit: impl FnMut(u32)) {
        for (k, word) in self.0.iter_mut().take(units.div_ceil(64) as usize).enumerate() {
            let first = 64 * k as u32;
            let all = if units - first >= 64 { u64::MAX } else { (1 << (units - first)) - 1 };
            let mut rest = if complement { !*word & all } else { *word };
            *word = 0;
            while rest != 0 {
                visit(first + rest.trailing_zeros());
                rest &= rest - 1;
            }
        }
    }
}

/// Draws the samples of one instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampler {
    /// Number of units.
    pub units: u32,
    /// Features a unit.
    pub size: u32,
    /// What becomes of an active unit.
    pub sets: Sets,
    /// What values are like.
    pub target: Target,
    /// Probability that a unit is active.
    pub probability: f64,
    /// Samples a batch.
    pub batch: u32,
    /// Number of samples in a batch with an active unit.
    pub count: Binomial,
    /// Number of active units of such a sample; of picks, where features follow a power law.
    pub active: Binomial,
    /// The feature that a pick is of, where features follow a power law.
    picks: Option<Binomial>,
    /// Largest value of an active feature.
    pub largest: f32,
    /// Probability that a sample has an active unit.
    nonzero: f64,
    /// Active features of a sample, on average.
    mean: f64,
}

impl Sampler {
    /// The sampler of a study at one of its densities.
    pub fn new(study: &Study, density: f64) -> Self {
        let (size, probability) = match study.sets {
            Sets::Independent | Sets::PowerLaw => (1, density),
            Sets::Correlated => (study.set_size, density),
            Sets::Anticorrelated => {
                (study.set_size, (density * f64::from(study.set_size)).min(1.0))
            }
        };
        let units = study.features / size;
        // Rates at which features are picked, and of all together.
        let rates: Vec<f64> = match study.sets {
            Sets::PowerLaw => study.frequencies(density).iter().map(|p| -(-p).ln_1p()).collect(),
            _ => vec![],
        };
        let rate: f64 = rates.iter().sum();
        let power_law = study.sets == Sets::PowerLaw;
        let nonzero = if power_law { -(-rate).exp_m1() } else { nonzero(units, probability) };
        let features = if study.sets == Sets::Correlated { size } else { 1 };
        Self {
            units,
            size,
            sets: study.sets,
            target: study.target,
            probability,
            batch: study.batch,
            count: Binomial::new(study.batch, nonzero),
            active: if power_law { picks(rate) } else { Binomial::at_least(1, units, probability) },
            picks: power_law.then(|| Binomial::of_weights(0, &rates)),
            largest: study.largest as f32,
            nonzero,
            mean: f64::from(units * features) * probability,
        }
    }

    /// Probability that a sample has an active unit.
    pub fn nonzero_probability(&self) -> f64 {
        self.nonzero
    }

    /// Number of active features of a sample that has any, on average.
    pub fn mean_active(&self) -> f64 {
        self.mean / self.nonzero
    }

    /// Number of samples with an active unit in a model's batch at a step.
    pub fn nonzero_count(&self, seed: u32, model: u32, step: u32) -> u32 {
        self.count.draw(block(seed, model, step, COUNT_BLOCK)[0])
    }

    /// Draws such a sample, number `index` of a batch: its active features, ascending, and their
    /// values.
    pub fn draw(&self, seed: u32, model: u32, step: u32, index: u32, active: &mut Vec<(u32, f32)>) {
        let mut words = Words::new(seed, model, step, index);
        let count = self.active.draw(word(&mut words));
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

    /// Words that a sample with so many active units takes of its stream.
    #[inline(always)]
    pub fn words(&self, count: u32) -> u32 {
        let values = match self.sets {
            Sets::Independent => count,
            Sets::Correlated => count * self.size,
            Sets::Anticorrelated => 2 * count,
            // A feature may be picked more than once, and has one value then.
            Sets::PowerLaw => return 1 + count + count.min(self.units),
        };
        1 + count.min(self.units - count) + values
    }

    /// Chooses `count` active units, by Floyd's algorithm, and calls `visit` with each, ascending.
    /// Takes as many words as there are active or inactive units, whichever are fewer, before the
    /// first visit. Marks have to be empty, and are left so.
    #[inline(always)]
    pub fn choose<W: Iterator<Item = u32>>(
        &self,
        count: u32,
        marks: &mut Marks,
        words: &mut W,
        mut visit: impl FnMut(&mut W, u32),
    ) {
        let most = 2 * count > self.units;
        let few = if most { self.units - count } else { count };
        let picks = self.units - few..self.units;
        if self.units <= 128 {
            // The same in two registers: what is marked does not go through memory.
            let [mut low, mut high] = [0u64; 2];
            for last in picks {
                let pick = below(word(words), last + 1);
                let half = if pick < 64 { low } else { high };
                let unit = if half >> (pick % 64) & 1 == 1 { last } else { pick };
                let mark = 1 << (unit % 64);
                low |= if unit < 64 { mark } else { 0 };
                high |= if unit < 64 { 0 } else { mark };
            }
            (marks.0[0], marks.0[1]) = (low, high);
        } else {
            for last in picks {
                let pick = below(word(words), last + 1);
                marks.mark(if marks.has(pick) { last } else { pick });
            }
        }
        if few == 0 {
            (0..self.units).for_each(
                #[inline(always)]
                |unit| visit(words, unit),
            );
            return;
        }
        marks.drain(
            self.units,
            most,
            #[inline(always)]
            |unit| visit(words, unit),
        );
    }

    /// Chooses `count` active units and visits their active features, ascending, with their
    /// values. Takes words after the first of the sample's; marks as in [`Self::choose`].
    #[inline(always)]
    pub fn place(
        &self,
        count: u32,
        marks: &mut Marks,
        words: &mut impl Iterator<Item = u32>,
        mut visit: impl FnMut(u32, f32),
    ) {
        if let Some(picks) = &self.picks {
            for _ in 0..count {
                marks.mark(picks.draw(word(words)));
            }
            marks.drain(
                self.units,
                false,
                #[inline(always)]
                |unit| visit(unit, self.value(word(words))),
            );
            return;
        }
        self.choose(
            count,
            marks,
            words,
            #[inline(always)]
            |words, unit| match self.sets {
                Sets::Independent | Sets::PowerLaw => visit(unit, self.value(word(words))),
                Sets::Correlated => {
                    for i in 0..self.size {
                        visit(unit * self.size + i, self.value(word(words)));
                    }
                }
                Sets::Anticorrelated => {
                    let which = unit * self.size + below(word(words), self.size);
                    visit(which, self.value(word(words)));
                }
            },
        );
    }
}

/// A Poisson number, given that it is 1 or more.
fn picks(rate: f64) -> Binomial {
    // As far as a word tells them apart; some 150 at most, for rates of up to 70.
    let terms = std::iter::successors(Some((1.0, 1.0)), |&(k, p)| {
        let next = p * rate / (k + 1.0);
        (k < rate || next > 1e-11 * rate.exp().min(1e30)).then_some((k + 1.0, next))
    });
    Binomial::of_weights(1, &terms.map(|(_, p)| p).collect::<Vec<_>>())
}

/// Probability that any of `units` is active.
fn nonzero(units: u32, probability: f64) -> f64 {
    // 1 - (1 - p)^n without losing the digits of a small p.
    -(f64::from(units) * (-probability).ln_1p()).exp_m1()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::axis::Span;

    fn study(features: u32, sets: Sets, set_size: u32, density: f64) -> Study {
        let density = Span::new(density, density);
        Study { features, sets, set_size, density, batch: 64, ..Study::default() }
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
            let study = Study { skew: 0.3, ..study(features, sets, size, density) };
            let own = study.frequencies(density);
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
            let mean = values / f64::from(batches) / (batch * sampler.nonzero_probability());
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
            assert_eq!(sampler.units, units);
            assert!((1..=units).all(|count| sampler.words(count) <= 4 * BLOCKS));
        }
    }
}
