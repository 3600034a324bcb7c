//! How a number is dragged and stepped: where it stands on its slider, and what comes next to it.

use toy::spec::Kind;

/// Positions of a logarithmic slider.
const TICKS: f64 = 1000.0;

/// The scale of a number's slider.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    min: f64,
    max: f64,
    log: bool,
    whole: bool,
    /// Steps double and halve, as sizes of grids and batches do.
    doubling: bool,
}

impl Scale {
    /// The scale of a parameter, which may be less than its kind allows: `most`.
    pub fn of(name: &str, kind: Kind, most: Option<u32>) -> Option<Self> {
        let doubling = matches!(name, "grid" | "columns" | "rows" | "batch" | "repeats");
        let (min, max, log, whole) = match kind {
            Kind::Integer { min, max } => {
                let max = max.min(most.unwrap_or(max)).max(min);
                (min, max, min > 0 && max / min > 100, true)
            }
            Kind::Real { min, max, log } => {
                return Some(Self { min, max, log, whole: false, doubling });
            }
            Kind::Span { min, max } => {
                return Some(Self { min, max, log: true, whole: false, doubling });
            }
            Kind::Choice(_) | Kind::Flag | Kind::Init => return None,
        };
        Some(Self { min: min.into(), max: max.into(), log, whole, doubling })
    }

    /// A logarithmic scale of real numbers.
    pub const fn log(min: f64, max: f64) -> Self {
        Self { min, max, log: true, whole: false, doubling: false }
    }

    /// Whether a slider makes sense: not for numbers without an order of their own, such as seeds.
    pub fn slides(self) -> bool {
        self.log || self.max - self.min <= 100.0
    }

    /// Smallest and largest position of the slider, and the distance of two positions.
    pub fn track(self) -> (f64, f64, f64) {
        if self.log {
            (0.0, TICKS, 1.0)
        } else {
            (self.min, self.max, if self.whole { 1.0 } else { (self.max - self.min) / TICKS })
        }
    }

    /// Where a number stands.
    pub fn position(self, text: &str) -> f64 {
        let value: f64 = text.parse().unwrap_or(self.min);
        if self.log { TICKS * (value / self.min).ln() / (self.max / self.min).ln() } else { value }
    }

    /// The number at a position, as round as a person would choose it.
    pub fn at(self, position: f64) -> String {
        if self.log {
            self.write(round(self.min * (self.max / self.min).powf(position / TICKS)))
        } else {
            self.write(position)
        }
    }

    /// The next number up or down; `None` for text that is not a number.
    pub fn step(self, text: &str, up: bool) -> Option<String> {
        let value: f64 = text.parse().ok()?;
        let next = if self.doubling {
            let power = value.max(1.0).log2();
            2f64.powf(if up { (power + 1e-9).floor() + 1.0 } else { (power - 1e-9).ceil() - 1.0 })
        } else if self.log {
            neighbour(value, up)
        } else {
            let size = if self.whole { 1.0 } else { 0.01 };
            // Without the dust of decimal fractions.
            ((if up { value + size } else { value - size }) * 1e9).round() / 1e9
        };
        Some(self.write(next))
    }

    fn write(self, value: f64) -> String {
        let value = value.clamp(self.min, self.max);
        if self.whole { value.round().to_string() } else { value.to_string() }
    }
}

/// Two significant digits.
fn round(value: f64) -> f64 {
    format!("{value:.1e}").parse().unwrap_or(value)
}

/// The next of ... 1, 2, 5, 10 ... above or below.
fn neighbour(value: f64, up: bool) -> f64 {
    let exponent = value.log10().floor() as i32;
    let series = (exponent - 1..=exponent + 1).flat_map(|e| [1, 2, 5].map(|m| (m, e)));
    // Parsed rather than computed, so that 0.02 is 0.02.
    let mut series = series.filter_map(|(m, e)| format!("{m}e{e}").parse::<f64>().ok());
    if up {
        series.find(|next| *next > value * (1.0 + 1e-9)).unwrap_or(value)
    } else {
        series.rfind(|next| *next < value * (1.0 - 1e-9)).unwrap_or(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use toy::{Spec, Sweep};

    fn scale(name: &str) -> Scale {
        let param = Sweep::find(name).unwrap();
        Scale::of(name, param.kind, None).unwrap()
    }

    #[test]
    fn every_position_is_a_value_that_is_allowed() {
        for param in Sweep::PARAMS {
            let mut sweep = Sweep::default();
            let most = (param.name == "hidden").then_some(sweep.features - 1);
            let Some(scale) = Scale::of(param.name, param.kind, most) else { continue };
            let (min, max, _) = scale.track();
            for part in 0..=10 {
                let text = scale.at(min + (max - min) * f64::from(part) / 10.0);
                if matches!(param.kind, Kind::Span { .. }) {
                    continue;
                }
                assert_eq!(param.set(&mut sweep, &text), Ok(()), "{}", param.name);
            }
        }
    }

    #[test]
    fn steps_are_round_and_stay_inside() {
        assert_eq!(scale("lr").step("0.03", true).as_deref(), Some("0.05"));
        assert_eq!(scale("lr").step("0.03", false).as_deref(), Some("0.02"));
        assert_eq!(scale("lr").step("1", true).as_deref(), Some("1"));
        assert_eq!(scale("steps").step("1000", false).as_deref(), Some("500"));
        assert_eq!(scale("rows").step("50", true).as_deref(), Some("64"));
        assert_eq!(scale("rows").step("64", false).as_deref(), Some("32"));
        assert_eq!(scale("beta1").step("0.9", true).as_deref(), Some("0.91"));
        assert_eq!(scale("seed").step("0", false).as_deref(), Some("0"));
        assert_eq!(scale("seed").step("x", true), None);
        assert!(!scale("seed").slides() && scale("steps").slides());
    }
}
