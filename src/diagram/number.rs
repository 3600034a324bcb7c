//! Numbers as a reader expects them: three significant digits, a true minus sign, powers of ten.

/// What stands for a number that is not known.
pub const UNKNOWN: &str = "–";

/// Three significant digits without needless zeros: `0.1`, `1.25`, `1.2 × 10⁻⁷`.
pub fn three(value: f64) -> String {
    write(value, true)
}

/// Three significant digits, zeros kept, for columns of figures: `0.100`, `1.25`, `1.20 × 10⁻⁷`.
pub fn fixed(value: f64) -> String {
    write(value, false)
}

fn write(value: f64, short: bool) -> String {
    if !value.is_finite() {
        return UNKNOWN.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let sign = if value < 0.0 { "−" } else { "" };
    // Rounded before the exponent is looked at: 0.9996 is 1.00.
    let scientific = format!("{:.2e}", value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let plain = (-4..6).contains(&exponent);
    let rounded = scientific.parse().unwrap_or_else(|_| value.abs());
    let places = usize::try_from(2 - exponent).unwrap_or(0);
    let digits = if plain { format!("{rounded:.places$}") } else { mantissa.to_owned() };
    let digits = if short && digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        &digits
    };
    if plain {
        format!("{sign}{digits}")
    } else if digits == "1" {
        format!("{sign}10{}", superscript(exponent))
    } else {
        format!("{sign}{digits}\u{a0}×\u{a0}10{}", superscript(exponent))
    }
}

/// A fraction in per cent, three significant digits at most, and never a false 0 or 100.
pub fn percent(fraction: f64) -> String {
    let value = fraction * 100.0;
    let text = if value > 99.9 && value < 100.0 {
        "> 99.9".to_owned()
    } else if value > 0.0 && value < 0.9995e-4 {
        "< 0.0001".to_owned()
    } else {
        three(value)
    };
    format!("{text}\u{a0}%")
}

/// A ratio: `1.3×`.
pub fn times(value: f64) -> String {
    format!("{}×", three(value))
}

fn superscript(exponent: i32) -> String {
    let raised = |c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '0' | '4'..='9' => char::from_u32(0x2070 + c as u32 - '0' as u32).unwrap_or(c),
        other => other,
    };
    exponent.to_string().chars().map(raised).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_significant_digits() {
        assert_eq!(three(0.1), "0.1");
        assert_eq!(three(0.1f32.into()), "0.1");
        assert_eq!(three(1.2549), "1.25");
        assert_eq!(three(0.9996), "1");
        assert_eq!(three(10.0), "10");
        assert_eq!(three(12_345.0), "12300");
        assert_eq!(three(-0.033_19), "−0.0332");
        assert_eq!(three(1.2e-7), "1.2\u{a0}×\u{a0}10⁻⁷");
        assert_eq!(three(-4.06e21), "−4.06\u{a0}×\u{a0}10²¹");
        assert_eq!(three(1e-5), "10⁻⁵");
        assert_eq!(three(0.0), "0");
        assert_eq!(three(f64::NAN), UNKNOWN);
        assert_eq!(fixed(0.1), "0.100");
        assert_eq!(fixed(0.9996), "1.00");
        assert_eq!(fixed(123.4), "123");
        assert_eq!(fixed(2e-8), "2.00\u{a0}×\u{a0}10⁻⁸");
    }

    #[test]
    fn percentages_do_not_claim_too_much() {
        assert_eq!(percent(0.978), "97.8\u{a0}%");
        assert_eq!(percent(0.99999), "> 99.9\u{a0}%");
        assert_eq!(percent(1.0), "100\u{a0}%");
        assert_eq!(percent(0.0), "0\u{a0}%");
        assert_eq!(percent(1e-9), "< 0.0001\u{a0}%");
        assert_eq!(percent(1e-6), "0.0001\u{a0}%");
        assert_eq!(times(1.3), "1.3×");
    }
}
