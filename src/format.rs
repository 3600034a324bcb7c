//! Numbers for people: at most three significant digits, SI prefixes, units. And sentences.

use crate::diagram::number::three;

/// A number with an SI prefix: `12.4 M`, `980`.
pub fn si(value: f64) -> String {
    const PREFIXES: [(f64, &str); 4] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    if !value.is_finite() {
        return three(value);
    }
    let found = PREFIXES.iter().find(|(size, _)| value.abs() >= size * 0.9995);
    let (size, prefix) = found.copied().unwrap_or((1.0, ""));
    let number = three(value / size);
    if prefix.is_empty() { number } else { format!("{number}\u{a0}{prefix}") }
}

/// A whole number with its thousands apart: `65,536`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many of something: `1 model`, `65,536 models`; of words that take an s.
pub fn plural(value: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(value), if value == 1 { "" } else { "s" })
}

/// A duration in the unit a person would choose: `0.6 s`, `3 min`, `1.5 h`, `more than a day`.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if !s.is_finite() => "–".into(),
        s if s < 9.95 => format!("{s:.1}\u{a0}s"),
        s if s < 99.5 => format!("{s:.0}\u{a0}s"),
        s if s < 5970.0 => format!("{:.0}\u{a0}min", s / 60.0),
        s if s < 24.0 * 3600.0 => format!("{}\u{a0}h", three((s / 360.0).round() / 10.0)),
        // How much longer matters to nobody.
        _ => "more than a day".into(),
    }
}

pub use trainer::sentence;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_a_person_would_write_them() {
        assert_eq!(si(12_400_000.0), "12.4\u{a0}M");
        assert_eq!(si(999.9), "1\u{a0}k");
        assert_eq!(si(12.0), "12");
        assert_eq!(count(65_536), "65,536");
        assert_eq!(count(100), "100");
        assert_eq!([0, 1, 2000].map(|n| plural(n, "step")), ["0 steps", "1 step", "2,000 steps"]);
        assert_eq!(sentence("it is full"), "It is full.");
        assert_eq!(sentence("What now?"), "What now?");
        assert_eq!(duration(0.62), "0.6\u{a0}s");
        assert_eq!(duration(200.0), "3\u{a0}min");
        assert_eq!(duration(5400.0 * 2.0), "3\u{a0}h");
        assert_eq!(duration(1.6e10), "more than a day");
    }
}
