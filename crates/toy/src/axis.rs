//! Logarithmic axes of the phase diagram.

use serde::{Deserialize, Serialize};

/// A closed interval on a logarithmic scale, written `from..to`; `from` may exceed `to`.
///
/// The paper's density axis is `1..0.01`: row 0, the top of the picture, is density 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// Value of the first column or row.
    pub from: f64,
    /// Value of the last column or row.
    pub to: f64,
}

impl Span {
    /// The interval from `from` to `to`.
    pub const fn new(from: f64, to: f64) -> Self {
        Self { from, to }
    }

    /// Decimal logarithm of the value at `index` of `count` equally spaced points;
    /// a single point stands at `from`.
    pub fn log10_at(&self, index: u32, count: u32) -> f64 {
        let (a, b) = (self.from.log10(), self.to.log10());
        if count <= 1 { a } else { a + (b - a) * f64::from(index) / f64::from(count - 1) }
    }

    /// Value at `index` of `count` points equally spaced in the logarithm; the ends are exact.
    pub fn at(&self, index: u32, count: u32) -> f64 {
        if index == 0 || count <= 1 {
            self.from
        } else if index + 1 == count {
            self.to
        } else {
            10f64.powf(self.log10_at(index, count))
        }
    }

    /// Position of `value` along the axis: 0 at `from`, 1 at `to`.
    pub fn position(&self, value: f64) -> f64 {
        (value / self.from).ln() / (self.to / self.from).ln()
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}..{}", self.from, self.to)
    }
}

impl std::str::FromStr for Span {
    type Err = ();

    /// Reads `from..to`, or one number for both ends.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        let number = |t: &str| t.trim().parse::<f64>().map_err(|_| ());
        Ok(Self::new(number(from)?, number(to)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_exact_and_the_middle_is_geometric() {
        let density = Span::new(1.0, 0.01);
        assert_eq!(density.at(0, 5), 1.0);
        assert_eq!(density.at(4, 5), 0.01);
        assert!((density.at(2, 5) - 0.1).abs() < 1e-15);
        assert_eq!(density.at(0, 1), 1.0);
        assert!((density.position(0.1) - 0.5).abs() < 1e-15);
    }

    #[test]
    fn text_round_trip() {
        assert_eq!("0.1..10".parse(), Ok(Span::new(0.1, 10.0)));
        assert_eq!("0.3".parse(), Ok(Span::new(0.3, 0.3)));
        assert_eq!(Span::new(1.0, 0.01).to_string(), "1..0.01");
        assert!("a..b".parse::<Span>().is_err());
    }
}
