//! Numbers as people type them: decimal commas, thousands separators, exponents, percent.

/// Longest text that is read as a number.
const LONGEST: usize = 400;

/// Why a text is not one number.
#[derive(Debug, PartialEq)]
pub enum Unclear {
    /// It is no number at all.
    NoNumber,
    /// It is one number to some readers and another one to others.
    Either(String, String),
}

use Unclear::{Either, NoNumber};

/// A whole number, written out. `1e6`, `2.0`, `12,000` and `12 000` are whole numbers.
pub fn whole(text: &str) -> Result<String, Unclear> {
    let digits = |text: &str| {
        let value = text.parse::<f64>().ok()?;
        let whole = value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value);
        whole.then(|| (value as u32).to_string())
    };
    let Number { decimal, thousands, comma } = read(text)?;
    match (decimal.as_deref().and_then(digits), thousands.as_deref().and_then(digits)) {
        // Nobody writes a whole number with three decimals after a comma.
        (_, Some(thousands)) if comma => Ok(thousands),
        (Some(decimal), Some(thousands)) => Err(Either(decimal, thousands)),
        (Some(one), None) | (None, Some(one)) => Ok(one),
        (None, None) => Err(NoNumber),
    }
}

/// A number in the form that [`str::parse`] reads. With `percent`, `5 %` is 0.05.
pub fn real(text: &str, percent: bool) -> Result<String, Unclear> {
    let part = text.trim_end().strip_suffix('%').filter(|_| percent);
    let Number { decimal, thousands, comma } = read(part.unwrap_or(text))?;
    let number = match (decimal, thousands) {
        (Some(decimal), Some(thousands)) if comma => return Err(Either(decimal, thousands)),
        (Some(one), _) | (None, Some(one)) => one,
        (None, None) => return Err(NoNumber),
    };
    if part.is_none() {
        return Ok(number);
    }
    // By the exponent, so that 5 % is the same number as 0.05.
    let (mantissa, exponent) = number.split_once('e').unwrap_or((&number, "0"));
    let exponent = exponent.parse::<i32>().map_err(|_| NoNumber)?.saturating_sub(2);
    Ok(format!("{mantissa}e{exponent}"))
}

/// What a text may mean, each in the form that [`str::parse`] reads.
struct Number {
    /// When its only point or comma begins the decimals, or it has none.
    decimal: Option<String>,
    /// When points or commas stand between thousands.
    thousands: Option<String>,
    /// Whether the only separator is a comma.
    comma: bool,
}

fn read(text: &str) -> Result<Number, Unclear> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err(NoNumber);
    }
    let text = text.replace('\u{2212}', "-").replace("×10^", "e").replace("*10^", "e");
    let text = text.to_ascii_lowercase();
    let (mantissa, exponent) = match text.split_once('e') {
        // The letter is one of a word, such as an infinity's or a name's.
        Some((before, _)) if !before.ends_with(|c: char| c.is_ascii_digit() || c == '.') => {
            return Err(NoNumber);
        }
        Some((before, after)) => (before, Some(after)),
        None => (&text[..], None),
    };
    let (sign, body) = match mantissa.strip_prefix(['-', '+']) {
        Some(body) if mantissa.starts_with('-') => ("-", body),
        Some(body) => ("", body),
        None => ("", mantissa),
    };
    let body = without_spaces(body).ok_or(NoNumber)?;
    if !body.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',') {
        return Err(NoNumber);
    }
    let write = |digits: String| match exponent {
        Some(exponent) => format!("{sign}{digits}e{exponent}"),
        None => format!("{sign}{digits}"),
    };
    let (points, commas) = (body.matches('.').count(), body.matches(',').count());
    let separator = if commas > 0 { ',' } else { '.' };
    let (decimal, thousands) = match (points, commas) {
        (0, 0) => (Some(body), None),
        (1, 0) | (0, 1) => {
            // `0.123` and, with an exponent, `1.234e5` have decimals.
            let thousands = (exponent.is_none()).then(|| ungrouped(&body, separator)).flatten();
            (Some(body.replace(',', ".")), thousands)
        }
        (_, 0) | (0, _) => (None, ungrouped(&body, separator)),
        _ => {
            let last = body.rfind(['.', ',']).unwrap_or_default();
            let (whole, decimals) = body.split_at(last);
            let other = if decimals.starts_with('.') { ',' } else { '.' };
            let whole = ungrouped(whole, other);
            (whole.map(|whole| format!("{whole}.{}", &decimals[1..])), None)
        }
    };
    let comma = (points, commas) == (0, 1);
    Ok(Number { decimal: decimal.map(write), thousands: thousands.map(write), comma })
}

