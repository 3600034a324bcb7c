//! Initial weights.

use crate::random::{INIT_STEP, block, normal_pair};
use serde::{Deserialize, Serialize};

/// Standard deviation of the normal distribution initial weights are drawn from; biases start at 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Init {
    /// Xavier (Glorot and Bengio 2010) for one model: `sqrt(2 / (n + m))`.
    Xavier,
    /// Xavier as PyTorch applies it to a tensor that packs this many models:
    /// `sqrt(2 / (m (n + instances)))`. An accident of the published script, kept for fidelity.
    Packed(u32),
    /// `sqrt(1 / m)`: rows of length 1, on average.
    Row,
    /// This standard deviation.
    Std(f64),
}

impl Init {
    /// The standard deviation for `features` and `hidden` dimensions.
    pub fn std(self, features: u32, hidden: u32) -> f64 {
        let (n, m) = (f64::from(features), f64::from(hidden));
        match self {
            Self::Xavier => (2.0 / (n + m)).sqrt(),
            Self::Packed(instances) => (2.0 / (m * (n + f64::from(instances)))).sqrt(),
            Self::Row => (1.0 / m).sqrt(),
            Self::Std(std) => std,
        }
    }
}

impl std::fmt::Display for Init {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Xavier => f.write_str("xavier"),
            Self::Row => f.write_str("row"),
            Self::Packed(instances) => write!(f, "packed:{instances}"),
            Self::Std(std) => write!(f, "{std}"),
        }
    }
}

impl std::str::FromStr for Init {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "xavier" {
            Ok(Self::Xavier)
        } else if text == "row" {
            Ok(Self::Row)
        } else if let Some(instances) = text.strip_prefix("packed:") {
            instances.parse().map(Self::Packed).map_err(|_| ())
        } else {
            text.parse().map(Self::Std).map_err(|_| ())
        }
    }
}

/// Weight `index` (row-major, `i * m + k`) of a model at the start of a run with this seed.
/// Does not depend on which other models exist.
pub fn weight(seed: u32, model: u32, index: u32, std: f64) -> f32 {
    pair(seed, model, index / 2, std)[(index % 2) as usize]
}

/// Weights `2 index` and `2 index + 1`, which are drawn together.
pub fn pair(seed: u32, model: u32, index: u32, std: f64) -> [f32; 2] {
    let words = block(seed, model, INIT_STEP, index / 2);
    let first = (index % 2) as usize * 2;
    normal_pair(words[first], words[first + 1]).map(|normal| (std * normal) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_deviations() {
        assert!((Init::Packed(4096).std(2, 1) - 0.022).abs() < 1e-4);
        assert!((Init::Xavier.std(2, 1) - (2.0f64 / 3.0).sqrt()).abs() < 1e-15);
        assert_eq!("packed:4096".parse(), Ok(Init::Packed(4096)));
        assert_eq!("0.5".parse(), Ok(Init::Std(0.5)));
        assert_eq!((Init::Row.std(256, 16), "row".parse()), (0.25, Ok(Init::Row)));
    }

    #[test]
    fn weights_of_one_model_are_distinct() {
        let all: Vec<f32> = (0..16).map(|i| weight(3, 9, i, 1.0)).collect();
        for (i, a) in all.iter().enumerate() {
            assert!(all[..i].iter().all(|b| a != b));
        }
    }
}
