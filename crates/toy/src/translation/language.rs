//! A language pair whose features are known.
//!
//! Source: determiner, perhaps an adjective, noun, verb, determiner, perhaps an adjective, noun. In
//! translation every word has one counterpart, an adjective follows its noun, and determiner and
//! adjective agree with their noun in gender and number. The number shows in the source's noun, the
//! gender nowhere: it belongs to the word and has to be learned.
//!
//! 64 source words of four classes (4 determiners, 12 adjectives, 16 nouns in two numbers, 16
//! verbs), 112 target words. Within a class words are as frequent as Zipf's law says, 1 / rank.

use super::vocabulary::{FIRST, Vocabulary};
use crate::random::block;
use serde::{Deserialize, Serialize};

/// Most words of a sentence.
pub const WORDS: usize = 7;
/// Number of source words.
pub const TYPES: usize = 64;
/// Number of target words.
pub const FORMS: usize = 112;

/// A determiner and the stem of its translation.
const DETERMINERS: [(&str, &str); 4] = [("the", "l"), ("my", "mi"), ("your", "tu"), ("no", "nul")];

const ADJECTIVES: [(&str, &str); 12] = [
    ("small", "pec"),
    ("old", "vet"),
    ("red", "ros"),
    ("new", "nov"),
    ("black", "negr"),
    ("long", "lung"),
    ("quiet", "quet"),
    ("fast", "rapid"),
    ("round", "rond"),
    ("cold", "frid"),
    ("proud", "fier"),
    ("odd", "strani"),
];

/// Singular, plural, stem of the translation, and whether it is feminine. Genders do not follow the
/// frequency.
const NOUNS: [(&str, &str, &str, bool); 16] = [
    ("cat", "cats", "gat", false),
    ("house", "houses", "cas", true),
    ("dog", "dogs", "can", false),
    ("star", "stars", "stel", true),
    ("bird", "birds", "aviar", true),
    ("book", "books", "libr", false),
    ("tree", "trees", "arbol", false),
    ("river", "rivers", "flum", true),
    ("king", "kings", "reg", false),
    ("song", "songs", "cant", true),
    ("boat", "boats", "bark", true),
    ("horse", "horses", "caval", false),
    ("stone", "stones", "petr", true),
    ("wolf", "wolves", "lup", false),
    ("lamp", "lamps", "lumin", true),
    ("garden", "gardens", "hort", false),
];

const VERBS: [(&str, &str); 16] = [
    ("saw", "vede"),
    ("found", "trova"),
    ("liked", "ama"),
    ("followed", "sege"),
    ("heard", "aude"),
    ("wanted", "vole"),
    ("drew", "pinge"),
    ("left", "lascia"),
    ("held", "tene"),
    ("knew", "sape"),
    ("guarded", "guarda"),
    ("moved", "move"),
    ("sought", "cerca"),
    ("feared", "teme"),
    ("made", "fa"),
    ("sold", "vende"),
];

/// Endings of masculine and feminine, each in singular and plural.
const ENDINGS: [[&str; 2]; 2] = [["o", "os"], ["a", "as"]];

/// What a source word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Class {
    /// `the`, `my` ...
    Determiner,
    /// Describes a noun.
    Adjective,
    /// Has a gender and a number.
    Noun,
    /// Stands between two nouns.
    Verb,
}

impl Class {
    /// Every class, with its name.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Determiner, "determiner"),
        (Self::Adjective, "adjective"),
        (Self::Noun, "noun"),
        (Self::Verb, "verb"),
    ];
}

/// A noun with what belongs to it, by places in the lists of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Phrase {
    determiner: u8,
    adjective: Option<u8>,
    noun: u8,
    plural: bool,
}

/// A sentence of the language, in either tongue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sentence {
    subject: Phrase,
    verb: u8,
    object: Phrase,
}

/// What is known of a source word in its sentence: the features that a representation can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The word, from 0 to 63 in the order of the vocabulary.
    pub word: usize,
    /// Its class.
    pub class: Class,
    /// Whether its phrase is feminine; `None` of a verb.
    pub feminine: Option<bool>,
    /// Whether its phrase is plural; `None` of a verb.
    pub plural: Option<bool>,
    /// Its place in the sentence, from 0.
    pub position: usize,
}

