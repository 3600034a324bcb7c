//! How what passes holds the known features of words: a direction a feature, and the words that
//! excite each unit.

use super::probe::{Feature, Tokens};
use crate::directions::Directions;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A unit is excited by this share of all words, those at which it is furthest from its mean.
const EXCITING: f64 = 0.1;
/// Words that are named of each end of a unit.
pub const NAMED: usize = 5;

/// Directions of features and ends of units, of some words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Geometry {
    /// How many words there were.
    pub words: u32,
    /// Features that some of the words have, by their place in [`Feature::all`]; none of a text of
    /// one's own.
    pub features: Vec<u32>,
    /// Share of the words that have each.
    pub frequency: Vec<f32>,
    /// A direction each, one after the other: the mean of what passes at words with the feature,
    /// less the mean at all words.
    pub directions: Vec<f32>,
    /// What is measured on these.
    pub measured: Directions,
    /// What excites each unit.
    pub ends: Vec<End>,
}

/// One end of a unit: the words at which it is largest, or smallest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// The unit of `z`, from 0.
    pub unit: u32,
    /// Whether it is the largest values; a rectified unit has no other end.
    pub up: bool,
    /// Entropy in bits over the types of the words that excite it; 0 if one type alone does.
    pub entropy: f32,
    /// The most frequent of these types, by their number in the vocabulary, and their shares.
    pub types: Vec<(u32, f32)>,
}

impl Geometry {
    /// Of words with their numbers in the vocabulary; tokens of a text of one's own have nothing
    /// that is known of them.
    pub fn new(tokens: Tokens, numbers: &[u32], rectified: bool) -> Self {
        let k = tokens.dimensions;
        let mean = mean(tokens.codes.chunks_exact(k), k);
        let (mut features, mut frequency, mut directions) = (vec![], vec![], vec![]);
        for (place, feature) in Feature::all().into_iter().enumerate() {
            let all = tokens.known.iter().zip(tokens.codes.chunks_exact(k));
            let with: Vec<&[f32]> =
                all.filter(|(word, _)| feature.of(word) == Some(true)).map(|(_, z)| z).collect();
            if with.is_empty() {
                continue;
            }
            features.push(place as u32);
            frequency.push(with.len() as f32 / numbers.len() as f32);
            let own = self::mean(with.iter().copied(), k);
            directions.extend(own.iter().zip(&mean).map(|(own, all)| (own - all) as f32));
        }
        let ends: &[bool] = if rectified { &[true] } else { &[true, false] };
        let of_unit = |unit: usize| {
            let z: Vec<f64> =
                tokens.codes.iter().skip(unit).step_by(k).map(|&z| f64::from(z)).collect();
            let one = |&up: &bool| End::new(unit as u32, up, &z, mean[unit], numbers);
            ends.iter().map(one).collect::<Vec<_>>()
        };
        Self {
            words: numbers.len() as u32,
            measured: Directions::new(k, &directions),
            ends: (0..k).flat_map(of_unit).collect(),
            features,
            frequency,
            directions,
        }
    }

    /// Cosines of the directions with each other, a row a feature; 0 where one has no length.
    pub fn cosines(&self) -> Vec<f32> {
        let k = (self.measured.dimensions as usize).max(1);
        let unit = |(row, norm): (&[f32], &f32)| row.iter().map(|x| x / norm).collect::<Vec<_>>();
        let rows: Vec<Vec<f32>> =
            self.directions.chunks_exact(k).zip(&self.measured.norm).map(unit).collect();
        let cosine = |a: &[f32], b: &[f32]| {
            let dot: f32 = a.iter().zip(b).map(|(x, y)| x * y).sum();
            if dot.is_finite() { dot } else { 0.0 }
        };
        rows.iter().flat_map(|a| rows.iter().map(|b| cosine(a, b))).collect()
    }

    /// Where a feature of [`Feature::all`] stands among those that have a direction.
    pub fn place(&self, feature: usize) -> Option<usize> {
        self.features.iter().position(|&own| own as usize == feature)
    }

    /// The same end of the same unit.
    pub fn end(&self, other: &End) -> Option<&End> {
        self.ends.iter().find(|end| (end.unit, end.up) == (other.unit, other.up))
    }
}

