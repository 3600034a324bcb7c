//! Parallel text: a sentence and its translation a line, separated by a tab.

/// Largest file that is read, in bytes.
pub const MAX_BYTES: usize = 256 << 20;
/// Most pairs that are read.
pub const MAX_PAIRS: usize = 2_000_000;
/// Most words of a sentence; longer ones are left out.
pub const MAX_WORDS: usize = 64;

/// A sentence and its translation, in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The sentence.
    pub source: Vec<String>,
    /// Its translation.
    pub target: Vec<String>,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairs {
    /// The pairs, in the order of their lines.
    pub pairs: Vec<Pair>,
    /// What was left out, a sentence each.
    pub notices: Vec<String>,
}

/// Why a file is no parallel text. Lines are counted from 1.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PairsError {
    /// A line with one column.
    #[error("line {line} has no tab; each line must hold a sentence, a tab, and its translation")]
    NoTab {
        /// The line.
        line: usize,
    },
    /// Bytes that are no text.
    #[error("line {line} is not UTF-8 text")]
    NotText {
        /// The line.
        line: usize,
    },
    /// Nothing at all.
    #[error(
        "there is no sentence pair in the file; each line must hold a sentence, a tab, and its translation"
    )]
    Empty,
    /// More than is read.
    #[error("the file has {bytes} bytes; at most {MAX_BYTES} are read")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// More than is read.
    #[error("line {line} is beyond the {MAX_PAIRS} sentence pairs that are read")]
    TooMany {
        /// The line.
        line: usize,
    },
}

/// Lines that were left out for one reason.
#[derive(Default)]
struct Left {
    count: usize,
    first: usize,
}

impl Left {
    fn add(&mut self, line: usize) {
        if self.count == 0 {
            self.first = line;
        }
        self.count += 1;
    }

    fn say(&self, what: &str, notices: &mut Vec<String>) {
        match self.count {
            0 => {}
            1 => notices.push(format!("line {} was left out: it has {what}", self.first)),
            n => notices.push(format!(
                "{n} lines were left out, the first of them line {}: they have {what}",
                self.first
            )),
        }
    }
}

/// Reads parallel text. Empty lines are skipped; columns after the second, where collections keep
/// their sources, are not read.
///
/// # Errors
/// A sentence that names the line.
pub fn read(bytes: &[u8]) -> Result<Pairs, PairsError> {
    if bytes.len() > MAX_BYTES {
        return Err(PairsError::TooLarge { bytes: bytes.len() });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut found = Pairs::default();
    let (mut half, mut long) = (Left::default(), Left::default());
    for (index, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        let number = index + 1;
        let text = std::str::from_utf8(line).map_err(|_| PairsError::NotText { line: number })?;
        // Tabs alone are an empty line, too.
        if text.trim().is_empty() {
            continue;
        }
        let mut columns = text.split('\t');
        let (Some(source), Some(target)) = (columns.next(), columns.next()) else {
            return Err(PairsError::NoTab { line: number });
        };
        let pair = Pair { source: words(source), target: words(target) };
        if pair.source.is_empty() || pair.target.is_empty() {
            half.add(number);
        } else if pair.source.len().max(pair.target.len()) > MAX_WORDS {
            long.add(number);
        } else if found.pairs.len() == MAX_PAIRS {
            return Err(PairsError::TooMany { line: number });
        } else {
            found.pairs.push(pair);
        }
    }
    half.say("no sentence on one side", &mut found.notices);
    long.say(&format!("more than {MAX_WORDS} words"), &mut found.notices);
    if found.pairs.is_empty() {
        return Err(PairsError::Empty);
    }
    Ok(found)
}

/// The words of a sentence in small letters: what stands between spaces, with punctuation apart, and
/// each character by itself where a script is written without spaces.
pub fn words(text: &str) -> Vec<String> {
    let mut words = vec![];
    let mut word = String::new();
    let close = |word: &mut String, words: &mut Vec<String>| {
        if !word.is_empty() {
            words.push(std::mem::take(word));
        }
    };
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_whitespace() || letter.is_control() {
            close(&mut word, &mut words);
        } else if without_spaces(letter) || punctuation(letter) {
            // An apostrophe or hyphen inside a word belongs to it.
            let inside = matches!(letter, '\'' | '’' | '-')
                && word.chars().last().is_some_and(char::is_alphanumeric)
                && letters.peek().is_some_and(|next| next.is_alphanumeric());
            if inside {
                word.push(letter);
            } else {
                close(&mut word, &mut words);
                words.push(letter.to_string());
            }
        } else {
            word.extend(letter.to_lowercase());
        }
    }
    close(&mut word, &mut words);
    words
}

