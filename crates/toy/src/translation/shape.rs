//! How large a translation model is.

use super::vocabulary::FIRST;
use serde::{Deserialize, Serialize};

/// Sizes of a translation model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Numbers of source words, with the four that are no words.
    pub source: usize,
    /// Numbers of target words, likewise.
    pub target: usize,
    /// Most words of a sentence, with its end.
    pub words: usize,
    /// Width `d`.
    pub width: usize,
    /// Layers of the encoder, and of the decoder.
    pub layers: usize,
    /// Heads of each attention.
    pub heads: usize,
    /// Units of each MLP.
    pub mlp: usize,
}

impl Shape {
    /// The model of the language with known features: 64 dimensions, two layers and two, four heads,
    /// MLPs of 256 units.
    pub const LANGUAGE: Self = Self {
        source: super::language::TYPES + FIRST as usize,
        target: super::language::FORMS + FIRST as usize,
        words: super::language::WORDS + 1,
        width: 64,
        layers: 2,
        heads: 4,
        mlp: 256,
    };

    /// The same for a text of one's own.
    pub fn text(source: usize, target: usize, words: usize) -> Self {
        Self { source, target, words, ..Self::LANGUAGE }
    }
}
