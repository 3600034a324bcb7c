//! Numbers as a reader expects them: three significant digits, a true minus sign, powers of ten.

/// What stands for a number that is not known.
pub const UNKNOWN: &str = "–";

/// Three significant digits without needless zeros: `0.1`, `1.25`, `20000`, `1.2 × 10⁻⁷`.
pub fn three(value: f64) -> String {
    let text = fixed(value);
    let (number, exponent) = match text.split_once('\u{a0}') {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (text.as_str(), None),
    };
    let short = match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.'),
        false => number,
    };
    match exponent {
        Some(exponent) => format!("{short}\u{a0}{exponent}"),
        None => short.to_owned(),
    }
}

/// Three significant digits, zeros kept: for columns of figures, `0.100`, `1.25`, `1.20 × 10⁻⁷`.
pub fn fixed(value: f64) -> String {
    if !value.is_finite() {
        return UNKNOWN.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    // The exponent after rounding: 0.9996 is 1.00.
    let scientific = format!("{:.2e}", value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if value < 0.0 { "−" } else { "" };
    if (-4..6).contains(&exponent) {
        let places = usize::try_from(2 - exponent).unwrap_or(0);
        // More than three digits before the point are rounded to three significant ones too.
        let step = 10f64.powi((exponent - 2).max(0));
        return format!("{sign}{:.places$}", (value.abs() / step).round_ties_even() * step)
            .pipe_small(value, places, sign);
    }
    format!("{sign}{mantissa}\u{a0}×\u{a0}10{}", superscript(exponent))
}
