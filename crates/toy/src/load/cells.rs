//! A table as other programs write it: where its header is, what stands between cells, and numbers
//! in the habits of spreadsheets, R, NumPy and others.

use ::csv::{Reader, ReaderBuilder, StringRecord};

/// Lines looked through for the header: some programs write titles or remarks above it.
const PREAMBLE: usize = 200;
/// What may stand between cells, in the order tried.
const DELIMITERS: [u8; 5] = [b',', b';', b'\t', b'|', b' '];
/// How programs write that a number is missing.
const MISSING: [&str; 19] = [
    "", "na", "n/a", "<na>", "#n/a", "null", "none", "nil", "missing", "-", "--", ".", "?",
    "#null!", "#num!", "#div/0!", "#value!", "#ref!", "#name?",
];

/// A cell of a table that should hold a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell {
    /// Nothing, or a word for it.
    Missing,
    /// A number, not necessarily finite.
    Number(f64),
    /// Something else.
    Other,
}

/// Reads a cell: decimal points or commas, any minus sign, words for missing and for no number.
pub(super) fn cell(text: &str) -> Cell {
    let text = bare(text);
    if let Ok(number) = text.parse() {
        return Cell::Number(number);
    }
    if text.len() > 64 {
        return Cell::Other;
    }
    let mut text = text.to_lowercase().replace('\u{2212}', "-");
    if MISSING.contains(&text.as_str()) {
        return Cell::Missing;
    }
    if text.contains("1.#") || text.trim_start_matches(['-', '+']).starts_with("nan(") {
        let infinite = text.contains("#inf");
        return Cell::Number(if infinite { f64::INFINITY } else { f64::NAN });
    }
    if text.matches(',').count() == 1 && !text.contains('.') {
        text = text.replace(',', ".");
    }
    // Fortran's double precision, and the sign that R and some others print.
    text = text.replace('d', "e").replace('∞', "inf");
    text.parse().map_or(Cell::Other, Cell::Number)
}

/// A cell without spaces and quotes around it.
pub(super) fn bare(text: &str) -> &str {
    text.trim().trim_matches(['"', '\'']).trim()
}

/// The rows of a table below its header.
pub(super) struct Rows<'a> {
    reader: Reader<&'a [u8]>,
    record: StringRecord,
    /// Names of the columns, in lower case.
    pub header: Vec<String>,
    /// Whether runs of spaces stand between cells.
    spaces: bool,
    /// Lines above the header.
    above: u64,
}

/// A row: its line in the file, and its cells.
pub(super) struct Row<'r> {
    pub line: u64,
    pub cells: Vec<&'r str>,
}

impl<'a> Rows<'a> {
    /// Finds the header: the first line with a column of this name. What stands between cells is
    /// whatever lets most of `columns` be found in it.
    pub fn open(text: &'a str, columns: &[&str]) -> Option<Self> {
        let known =
            |header: &[String]| columns.iter().filter(|&&c| header.iter().any(|h| h == c)).count();
        let mut told = None;
        let mut at = 0;
        for line in text.split_inclusive(['\n', '\r']).take(PREAMBLE) {
            let plain = line.trim_start_matches(['\u{feff}', '#', '%', '/', ' ']);
            if let Some(delimiter) = bare(plain).strip_prefix("sep=") {
                told = delimiter.bytes().next().or(Some(b'\t'));
            } else if holds(plain, columns.first()?) {
                let from = &text[at + line.len() - plain.len()..];
                let choices = told.into_iter().chain(DELIMITERS);
                let above = text[..at].matches('\n').count() as u64;
                let open = |delimiter| Self::with(from, delimiter, above);
                // Of several that fit alike, the first.
                return choices.filter_map(open).reduce(|best, next| {
                    if known(&next.header) > known(&best.header) { next } else { best }
                });
            }
            at += line.len();
        }
        None
    }

    fn with(text: &'a str, delimiter: u8, above: u64) -> Option<Self> {
        if !delimiter.is_ascii() {
            return None;
        }
        let mut reader = ReaderBuilder::new();
        let reader = reader.delimiter(delimiter).flexible(true).has_headers(false);
        let reader = reader.comment(Some(b'#')).from_reader(text.as_bytes());
        let spaces = delimiter == b' ';
        let mut rows = Self { reader, record: StringRecord::new(), header: vec![], spaces, above };
        let header =
            rows.next_row()?.cells.into_iter().map(|name| bare(name).to_lowercase()).collect();
        Some(Self { header, ..rows })
    }

    /// The next row that is not blank.
    pub fn next_row(&mut self) -> Option<Row<'_>> {
        loop {
            // Text is valid, so there is nothing that could fail.
            if !self.reader.read_record(&mut self.record).unwrap_or(false) {
                return None;
            }
            if self.record.iter().any(|cell| !bare(cell).is_empty()) {
                break;
            }
        }
        let line = self.above + self.record.position().map_or(0, ::csv::Position::line);
        let kept = |cell: &&str| !self.spaces || !cell.is_empty();
        Some(Row { line, cells: self.record.iter().filter(kept).collect() })
    }
}

/// Whether a line holds a word in any case, without copying what may be a very long line.
fn holds(line: &str, word: &str) -> bool {
    let same = |part: &[u8]| part.eq_ignore_ascii_case(word.as_bytes());
    line.as_bytes().windows(word.len()).any(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_any_habit() {
        for (text, value) in [
            ("0.5", 0.5),
            (" 1e-3 ", 1e-3),
            ("\"2\"", 2.0),
            ("0,25", 0.25),
            ("\u{2212}1,5", -1.5),
            ("1.5D-02", 0.015),
            ("+3", 3.0),
            ("1e999", f64::INFINITY),
            ("-Inf", f64::NEG_INFINITY),
            ("\u{a0}7\u{a0}", 7.0),
            ("1.#INF", f64::INFINITY),
            ("∞", f64::INFINITY),
        ] {
            assert_eq!(cell(text), Cell::Number(value), "{text}");
        }
        for text in ["NaN", "nan", "-nan", "-nan(ind)", "1.#QNAN"] {
            assert!(matches!(cell(text), Cell::Number(x) if x.is_nan()), "{text}");
        }
        for text in ["", "NA", "#N/A", "null", " - ", "\"\"", "None"] {
            assert_eq!(cell(text), Cell::Missing, "{text}");
        }
        for text in ["x", "1,2,3", "1.000,5", "0x10", "<b>", "1 2", &"9,".repeat(100)] {
            assert_eq!(cell(text), Cell::Other, "{text}");
        }
    }
}