/// Which part of all sentences one belongs to. Parts are told by a hash of the sentence, so that no
/// sentence is in two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Eight of ten, for training.
    Training,
    /// One of ten, to judge by while training.
    Validation,
    /// One of ten, for final numbers.
    Test,
}

impl Part {
    /// The part of a sentence with this hash.
    pub fn of(hash: u32) -> Self {
        match hash % 10 {
            0 => Self::Validation,
            1 => Self::Test,
            _ => Self::Training,
        }
    }
}

/// Which of `1..=count` ranks Zipf's law gives a word in [0, 2^32), from 0.
fn zipf(word: u32, count: usize) -> u8 {
    let weight = |rank: usize| 1.0 / (rank + 1) as f64;
    let total: f64 = (0..count).map(weight).sum();
    let mut left = crate::random::open_unit(word) * total;
    for rank in 0..count {
        left -= weight(rank);
        if left < 0.0 {
            return rank as u8;
        }
    }
    count as u8 - 1
}

impl Phrase {
    fn draw(words: [u32; 4], more: u32) -> Self {
        let adjective = zipf(words[1], ADJECTIVES.len());
        Self {
            determiner: zipf(words[0], DETERMINERS.len()),
            // Every second noun has one.
            adjective: (more >> 31 == 0).then_some(adjective),
            noun: zipf(words[2], NOUNS.len()),
            // Two in five are more than one.
            plural: words[3] < (u32::MAX / 5) * 2,
        }
    }

    fn feminine(self) -> bool {
        NOUNS[usize::from(self.noun)].3
    }

    fn source(self, out: &mut Vec<usize>) {
        out.push(usize::from(self.determiner));
        out.extend(self.adjective.map(|adjective| DETERMINERS.len() + usize::from(adjective)));
        let nouns = DETERMINERS.len() + ADJECTIVES.len();
        out.push(nouns + 2 * usize::from(self.noun) + usize::from(self.plural));
    }

    fn target(self, out: &mut Vec<usize>) {
        let form = 2 * usize::from(self.feminine()) + usize::from(self.plural);
        let nouns = 4 * (DETERMINERS.len() + ADJECTIVES.len());
        out.push(4 * usize::from(self.determiner) + form);
        out.push(nouns + 2 * usize::from(self.noun) + usize::from(self.plural));
        out.extend(self.adjective.map(|a| 4 * (DETERMINERS.len() + usize::from(a)) + form));
    }
}

impl Sentence {
    /// A sentence of a part: a function of its counters. Others of the part are as likely as in
    /// the language.
    pub fn draw(part: Part, seed: u32, model: u32, step: u32, row: u32) -> Self {
        // Blocks of a row: three a try, one try in ten or better holds.
        let mut sentence = Self::any(seed, model, step, row << 8);
        for attempt in 1..85 {
            if Part::of(sentence.hash()) == part {
                break;
            }
            sentence = Self::any(seed, model, step, (row << 8) + 3 * attempt);
        }
        sentence
    }

    fn any(seed: u32, model: u32, step: u32, at: u32) -> Self {
        let [a, b, more] = [0, 1, 2].map(|k| block(seed, model, step, at + k));
        Self {
            subject: Phrase::draw(a, more[0]),
            verb: zipf(more[1], VERBS.len()),
            object: Phrase::draw(b, more[2]),
        }
    }

    /// A number that depends on every word.
    pub fn hash(&self) -> u32 {
        let numbers = self.source();
        let mixed = numbers
            .iter()
            .fold(0x811c_9dc5u32, |hash, &number| (hash ^ number as u32).wrapping_mul(0x0100_0193));
        // The last bits of a product know only the last bits of its factors.
        block(mixed, 0, 0, 0)[0]
    }

    /// Source words, from 0 to 63.
    pub fn source(&self) -> Vec<usize> {
        let mut out = Vec::with_capacity(WORDS);
        self.subject.source(&mut out);
        out.push(TYPES - VERBS.len() + usize::from(self.verb));
        self.object.source(&mut out);
        out
    }

