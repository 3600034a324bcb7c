//! Which known features a linear probe reads from a representation.
//!
//! For each feature (a word, a class, a gender, a number, a position) a ridge regression of its
//! presence on the representation, fitted on one set of tokens and judged on another by its balanced
//! accuracy: the mean of how many tokens with the feature and how many without it are told right.

use super::language::{Class, Known, TYPES, WORDS};

/// A feature counts as read from this balanced accuracy on.
pub const READ: f64 = 0.95;
/// Ridge penalty, as a share of the representation's variance.
const RIDGE: f64 = 1e-4;

/// Something that is or is not so of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// It is this word, from 0.
    Word(usize),
    /// It is of this class.
    Class(Class),
    /// Its phrase is feminine.
    Feminine,
    /// Its phrase is plural.
    Plural,
    /// It stands at this place, from 0.
    Position(usize),
}

impl Feature {
    /// Every feature of the language: 64 words, 4 classes, gender, number, 7 positions.
    pub fn all() -> Vec<Self> {
        let words = (0..TYPES).map(Self::Word);
        let classes = Class::ALL.iter().map(|&(class, _)| Self::Class(class));
        let positions = (0..WORDS).map(Self::Position);
        words.chain(classes).chain([Self::Feminine, Self::Plural]).chain(positions).collect()
    }

    /// Whether a token has it; `None` where the question makes no sense, as of a verb's gender.
    pub fn of(self, token: &Known) -> Option<bool> {
        match self {
            Self::Word(word) => Some(token.word == word),
            Self::Class(class) => Some(token.class == class),
            Self::Feminine => token.feminine,
            Self::Plural => token.plural,
            Self::Position(place) => Some(token.position == place),
        }
    }
}

/// Tokens with a representation of `dimensions` numbers each, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Tokens<'a> {
    /// Numbers a token.
    pub dimensions: usize,
    /// The representations.
    pub codes: &'a [f32],
    /// What is known of the tokens.
    pub known: &'a [Known],
}

/// Balanced accuracy of every feature's probe on `judged`, in the order of [`Feature::all`]; 1/2 is
/// chance, and what a feature has that is nowhere among the tokens.
pub fn accuracies(fitted: Tokens, judged: Tokens) -> Vec<f64> {
    let features = Feature::all();
    features.iter().map(|&feature| balanced(fitted, judged, feature)).collect()
}

/// How many features are read.
pub fn read(accuracies: &[f64]) -> usize {
    accuracies.iter().filter(|&&accuracy| accuracy >= READ).count()
}

fn balanced(fitted: Tokens, judged: Tokens, feature: Feature) -> f64 {
    let Some(probe) = Probe::fit(fitted, feature) else { return 0.5 };
    // Right and all, without the feature and with it.
    let mut counts = [[0u32; 2]; 2];
    for (token, code) in judged.known.iter().zip(judged.codes.chunks_exact(judged.dimensions)) {
        if let Some(has) = feature.of(token) {
            let [right, all] = &mut counts[usize::from(has)];
            *all += 1;
            *right += u32::from((probe.score(code) > 0.0) == has);
        }
    }
    let [without, with] = counts;
    if without[1] == 0 || with[1] == 0 {
        return 0.5;
    }
    let share = |[right, all]: [u32; 2]| f64::from(right) / f64::from(all);
    (share(without) + share(with)) / 2.0
}

/// A linear probe; positive where the feature is present.
struct Probe {
    weights: Vec<f64>,
    offset: f64,
}