/// Without spaces, apostrophes and underscores between thousands; `None` where they stand elsewhere.
fn without_spaces(body: &str) -> Option<String> {
    let spaces = [' ', '\u{a0}', '\u{2009}', '\u{202f}', '\'', '\u{2019}', '_'];
    let end = body.find(['.', ',']).unwrap_or(body.len());
    let (whole, rest) = body.split_at(end);
    if !whole.contains(spaces) {
        return Some(body.to_owned());
    }
    let groups: Vec<&str> = whole.split(spaces).collect();
    groups_of_three(&groups).then(|| groups.concat() + rest)
}

/// Without the separators between its thousands; `None` when they do not stand between thousands.
fn ungrouped(whole: &str, separator: char) -> Option<String> {
    let groups: Vec<&str> = whole.split(separator).collect();
    groups_of_three(&groups).then(|| groups.concat())
}

fn groups_of_three(groups: &[&str]) -> bool {
    let [first, rest @ ..] = groups else { return false };
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    (1..=3).contains(&first.len())
        && digits(first)
        && !first.starts_with('0')
        && rest.iter().all(|group| group.len() == 3 && digits(group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers() {
        for (text, value) in [
            ("1e6", "1000000"),
            ("2.0", "2"),
            ("2,0", "2"),
            ("+7", "7"),
            ("1.5e3", "1500"),
            ("12,000", "12000"),
            ("1,000,000", "1000000"),
            ("1.000.000", "1000000"),
            ("1.500", "1500"),
            ("1 000", "1000"),
            ("1\u{202f}000\u{202f}000", "1000000"),
            ("1'000", "1000"),
            ("10_000", "10000"),
            ("4294967295", "4294967295"),
        ] {
            assert_eq!(whole(text), Ok(value.to_owned()), "{text}");
        }
        assert_eq!(whole("10.000"), Err(Either("10".into(), "10000".into())));
        for text in ["", "1.5", "1e", "e6", "1 00", "1,00,000", "-1", "4294967296", "nan", "1e999"]
        {
            assert_eq!(whole(text), Err(NoNumber), "{text}");
        }
    }

    #[test]
    fn numbers_with_decimals() {
        let value = |text, percent| real(text, percent).map(|text| text.parse::<f64>());
        for (text, number) in [
            ("0,03", 0.03),
            ("0.030", 0.03),
            ("0,030", 0.03),
            ("1,5", 1.5),
            ("1.500", 1.5),
            ("-2,5e-3", -0.0025),
            ("1,234e2", 123.4),
            ("1,234.5", 1234.5),
            ("1.234,5", 1234.5),
            ("1 234,5", 1234.5),
            (".5", 0.5),
            ("5.", 5.0),
            ("3×10^-3", 0.003),
        ] {
            assert_eq!(value(text, false), Ok(Ok(number)), "{text}");
        }
        for (text, number) in [("5%", 0.05), ("12,5 %", 0.125), ("1e1%", 0.1), ("0.3", 0.3)] {
            assert_eq!(value(text, true), Ok(Ok(number)), "{text}");
        }
        assert_eq!(real("1,500", false), Err(Either("1.500".into(), "1500".into())));
        for text in ["5%", "inf", "NaN", "1..2", "1,2,3", "half", "0x10"] {
            assert!(real(text, false).is_err(), "{text}");
        }
        assert!(real(&"9".repeat(1000), false).is_err());
    }
}
