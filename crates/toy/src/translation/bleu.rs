//! BLEU (Papineni et al. 2002) of a whole text, as sacrebleu computes it by default (Post 2018):
//! the tokens of mteval-v13a, n-grams up to four, exponential smoothing of counts that are 0.

use std::collections::HashMap;

/// Longest n-gram counted.
pub const ORDER: usize = 4;

/// BLEU in per cent of outputs against one reference each; 0 when there is none.
pub fn corpus<S: AsRef<str>>(outputs: &[S], references: &[S]) -> f64 {
    let (mut matches, mut totals) = ([0u64; ORDER], [0u64; ORDER]);
    let (mut length, mut reference_length) = (0usize, 0usize);
    for (output, reference) in outputs.iter().zip(references) {
        let (output, reference) = (tokens(output.as_ref()), tokens(reference.as_ref()));
        length += output.len();
        reference_length += reference.len();
        for n in 1..=ORDER {
            let there = counts(&reference, n);
            for (gram, count) in counts(&output, n) {
                totals[n - 1] += count;
                matches[n - 1] += count.min(there.get(gram).copied().unwrap_or(0));
            }
        }
    }
    // No four words in a row in any output: no geometric mean of four precisions.
    if matches == [0; ORDER] || totals[ORDER - 1] == 0 {
        return 0.0;
    }
    let mut smooth = 1.0;
    let mut sum = 0.0;
    for (&hits, &total) in matches.iter().zip(&totals) {
        let precision = if hits == 0 {
            smooth *= 2.0;
            1.0 / (smooth * total as f64)
        } else {
            hits as f64 / total as f64
        };
        sum += precision.ln();
    }
    let brevity =
        if length < reference_length { 1.0 - reference_length as f64 / length as f64 } else { 0.0 };
    100.0 * (brevity + sum / ORDER as f64).exp()
}

fn counts(tokens: &[String], n: usize) -> HashMap<&[String], u64> {
    let mut counts = HashMap::new();
    for gram in tokens.windows(n) {
        *counts.entry(gram).or_default() += 1;
    }
    counts
}

/// Tokens of mteval-v13a: punctuation apart, but for points and commas between digits, and hyphens
/// that do not follow one.
fn tokens(text: &str) -> Vec<String> {
    let text = text.trim_end().replace("<skipped>", "").replace("-\n", "").replace('\n', " ");
    let text = text.replace("&quot;", "\"").replace("&amp;", "&");
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    let mut apart = String::from(" ");
    for letter in text.chars() {
        if letter.is_ascii_punctuation() && !matches!(letter, '\'' | ',' | '-' | '.') {
            apart.extend([' ', letter, ' ']);
        } else {
            apart.push(letter);
        }
    }
    apart.push(' ');
    let stop = |letter: char| matches!(letter, '.' | ',');
    let digit = |letter: char| letter.is_ascii_digit();
    let apart = pairs(&apart, |a, b| !digit(a) && stop(b), |a, b| [a, ' ', b, ' ']);
    let apart = pairs(&apart, |a, b| stop(a) && !digit(b), |a, b| [' ', a, ' ', b]);
    let apart = pairs(&apart, |a, b| digit(a) && b == '-', |a, b| [a, ' ', b, ' ']);
    apart.split_whitespace().map(str::to_owned).collect()
}

/// Replaces neighbours for which `found` holds, from left to right; none is taken twice.
fn pairs(
    text: &str,
    found: impl Fn(char, char) -> bool,
    by: impl Fn(char, char) -> [char; 4],
) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letters.next_if(|&next| found(letter, next)) {
            Some(next) => out.extend(by(letter, next)),
            None => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_those_of_mteval() {
        assert_eq!(tokens("Hello, world!").join("|"), "Hello|,|world|!");
        assert_eq!(tokens("1,000.5 is (3-4) a.b x-y").join("|"), "1,000.5|is|(|3|-|4|)|a|.|b|x-y");
        assert_eq!(tokens("it's &quot;so&quot; ..").join("|"), "it's|\"|so|\"|.|.");
    }

    /// Numbers that sacrebleu 2.6 gives with its default settings; `make interop` compares more.
    #[test]
    fn known_scores() {
        let near = |found: f64, expected: f64| {
            assert!((found - expected).abs() < 5e-5, "{found} is not {expected}");
        };
        let score = |out: &[&str], reference: &[&str]| corpus(out, reference);
        near(score(&["the cat sat on the mat"], &["the cat sat on the mat"]), 100.0);
        near(score(&["the cat sat on a mat"], &["the cat sat on the mat"]), SCORES[0]);
        near(score(&["the the the the"], &["the cat sat on the mat ."]), SCORES[1]);
        let out = ["a small test , of 3.5 things", "x y", "it is what it is"];
        let reference = ["a small test of 3.5 things", "x y z", "what it is is what it is"];
        near(score(&out, &reference), SCORES[2]);
        assert_eq!(score(&["a b c"], &["a b c"]), 0.0);
        assert_eq!(score(&["q r s t"], &["a b c d"]), 0.0);
        assert_eq!(score(&[], &[]), 0.0);
    }

    const SCORES: [f64; 3] = [53.728_496_591_177_1, 8.973_024_087_021_2, 43.483_941_707_050_9];
}