/// Han characters, kana, Thai, Lao, Khmer and Burmese.
fn without_spaces(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
        | '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// Punctuation of the scripts that most text is in.
fn punctuation(letter: char) -> bool {
    letter.is_ascii_punctuation()
        || matches!(letter, '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '׀' | '׃' | '؉'..='\u{61f}' | '٪'..='٭' | '۔'
            | '\u{2010}'..='\u{205e}' | '\u{3000}'..='\u{303f}' | '\u{ff01}'..='\u{ff0f}'
            | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}' | '\u{ff5b}'..='\u{ff65}')
            && !letter.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_with_everything_that_texts_have() {
        let text = "\u{feff}Hello, world!\tBonjour le monde !\r\n\r\nI don't know.\tJe ne sais pas.\tCC-BY 1\n\t\n x\t \n";
        let found = read(text.as_bytes()).unwrap();
        assert_eq!(found.pairs.len(), 2);
        assert_eq!(found.pairs[0].source, ["hello", ",", "world", "!"]);
        assert_eq!(found.pairs[1].source, ["i", "don't", "know", "."]);
        assert_eq!(found.pairs[1].target, ["je", "ne", "sais", "pas", "."]);
        assert_eq!(found.notices.len(), 1, "{:?}", found.notices);
        assert!(found.notices[0].contains("line 5"));
    }

    #[test]
    fn scripts_of_any_direction_and_without_spaces() {
        assert_eq!(words("שלום עולם!"), ["שלום", "עולם", "!"]);
        assert_eq!(words("مرحبا، بالعالم؟"), ["مرحبا", "،", "بالعالم", "؟"]);
        assert_eq!(words("我喜欢GPU。"), ["我", "喜", "欢", "gpu", "。"]);
        assert_eq!(words("안녕 세계"), ["안녕", "세계"]);
        assert_eq!(words(" 'tis co-op- "), ["'", "tis", "co-op", "-"]);
    }

    #[test]
    fn what_is_no_parallel_text_is_refused_by_its_line() {
        let said = |bytes: &[u8]| read(bytes).unwrap_err().to_string();
        assert!(said(b"a\tb\nno tab here\n").contains("line 2 has no tab"));
        assert!(said(b"a\tb\n\xff\xfe\tb\n").contains("line 2 is not UTF-8"));
        assert!(said(b"\n\n\t\t\n").contains("no sentence pair"));
        let long = format!("a\tb\n{}\tb\n", "w ".repeat(MAX_WORDS + 1));
        assert!(read(long.as_bytes()).unwrap().notices[0].contains("line 2"));
    }

    #[test]
    fn a_hundred_thousand_pairs() {
        let text: String = (0..100_000).map(|i| format!("word {i}\tmot {i}\n")).collect();
        assert_eq!(read(text.as_bytes()).unwrap().pairs.len(), 100_000);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(found) = read(&bytes) {
                prop_assert!(found.pairs.iter().all(|p| !p.source.is_empty() && !p.target.is_empty()));
            }
        }

        #[test]
        fn no_word_has_a_space(text in "\\PC*") {
            prop_assert!(words(&text).iter().all(|word| !word.is_empty() && !word.contains(' ')));
        }
    }
}