    /// Target words, from 0 to 111.
    pub fn target(&self) -> Vec<usize> {
        let mut out = Vec::with_capacity(WORDS);
        self.subject.target(&mut out);
        let nouns = 4 * (DETERMINERS.len() + ADJECTIVES.len());
        out.push(nouns + 2 * NOUNS.len() + usize::from(self.verb));
        self.object.target(&mut out);
        out
    }

    /// What is known of each source word.
    pub fn known(&self) -> Vec<Known> {
        let phrase = |phrase: Phrase, at: usize| {
            let mut words = vec![];
            phrase.source(&mut words);
            (at..).zip(words).map(move |(position, word)| Known {
                word,
                class: class(word),
                feminine: Some(phrase.feminine()),
                plural: Some(phrase.plural),
                position,
            })
        };
        let mut known: Vec<Known> = phrase(self.subject, 0).collect();
        let at = known.len();
        known.push(Known {
            word: self.source()[at],
            class: Class::Verb,
            feminine: None,
            plural: None,
            position: at,
        });
        known.extend(phrase(self.object, at + 1));
        known
    }

    /// The sentence of these source words.
    ///
    /// # Errors
    /// What the language would have in the first place that does not fit.
    pub fn parse(words: &[String]) -> Result<Self, SentenceError> {
        let mut places = words.iter();
        let subject = phrase(&mut places)?;
        let verb = next(&mut places, "a verb", VERBS.iter().map(|verb| verb.0))?;
        let object = phrase(&mut places)?;
        match places.next() {
            None => Ok(Self { subject, verb, object }),
            Some(word) => Err(SentenceError {
                found: format!("“{word}”"),
                wanted: "the end",
                such: String::new(),
            }),
        }
    }
}

/// Why words are no sentence of the language.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{found} stands where the language has {wanted}{such}")]
pub struct SentenceError {
    found: String,
    wanted: &'static str,
    such: String,
}

/// The place of the next word in a list.
fn next<'a>(
    words: &mut std::slice::Iter<String>,
    wanted: &'static str,
    list: impl Iterator<Item = &'a str> + Clone,
) -> Result<u8, SentenceError> {
    let word = words.as_slice().first();
    let place = word.and_then(|word| list.clone().position(|other| other == word));
    match place {
        Some(place) => {
            words.next();
            Ok(place as u8)
        }
        None => Err(SentenceError {
            found: word.map_or("nothing".into(), |word| format!("“{word}”")),
            wanted,
            such: format!(", such as {}", list.take(4).collect::<Vec<_>>().join(", ")),
        }),
    }
}

fn phrase(words: &mut std::slice::Iter<String>) -> Result<Phrase, SentenceError> {
    let determiner = next(words, "a determiner", DETERMINERS.iter().map(|word| word.0))?;
    let adjective = next(words, "an adjective", ADJECTIVES.iter().map(|word| word.0)).ok();
    let nouns = NOUNS.iter().flat_map(|noun| [noun.0, noun.1]);
    let form =
        next(words, if adjective.is_some() { "a noun" } else { "an adjective or a noun" }, nouns)?;
    Ok(Phrase { determiner, adjective, noun: form / 2, plural: form % 2 == 1 })
}

/// The class of a source word, from 0 to 63.
pub fn class(word: usize) -> Class {
    let (adjectives, nouns) = (DETERMINERS.len(), DETERMINERS.len() + ADJECTIVES.len());
    match word {
        _ if word < adjectives => Class::Determiner,
        _ if word < nouns => Class::Adjective,
        _ if word < nouns + 2 * NOUNS.len() => Class::Noun,
        _ => Class::Verb,
    }
}

/// The source's vocabulary.
pub fn source() -> Vocabulary {
    let ends = DETERMINERS.iter().chain(&ADJECTIVES).map(|word| word.0);
    let nouns = NOUNS.iter().flat_map(|noun| [noun.0, noun.1]);
    Vocabulary::new(ends.chain(nouns).chain(VERBS.iter().map(|verb| verb.0)).map(str::to_owned))
}

