//! What is translated: the language with known features, or a text of one's own.

use super::architecture::Rows;
use super::language::{self, Known, Part, Sentence};
use super::pairs::{MAX_WORDS, Pair};
use super::shape::Shape;
use super::vocabulary::{FIRST, Vocabulary};
use crate::random::block;

/// Most words of a vocabulary made from a text.
pub const MAX_VOCABULARY: usize = 4096;

/// A source of sentence pairs in three disjoint parts.
#[derive(Clone, Debug, PartialEq)]
pub enum Text {
    /// The language of [`language`]; every step draws sentences that were never seen before.
    Language {
        /// Its vocabularies, source and target.
        vocabularies: [Vocabulary; 2],
    },
    /// Pairs of a file.
    Pairs {
        /// Vocabularies of its training part, source and target.
        vocabularies: [Vocabulary; 2],
        /// Pairs for training, validation and test.
        parts: [Vec<Pair>; 3],
        /// Most words of a sentence, with its end.
        words: usize,
    },
}

/// Sentences that a model is judged by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Held {
    /// As a tape reads them.
    pub rows: Rows,
    /// Source sentences as written.
    pub sources: Vec<String>,
    /// Their translations as written.
    pub references: Vec<String>,
    /// What is known of every source word, sentence by sentence; none of a text of one's own.
    pub known: Vec<Vec<Known>>,
}

/// Why a text cannot be learned from.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TextError {
    /// A part without a sentence.
    #[error(
        "{pairs} sentence pairs are too few: eight of ten train, one of ten validates and one tests, by a hash of the sentence, and each part needs one; give at least a few dozen"
    )]
    TooFew {
        /// Pairs there are.
        pairs: usize,
    },
}

impl Text {
    /// The language with known features.
    pub fn language() -> Self {
        Self::Language { vocabularies: [language::source(), language::target()] }
    }

    /// A text of one's own: `vocabulary` most frequent words of its training part either side,
    /// sentences told apart by a hash of the source, so that a sentence that comes twice is in one
    /// part.
    ///
    /// # Errors
    /// When a part would be empty.
    pub fn pairs(pairs: Vec<Pair>, vocabulary: usize) -> Result<Self, TextError> {
        let count = pairs.len();
        let mut parts = [vec![], vec![], vec![]];
        for pair in pairs {
            parts[index(Part::of(hash(&pair.source)))].push(pair);
        }
        if parts.iter().any(Vec::is_empty) {
            return Err(TextError::TooFew { pairs: count });
        }
        let limit = vocabulary.min(MAX_VOCABULARY);
        let words =
            |of: fn(&Pair) -> &[String]| Vocabulary::counted(parts[0].iter().map(of), limit);
        let vocabularies = [words(|p| &p.source), words(|p| &p.target)];
        let longest = |pair: &Pair| pair.source.len().max(pair.target.len());
        let longest = parts.iter().flatten().map(longest).max().unwrap_or(0);
        Ok(Self::Pairs { vocabularies, parts, words: longest.min(MAX_WORDS) + 1 })
    }

    /// Size of a model for it.
    pub fn shape(&self) -> Shape {
        match self {
            Self::Language { .. } => Shape::LANGUAGE,
            Self::Pairs { vocabularies: [source, target], words, .. } => {
                Shape::text(source.len(), target.len(), *words)
            }
        }
    }

    /// Source and target vocabulary.
    pub fn vocabularies(&self) -> &[Vocabulary; 2] {
        let (Self::Language { vocabularies } | Self::Pairs { vocabularies, .. }) = self;
        vocabularies
    }

    /// A batch of a part, drawn anew for each step, at random.
    pub fn draw(&self, part: Part, seed: u32, step: u32, batch: usize) -> Rows {
        let words = self.shape().words;
        let mut rows = Rows::default();
        for row in 0..batch as u32 {
            match self {
                Self::Language { .. } => {
                    let (source, target) = numbers(&Sentence::draw(part, seed, 0, step, row));
                    rows.push(words, &source, &target);
                }
                Self::Pairs { vocabularies, parts, .. } => {
                    let part = &parts[index(part)];
                    let word = u64::from(block(seed, 0, step, row)[0]);
                    let pair = &part[((word * part.len() as u64) >> 32) as usize];
                    push(vocabularies, words, pair, &mut rows);
                }
            }
        }
        rows
    }

    /// Sentences to judge by, the same for every model: `count` drawn from the language, or the first
    /// of a file's part.
    pub fn held(&self, part: Part, count: usize) -> Held {
        let words = self.shape().words;
        let mut held = Held::default();
        match self {
            Self::Language { vocabularies: [from, to] } => {
                for row in 0..count as u32 {
                    let sentence = Sentence::draw(part, HELD, 0, 0, row);
                    let (source, target) = numbers(&sentence);
                    held.sources.push(from.decode(&source));
                    held.references.push(to.decode(&target));
                    held.known.push(sentence.known());
                    held.rows.push(words, &source, &target);
                }
            }
            Self::Pairs { vocabularies, parts, .. } => {
                for pair in parts[index(part)].iter().take(count) {
                    held.sources.push(pair.source.join(" "));
                    held.references.push(pair.target.join(" "));
                    push(vocabularies, words, pair, &mut held.rows);
                }
            }
        }
        held
    }
}

