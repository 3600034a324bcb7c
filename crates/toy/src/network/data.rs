//! What networks are trained on.
//!
//! A feature is 0, or with the probability that the density says uniform on [0, 1). In retrieval,
//! the tokens before the last have distinct keys, and the last asks for one of them.

use super::describe::{Network, Task};
use crate::operation::dropout::Stream;
use crate::random::block;
use crate::sample::Threshold;
use crate::study::sample::below;
use num_traits::Float;

/// Draws sequences.
#[derive(Clone, Debug)]
pub struct Data {
    task: Task,
    features: usize,
    tokens: usize,
    keys: usize,
    densities: Vec<Threshold>,
    /// Blocks of the random stream that a sequence has.
    blocks: u32,
}

/// Where a sequence is written to.
pub struct Sequence<'a, T> {
    /// Features of each token.
    pub input: &'a mut [T],
    /// What the outputs should be.
    pub target: &'a mut [T],
    /// Keys of each token; empty where there are none.
    pub keys: &'a mut [u32],
}

impl Data {
    /// The data of a valid network.
    pub fn new(network: &Network) -> Self {
        let [features, tokens, keys] =
            [network.features, network.tokens, network.keys].map(|x| x as usize);
        let words = features * tokens + tokens;
        Self {
            task: network.task,
            features,
            tokens,
            keys,
            densities: (0..network.instances)
                .map(|instance| Threshold::new(network.density_at(instance)))
                .collect(),
            blocks: words.div_ceil(4) as u32,
        }
    }

    /// Features of the outputs of a sequence.
    pub fn outputs(&self) -> usize {
        if self.task == Task::Retrieval { self.features } else { self.features * self.tokens }
    }

    /// Draws a sequence of a density, by its number in the batch.
    pub fn draw<T: Float>(
        &self,
        stream: Stream,
        index: u32,
        instance: u32,
        sequence: Sequence<'_, T>,
    ) {
        let Sequence { input, target, keys } = sequence;
        let density = self.densities[instance as usize];
        let mut words = words(stream, index * self.blocks);
        let mut word = || words.next().unwrap_or_default();
        let carrying = match self.task {
            Task::Identity => self.tokens,
            Task::Retrieval => self.tokens - 1,
        };
        let asked = (self.task == Task::Retrieval).then(|| {
            // The first places of a shuffled deck (Fisher and Yates).
            let mut deck: Vec<u32> = (0..self.keys as u32).collect();
            for place in 0..carrying {
                let other = place + below(word(), (self.keys - place) as u32) as usize;
                deck.swap(place, other);
                keys[place] = deck[place];
            }
            let asked = below(word(), carrying as u32) as usize;
            keys[carrying] = keys[asked];
            asked
        });
        let (carried, rest) = input.split_at_mut(carrying * self.features);
        for x in carried.iter_mut() {
            let value = density.value(word()).unwrap_or(0.0);
            *x = T::from(value).unwrap_or_else(T::nan);
        }
        rest.fill(T::zero());
        match asked {
            None => target.copy_from_slice(input),
            Some(place) => {
                target.copy_from_slice(&input[place * self.features..][..self.features]);
            }
        }
    }
}

/// The words of a stream from a block on.
fn words(stream: Stream, first: u32) -> impl Iterator<Item = u32> {
    let Stream { seed, model, step } = stream;
    (first..).flat_map(move |index| block(seed, model, step, index))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::axis::Span;

    #[test]
    fn features_are_as_dense_as_they_should_be() {
        let network = Network {
            features: 3,
            tokens: 2,
            density: Span::new(1.0, 0.25),
            instances: 2,
            ..Network::default()
        };
        let data = Data::new(&network);
        for (instance, density) in [(0, 1.0), (1, 0.25f64)] {
            let (mut active, mut sum) = (0.0, 0.0);
            for index in 0..4000 {
                let (mut input, mut target) = ([9.0f64; 6], [9.0; 6]);
                let stream = Stream { seed: 1, model: 2, step: 3 };
                let sequence = Sequence { input: &mut input, target: &mut target, keys: &mut [] };
                data.draw(stream, index, instance, sequence);
                assert_eq!(input, target);
                active += input.iter().filter(|x| **x > 0.0).count() as f64;
                sum += input.iter().sum::<f64>();
            }
            let error = 5.0 * (24e3 * density).sqrt();
            assert!((active - 24e3 * density).abs() < error, "{active}");
            assert!((sum / active - 0.5).abs() < 0.02, "{}", sum / active);
        }
    }

    #[test]
    fn the_token_that_is_asked_for_has_the_target() {
        let network = Network {
            task: Task::Retrieval,
            features: 3,
            tokens: 5,
            keys: 6,
            density: Span::new(1.0, 1.0),
            instances: 1,
            ..Network::default()
        };
        let data = Data::new(&network);
        let (mut asked_for, mut used) = ([0; 4], [0; 6]);
        for index in 0..2000 {
            let (mut input, mut target, mut keys) = ([9.0f32; 15], [9.0; 3], [9; 5]);
            let sequence = Sequence { input: &mut input, target: &mut target, keys: &mut keys };
            data.draw(Stream { seed: 1, model: 2, step: 3 }, index, 0, sequence);
            let right: Vec<usize> = (0..4).filter(|&t| keys[t] == keys[4]).collect();
            assert_eq!(right.len(), 1, "{keys:?}");
            assert_eq!(input[3 * right[0]..][..3], target);
            assert_eq!(input[12..], [0.0; 3]);
            assert!((0..4).all(|t| keys[t] < 6 && !keys[..t].contains(&keys[t])), "{keys:?}");
            asked_for[right[0]] += 1;
            keys[..4].iter().for_each(|&key| used[key as usize] += 1);
        }
        assert!(asked_for.iter().all(|count| (400..600).contains(count)), "{asked_for:?}");
        assert!(used.iter().all(|count| (1200..1470).contains(count)), "{used:?}");
    }
}