/// The target's vocabulary.
pub fn target() -> Vocabulary {
    let agreeing = DETERMINERS.iter().chain(&ADJECTIVES);
    let agreeing = agreeing.flat_map(|(_, stem)| {
        ENDINGS.as_flattened().iter().map(move |ending| format!("{stem}{ending}"))
    });
    let nouns = NOUNS.iter().flat_map(|&(.., stem, feminine)| {
        ENDINGS[usize::from(feminine)].map(|ending| format!("{stem}{ending}"))
    });
    Vocabulary::new(agreeing.chain(nouns).chain(VERBS.iter().map(|verb| verb.1.to_owned())))
}

/// Numbers in a vocabulary of words counted from 0.
pub fn numbers(words: &[usize]) -> Vec<u32> {
    words.iter().map(|&word| FIRST + word as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translation::pairs;

    #[test]
    fn sixty_four_words_of_four_classes() {
        assert_eq!((source().words().len(), target().words().len()), (TYPES, FORMS));
        let count = |class: Class| (0..TYPES).filter(|&word| super::class(word) == class).count();
        assert_eq!(Class::ALL.map(|(class, _)| count(class)), [4, 12, 32, 16]);
    }

    #[test]
    fn a_translation_agrees_and_turns_round() {
        let translate = |text: &str| {
            let sentence = Sentence::parse(&pairs::words(text)).unwrap();
            assert_eq!(source().decode(&numbers(&sentence.source())), text);
            target().decode(&numbers(&sentence.target()))
        };
        assert_eq!(translate("the small cats saw my house"), "los gatos pecos vede mia casa");
        assert_eq!(
            translate("no star feared the odd wolves"),
            "nula stela teme los lupos stranios"
        );
    }

    #[test]
    fn what_is_no_sentence_is_named() {
        let said = |text: &str| Sentence::parse(&pairs::words(text)).unwrap_err().to_string();
        assert!(
            said("the cat dog").contains("“dog” stands where the language has a verb, such as saw")
        );
        assert!(said("the cat saw").contains("nothing stands where the language has a determiner"));
        assert!(said("the small saw").contains("a noun, such as cat"));
        assert!(said("the cat saw the dog dog").contains("the end"));
    }

    #[test]
    fn parts_are_disjoint_and_of_their_sizes() {
        for (part, share) in [(Part::Training, 0.8), (Part::Validation, 0.1), (Part::Test, 0.1)] {
            for row in 0..300 {
                let sentence = Sentence::draw(part, 1, 2, 3, row);
                assert_eq!(Part::of(sentence.hash()), part);
                assert_eq!(sentence, Sentence::draw(part, 1, 2, 3, row));
            }
            let count = (0..4000)
                .filter(|&row| Part::of(Sentence::any(7, 0, 0, row << 8).hash()) == part)
                .count();
            assert!((count as f64 / 4000.0 - share).abs() < 0.03, "{part:?}: {count}");
        }
    }

    #[test]
    fn words_are_as_frequent_as_zipf_says() {
        let draws = 20_000;
        let mut counts = [0u32; 16];
        (0..draws).for_each(|row| counts[usize::from(zipf(block(1, 0, 0, row)[0], 16))] += 1);
        let total: f64 = (1..=16).map(|rank| 1.0 / f64::from(rank)).sum();
        for (rank, &count) in (1..).zip(&counts) {
            let expected = f64::from(draws) / (f64::from(rank) * total);
            assert!((f64::from(count) - expected).abs() < 5.0 * expected.sqrt(), "{rank}: {count}");
        }
        assert_eq!((zipf(0, 16), zipf(u32::MAX, 16)), (0, 15));
    }

    #[test]
    fn what_is_known_of_words() {
        let sentence = Sentence::parse(&pairs::words("my old lamps found no dog")).unwrap();
        let known = sentence.known();
        assert_eq!(known.iter().map(|k| k.word).collect::<Vec<_>>(), sentence.source());
        assert!((0..).zip(&known).all(|(at, k)| k.position == at && k.class == class(k.word)));
        assert_eq!((known[0].feminine, known[1].plural), (Some(true), Some(true)));
        assert_eq!((known[3].feminine, known[3].class), (None, Class::Verb));
        assert_eq!((known[4].feminine, known[5].plural), (Some(false), Some(false)));
    }
}