impl Probe {
    /// Ridge regression with the two groups weighted alike, so that zero lies between their means:
    /// the discriminant of Fisher (1936) with the pooled covariance made regular.
    fn fit(tokens: Tokens, feature: Feature) -> Option<Self> {
        let d = tokens.dimensions;
        let mut means = [vec![0.0; d], vec![0.0; d]];
        let mut counts = [0.0; 2];
        let rows = || {
            let codes = tokens.codes.chunks_exact(d);
            tokens.known.iter().zip(codes).filter_map(|(k, code)| Some((feature.of(k)?, code)))
        };
        for (has, code) in rows() {
            counts[usize::from(has)] += 1.0;
            for (mean, &x) in means[usize::from(has)].iter_mut().zip(code) {
                *mean += f64::from(x);
            }
        }
        if counts[0] == 0.0 || counts[1] == 0.0 {
            return None;
        }
        for (mean, count) in means.iter_mut().zip(counts) {
            mean.iter_mut().for_each(|x| *x /= count);
        }
        let mut covariance = vec![0.0; d * d];
        for (has, code) in rows() {
            let mean = &means[usize::from(has)];
            let weight = 0.5 / counts[usize::from(has)];
            for i in 0..d {
                let x = weight * (f64::from(code[i]) - mean[i]);
                for j in 0..=i {
                    covariance[i * d + j] += x * (f64::from(code[j]) - mean[j]);
                }
            }
        }
        let trace: f64 = (0..d).map(|i| covariance[i * d + i]).sum();
        for i in 0..d {
            covariance[i * d + i] += RIDGE * trace / d as f64 + f64::MIN_POSITIVE;
        }
        let difference: Vec<f64> = means[1].iter().zip(&means[0]).map(|(a, b)| a - b).collect();
        let weights = solve(covariance, difference)?;
        let middle = |w: f64, (a, b): (&f64, &f64)| w * (a + b) / 2.0;
        let offset = weights.iter().zip(means[0].iter().zip(&means[1])).map(|(&w, m)| middle(w, m));
        let offset = -offset.sum::<f64>();
        Some(Self { weights, offset })
    }

    fn score(&self, code: &[f32]) -> f64 {
        self.weights.iter().zip(code).map(|(w, &x)| w * f64::from(x)).sum::<f64>() + self.offset
    }
}

/// Solves `A x = b` for a symmetric positive matrix of which the lower half is given (Cholesky);
/// `None` when it is not positive.
fn solve(mut a: Vec<f64>, mut b: Vec<f64>) -> Option<Vec<f64>> {
    let d = b.len();
    for j in 0..d {
        for i in j..d {
            let dot: f64 = (0..j).map(|k| a[i * d + k] * a[j * d + k]).sum();
            let rest = a[i * d + j] - dot;
            a[i * d + j] = if i == j {
                if rest.is_nan() || rest <= 0.0 {
                    return None;
                }
                rest.sqrt()
            } else {
                rest / a[j * d + j]
            };
        }
    }
    for i in 0..d {
        let dot: f64 = (0..i).map(|k| a[i * d + k] * b[k]).sum();
        b[i] = (b[i] - dot) / a[i * d + i];
    }
    for i in (0..d).rev() {
        let dot: f64 = (i + 1..d).map(|k| a[k * d + i] * b[k]).sum();
        b[i] = (b[i] - dot) / a[i * d + i];
    }
    Some(b)
}

#[cfg(test)]
mod tests {
    use super::super::language::{Part, Sentence};
    use super::*;
    use crate::random::{block, open_unit};

    fn tokens(seed: u32) -> Vec<Known> {
        (0..300).flat_map(|row| Sentence::draw(Part::Test, seed, 0, 0, row).known()).collect()
    }

    #[test]
    fn what_is_there_is_read_and_what_is_not_is_not() {
        // Number in one dimension, shifted and with a little noise; the other is noise alone.
        let codes = |known: &[Known], seed: u32| -> Vec<f32> {
            let noise = |i: usize, k: usize| open_unit(block(seed, 9, i as u32, 0)[k]) as f32 - 0.5;
            let one = |(i, known): (usize, &Known)| {
                let plural = f32::from(known.plural == Some(true));
                [5.0 + plural + 0.2 * noise(i, 0), noise(i, 1)]
            };
            known.iter().enumerate().flat_map(one).collect()
        };
        let (a, b) = (tokens(1), tokens(2));
        let (x, y) = (codes(&a, 1), codes(&b, 2));
        let found = accuracies(
            Tokens { dimensions: 2, codes: &x, known: &a },
            Tokens { dimensions: 2, codes: &y, known: &b },
        );
        let features = Feature::all();
        assert_eq!((features.len(), found.len()), (77, 77));
        let of = |feature| found[features.iter().position(|&f| f == feature).unwrap_or(0)];
        assert_eq!(of(Feature::Plural), 1.0);
        assert!(of(Feature::Feminine) < 0.65);
        assert_eq!(read(&found), 1);
    }

    #[test]
    fn equations_are_solved() {
        let x = solve(vec![4.0, f64::NAN, 2.0, 3.0], vec![10.0, 11.0]).unwrap_or_default();
        assert!((x[0] - 1.0).abs() < 1e-12 && (x[1] - 3.0).abs() < 1e-12);
        assert_eq!(solve(vec![1.0, 0.0, 2.0, 1.0], vec![1.0, 1.0]), None);
    }
}