impl End {
    fn new(unit: u32, up: bool, z: &[f64], mean: f64, numbers: &[u32]) -> Self {
        let sign = if up { 1.0 } else { -1.0 };
        let mut excited: Vec<(f64, u32)> = z
            .iter()
            .zip(numbers)
            .map(|(z, &number)| (sign * (z - mean), number))
            .filter(|(far, _)| *far > 0.0)
            .collect();
        excited.sort_by(|a, b| b.0.total_cmp(&a.0));
        excited.truncate(((EXCITING * z.len() as f64) as usize).max(1));
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        excited.iter().for_each(|(_, number)| *counts.entry(*number).or_default() += 1);
        let share = |count: u32| f64::from(count) / excited.len() as f64;
        let entropy: f64 = counts.values().map(|&n| -share(n) * share(n).log2()).sum();
        let mut types: Vec<(u32, u32)> = counts.into_iter().collect();
        types.sort_by_key(|&(number, count)| (std::cmp::Reverse(count), number));
        types.truncate(NAMED);
        let types = types.into_iter().map(|(number, n)| (number, share(n) as f32)).collect();
        // One type alone has an entropy of -0.
        Self { unit, up, entropy: entropy.max(0.0) as f32, types }
    }
}

/// The mean of rows of `k` numbers.
fn mean<'a>(rows: impl Iterator<Item = &'a [f32]>, k: usize) -> Vec<f64> {
    let (mut sum, mut count) = (vec![0.0; k], 0u32);
    for row in rows {
        sum.iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x));
        count += 1;
    }
    sum.into_iter().map(|sum| sum / f64::from(count.max(1))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::language::{Class, Known, Part, Sentence, numbers};
    use super::*;

    fn words() -> Vec<Known> {
        (0..400).flat_map(|row| Sentence::draw(Part::Test, 3, 0, 0, row).known()).collect()
    }

    /// Two units: one says verb, the other plural less singular and nothing of verbs.
    fn code(word: &Known) -> [f32; 2] {
        let verb = f32::from(word.class == Class::Verb);
        [5.0 + 2.0 * verb, word.plural.map_or(0.0, |plural| if plural { 1.0 } else { -1.0 })]
    }

    #[test]
    fn directions_are_means_of_words_with_a_feature() {
        let known = words();
        let codes: Vec<f32> = known.iter().flat_map(code).collect();
        let of: Vec<u32> = known.iter().flat_map(|word| numbers(&[word.word])).collect();
        let tokens = Tokens { dimensions: 2, codes: &codes, known: &known };
        let found = Geometry::new(tokens, &of, false);
        let all = Feature::all();
        let place = |feature| {
            let at = all.iter().position(|&own| own == feature);
            at.and_then(|at| found.place(at)).unwrap()
        };
        let verb = place(Feature::Class(Class::Verb));
        let share = known.iter().filter(|w| w.class == Class::Verb).count() as f32;
        let share = share / known.len() as f32;
        assert!((found.frequency[verb] - share).abs() < 1e-6);
        // Verbs are 2 above the others, so 2 (1 - share) above the mean.
        assert!((found.directions[2 * verb] - 2.0 * (1.0 - share)).abs() < 1e-3);
        let plural = place(Feature::Plural);
        let mean = codes.iter().skip(1).step_by(2).sum::<f32>() / known.len() as f32;
        assert!((found.directions[2 * plural + 1] - (1.0 - mean)).abs() < 1e-3);
        assert_eq!(found.words as usize, known.len());
        let n = found.features.len();
        assert!(found.measured.capacity() <= 2.001 && found.measured.norm.len() == n);
        let cosines = found.cosines();
        assert!((cosines[verb * n + verb] - 1.0).abs() < 1e-5 && cosines.len() == n * n);
        assert_eq!(cosines[verb * n + plural], cosines[plural * n + verb]);
        // Nothing is known of the words of other texts, and their units have ends all the same.
        let other = Geometry::new(Tokens { known: &[], ..tokens }, &of, false);
        assert!(other.features.is_empty() && other.cosines().is_empty());
        assert_eq!(other.ends, found.ends);
    }

    #[test]
    fn units_are_excited_by_what_they_stand_for() {
        let known = words();
        // The first unit follows one word, the second nothing at all.
        let cat = known.iter().find(|word| word.class == Class::Noun).unwrap().word;
        let codes: Vec<f32> =
            known.iter().flat_map(|word| [f32::from(word.word == cat), 0.0]).collect();
        let of: Vec<u32> = known.iter().flat_map(|word| numbers(&[word.word])).collect();
        let tokens = Tokens { dimensions: 2, codes: &codes, known: &known };
        let found = Geometry::new(tokens, &of, true);
        assert_eq!(found.ends.len(), 2);
        assert_eq!(found.ends[0].types, [(numbers(&[cat])[0], 1.0)]);
        assert_eq!((found.ends[0].entropy, found.ends[1].types.len()), (0.0, 0));
        let both = Geometry::new(tokens, &of, false);
        assert_eq!(both.ends.len(), 4);
        // The other end is all other words: their entropy is that of a tenth of them.
        let low = both.end(&End { unit: 0, up: false, ..End::default() }).unwrap();
        assert!(low.types.len() == NAMED && low.entropy > 2.0 && low.entropy < 6.0);
        assert!(low.types.windows(2).all(|pair| pair[0].1 >= pair[1].1));
    }
}
