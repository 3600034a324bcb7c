//! Words and their numbers: what embeddings are tables of.

use std::collections::BTreeMap;

/// Fills sequences up to the same length; counts in no loss and is seen by no query.
pub const PADDING: u32 = 0;
/// Stands before the first word that a decoder is asked for.
pub const START: u32 = 1;
/// Stands after the last word.
pub const END: u32 = 2;
/// Any word that the vocabulary does not hold.
pub const UNKNOWN: u32 = 3;
/// Number of the first word.
pub const FIRST: u32 = 4;

/// How the four numbers that are no words are written.
const SPECIAL: [&str; FIRST as usize] = ["<padding>", "<start>", "<end>", "<unknown>"];

/// A list of words, numbered from [`FIRST`] on.
#[derive(Clone, Debug, PartialEq)]
pub struct Vocabulary {
    words: Vec<String>,
    numbers: BTreeMap<String, u32>,
}

impl Vocabulary {
    /// The vocabulary of these words, in their order; a word that comes again is left out.
    pub fn new(words: impl IntoIterator<Item = String>) -> Self {
        let mut vocabulary = Self { words: vec![], numbers: BTreeMap::new() };
        for word in words {
            let next = FIRST + vocabulary.words.len() as u32;
            if !vocabulary.numbers.contains_key(&word) {
                vocabulary.numbers.insert(word.clone(), next);
                vocabulary.words.push(word);
            }
        }
        vocabulary
    }

    /// The most frequent words of some sentences, at most `limit`; those as frequent in the order
    /// of the alphabet, so that the same text gives the same numbers.
    pub fn counted<'a>(sentences: impl Iterator<Item = &'a [String]>, limit: usize) -> Self {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for word in sentences.flatten() {
            *counts.entry(word).or_default() += 1;
        }
        let mut words: Vec<_> = counts.into_iter().collect();
        words.sort_by_key(|&(word, count)| (std::cmp::Reverse(count), word));
        Self::new(words.into_iter().take(limit).map(|(word, _)| word.to_owned()))
    }

    /// How many numbers there are, with the four that are no words.
    pub fn len(&self) -> usize {
        FIRST as usize + self.words.len()
    }

    /// Whether it holds no word.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// A word's number, [`UNKNOWN`] if it is not held.
    pub fn number(&self, word: &str) -> u32 {
        self.numbers.get(word).copied().unwrap_or(UNKNOWN)
    }

    /// The word of a number, as it is written.
    pub fn word(&self, number: u32) -> &str {
        match SPECIAL.get(number as usize) {
            Some(special) => special,
            None => self.words.get((number - FIRST) as usize).map_or(SPECIAL[3], String::as_str),
        }
    }

    /// The words, without the four.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Numbers of a sentence's words.
    pub fn encode(&self, words: &[String]) -> Vec<u32> {
        words.iter().map(|word| self.number(word)).collect()
    }

    /// The sentence of these numbers up to its end, words apart by spaces.
    pub fn decode(&self, numbers: &[u32]) -> String {
        let words = numbers.iter().take_while(|&&number| number != END);
        let words = words.filter(|&&number| number != PADDING && number != START);
        words.map(|&number| self.word(number)).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_most_frequent_words_have_numbers() {
        let sentences = [sentence("b a a c"), sentence("c a d b")];
        let vocabulary = Vocabulary::counted(sentences.iter().map(Vec::as_slice), 3);
        assert_eq!(vocabulary.words(), ["a", "b", "c"]);
        assert_eq!(vocabulary.len(), 7);
        assert_eq!(vocabulary.encode(&sentence("c d a")), [6, UNKNOWN, 4]);
    }

    #[test]
    fn sentences_end_where_they_end() {
        let vocabulary = Vocabulary::new(sentence("one two one"));
        assert_eq!(vocabulary.words(), ["one", "two"]);
        let text = vocabulary.decode(&[START, 5, UNKNOWN, 4, END, 5, PADDING]);
        assert_eq!(text, "two <unknown> one");
        assert_eq!(vocabulary.word(u32::MAX), "<unknown>");
        assert!(!vocabulary.is_empty() && Vocabulary::new([]).is_empty());
    }
}
