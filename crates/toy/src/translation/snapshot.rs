//! Bottlenecks at a step, and what stands beside them.

use super::baseline::Components;
use super::geometry::Geometry;
use super::language::{Class, Known};
use super::measure::Measures;
use serde::{Deserialize, Serialize};

/// A bottleneck at a step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The model, see [`Translation::place`](super::Translation::place).
    pub model: u32,
    /// Mean training loss at each point of the curve that has begun.
    pub curve: Vec<f32>,
    /// How well it translates.
    pub measures: Measures,
    /// How well others do that nobody trained.
    pub beside: Beside,
    /// The words of the first sentences in the plane of the codes' first two principal components.
    pub dots: Vec<Dot>,
}

/// A word among what passes a bottleneck.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dot {
    /// Along the first principal component of the codes.
    pub x: f32,
    /// Along the second; 0 where there is one dimension.
    pub y: f32,
    /// The word's class.
    pub class: Class,
}

/// The plane of the first two principal components of the codes that measures hold, a dot a word;
/// none of a text of one's own.
pub fn dots(measures: &Measures, known: &[Vec<Known>]) -> Vec<Dot> {
    let k = measures.dimensions as usize;
    let finite = measures.codes.iter().all(|z| z.is_finite());
    if k == 0 || measures.codes.is_empty() || !finite {
        return vec![];
    }
    let components = Components::of(&measures.codes, k);
    let words = known.iter().flatten().zip(measures.codes.chunks_exact(k));
    words
        .map(|(word, code)| {
            let [x, y] = components.plane(code);
            Dot { x, y, class: word.class }
        })
        .collect()
}

/// What a bottleneck is held against, on the same sentences.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Beside {
    /// The base model without a bottleneck.
    pub base: Brief,
    /// The `k` principal components of the encoder's output.
    pub components: Brief,
    /// `k` random directions.
    pub random: Brief,
    /// The bottleneck before its first step.
    pub initial: Brief,
    /// Feature directions and units of that.
    pub start: Geometry,
}

impl Beside {
    /// All four with their names, as columns have them.
    pub fn named(&self) -> [(&'static str, &Brief); 4] {
        let Self { base, components, random, initial, .. } = self;
        [("base", base), ("pca", components), ("random", random), ("initial", initial)]
    }
}

/// A model's measures in short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Brief {
    /// BLEU-4 in per cent.
    pub bleu: f64,
    /// Share of sentences that are right.
    pub exact: f64,
    /// Share of words that are right.
    pub accuracy: f64,
    /// Known features that a linear probe reads.
    pub read: u32,
    /// Mean cross-entropy of the references' words.
    pub loss: f64,
}

impl From<&Measures> for Brief {
    fn from(measures: &Measures) -> Self {
        let Measures { bleu, exact, accuracy, read, loss, .. } = *measures;
        Self { bleu, exact, accuracy, read, loss }
    }
}
