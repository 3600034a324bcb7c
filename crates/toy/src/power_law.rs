//! How a measure scales with another: the exponent of a power law.

/// The power law `y = c x^exponent` of least squares in the logarithms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerLaw {
    /// The exponent.
    pub exponent: f64,
    /// `c`.
    pub factor: f64,
}

impl PowerLaw {
    /// Fits points; those that have no logarithm are left out. `None` when fewer than two are left
    /// or all have the same `x`.
    pub fn fit(points: impl IntoIterator<Item = (f64, f64)>) -> Option<Self> {
        let logs: Vec<(f64, f64)> = points
            .into_iter()
            .map(|(x, y)| (x.ln(), y.ln()))
            .filter(|(x, y)| x.is_finite() && y.is_finite())
            .collect();
        let count = logs.len() as f64;
        let (x, y) = logs.iter().fold((0.0, 0.0), |sum, log| (sum.0 + log.0, sum.1 + log.1));
        let (x, y) = (x / count, y / count);
        let (covariance, variance) = logs.iter().fold((0.0, 0.0), |(c, v), log| {
            (c + (log.0 - x) * (log.1 - y), v + (log.0 - x) * (log.0 - x))
        });
        let exponent = covariance / variance;
        let factor = (y - exponent * x).exp();
        (logs.len() > 1 && exponent.is_finite()).then_some(Self { exponent, factor })
    }

    /// The law's value.
    pub fn at(self, x: f64) -> f64 {
        self.factor * x.powf(self.exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_law_is_found_and_nothing_else() {
        let law = |x: f64| (x, 3.0 * x.powf(-1.5));
        let points = [1.0, 2.0, 7.0].map(law).into_iter().chain([(9.0, f64::NAN), (0.0, 1.0)]);
        let fit = PowerLaw::fit(points).unwrap();
        assert!((fit.exponent + 1.5).abs() < 1e-12 && (fit.at(4.0) - law(4.0).1).abs() < 1e-12);
        assert_eq!(PowerLaw::fit([(1.0, 2.0)]), None);
        assert_eq!(PowerLaw::fit([(2.0, 2.0), (2.0, 3.0)]), None);
    }
}