/// What a text of one's own holds, to be told before anything is trained.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Pairs for training, validation and test.
    pub pairs: [usize; 3],
    /// Words that are told apart, source and target.
    pub vocabulary: [usize; 2],
    /// Share of the words of held-out sentences that are none of these, source and target.
    pub unknown: [f64; 2],
    /// Most words of a sentence.
    pub longest: usize,
    /// The first pairs, as they are read.
    pub first: Vec<[String; 2]>,
}

impl Summary {
    /// Of a text of one's own, with so many of its first pairs; `None` of the language.
    pub fn of(text: &Text, first: usize) -> Option<Self> {
        let Text::Pairs { vocabularies, parts, words } = text else { return None };
        let unknown = |side: usize| {
            let (mut unknown, mut all) = (0, 0);
            for pair in parts[1..].iter().flatten() {
                let numbers = vocabularies[side].encode([&pair.source, &pair.target][side]);
                unknown += numbers.iter().filter(|&&number| number < FIRST).count();
                all += numbers.len();
            }
            unknown as f64 / all.max(1) as f64
        };
        let shown = parts[0].iter().take(first);
        Some(Self {
            pairs: [0, 1, 2].map(|part| parts[part].len()),
            vocabulary: [0, 1].map(|side| vocabularies[side].words().len()),
            unknown: [0, 1].map(unknown),
            longest: words - 1,
            first: shown.map(|p| [p.source.join(" "), p.target.join(" ")]).collect(),
        })
    }
}

/// Seed of the sentences that models are judged by.
const HELD: u32 = 0x5eed_0001;

fn numbers(sentence: &Sentence) -> (Vec<u32>, Vec<u32>) {
    (language::numbers(&sentence.source()), language::numbers(&sentence.target()))
}

fn push([from, to]: &[Vocabulary; 2], words: usize, pair: &Pair, rows: &mut Rows) {
    rows.push(words, &from.encode(&pair.source), &to.encode(&pair.target));
}

fn index(part: Part) -> usize {
    match part {
        Part::Training => 0,
        Part::Validation => 1,
        Part::Test => 2,
    }
}

/// A hash of a sentence's words (FNV-1a), mixed so that its last digits depend on all of it.
fn hash(words: &[String]) -> u32 {
    let bytes = words.iter().flat_map(|word| word.bytes().chain([0]));
    let hash =
        bytes.fold(0x811c_9dc5u32, |h, byte| (h ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    block(hash, 1, 0, 0)[0]
}

/// Source numbers of words, `None` of a word that the vocabulary does not hold.
pub fn known_words(vocabulary: &Vocabulary, words: &[String]) -> Option<Vec<u32>> {
    let numbers = vocabulary.encode(words);
    numbers.iter().all(|&number| number >= FIRST).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::super::pairs::{self, words};
    use super::super::vocabulary::{END, PADDING, START, UNKNOWN};
    use super::*;
    use crate::operation::cross_entropy::IGNORED;

    #[test]
    fn rows_are_padded_and_shifted_by_one() {
        let mut rows = Rows::default();
        rows.push(4, &[7, 8], &[9]);
        assert_eq!(rows.source, [7, 8, END, PADDING]);
        assert_eq!(rows.lengths, [3]);
        assert_eq!(rows.before, [START, 9, PADDING, PADDING]);
        assert_eq!(rows.next, [9, END, IGNORED, IGNORED]);
    }

    #[test]
    fn a_text_of_one_s_own_in_three_parts() {
        let text: String = (0..200).map(|i| format!("a b{i}\tx y{i}\n")).collect();
        let found = pairs::read(text.as_bytes()).map(|p| p.pairs).unwrap_or_default();
        let text = Text::pairs(found.clone(), 20).unwrap();
        let Text::Pairs { parts, .. } = &text else { panic!() };
        assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), 200);
        assert!(parts[1].iter().all(|pair| !parts[0].contains(pair)));
        assert_eq!(text.shape().source, 24);
        let rows = text.draw(Part::Training, 1, 2, 3);
        assert_eq!((rows.lengths.len(), rows.source.len()), (3, 9));
        // Most words are not among the twenty.
        assert!(text.draw(Part::Test, 1, 2, 50).source.contains(&UNKNOWN));
        let told = Summary::of(&text, 2).unwrap();
        assert_eq!(
            (told.pairs.iter().sum::<usize>(), told.vocabulary, told.longest),
            (200, [20; 2], 2)
        );
        // Half of the words are the same in all sentences, of the others next to none is known.
        assert!(told.unknown.iter().all(|share| (0.45..=0.5).contains(share)), "{told:?}");
        assert!(told.first.len() == 2 && told.first[0][1].starts_with("x y"));
        assert_eq!(Summary::of(&Text::language(), 2), None);
        let held = text.held(Part::Test, 5);
        assert!(held.known.is_empty() && held.references[0].starts_with("x y"));
        assert!(matches!(Text::pairs(found[..2].to_vec(), 9), Err(TextError::TooFew { pairs: 2 })));
    }

    #[test]
    fn the_language_s_held_sentences_are_known() {
        let text = Text::language();
        let held = text.held(Part::Validation, 3);
        assert_eq!((held.sources.len(), held.known.len()), (3, 3));
        let again = Sentence::parse(&words(&held.sources[0])).map(|s| s.known());
        assert_eq!(again.as_ref(), Ok(&held.known[0]));
        let numbers = known_words(&text.vocabularies()[0], &words(&held.sources[0]));
        assert_eq!(numbers.as_deref(), Some(&held.rows.source[..held.known[0].len()]));
        assert_eq!(known_words(&text.vocabularies()[0], &words("the unicorn")), None);
    }
}
