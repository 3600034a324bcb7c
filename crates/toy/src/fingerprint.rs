//! Fingerprints: short names of what is trained, by which parts and checkpoints of one run know
//! each other.

use crate::param::{PARAMS, Param};
use crate::study::{self, Study};
use crate::sweep::Sweep;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use twox_hash::XxHash64;

/// 64 bits that depend on every value of a description and on nothing else: not on presets,
/// defaults, or the order of flags. Written as 16 hexadecimal digits. Made to tell mistakes, not
/// attackers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fingerprint(pub u64);

impl Fingerprint {
    /// The fingerprint of any bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(XxHash64::oneshot(0, bytes))
    }

    /// The fingerprint of a description, by its table of parameters; `what` tells kinds of
    /// descriptions apart.
    pub fn of<S: 'static>(what: &str, params: &[Param<S>], description: &S) -> Self {
        let values = params.iter().map(|p| format!("{}={}\n", p.name, (p.get)(description)));
        Self::of_bytes(
            std::iter::once(format!("{what}\n")).chain(values).collect::<String>().as_bytes(),
        )
    }
}

impl From<&Sweep> for Fingerprint {
    fn from(sweep: &Sweep) -> Self {
        Self::of("sweep", PARAMS, sweep)
    }
}

impl From<&Study> for Fingerprint {
    fn from(study: &Study) -> Self {
        Self::of("study", study::param::PARAMS, study)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for Fingerprint {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u64::from_str_radix(text, 16).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_counts() {
        let own = Fingerprint::from(&Sweep::default());
        assert_eq!(own, Fingerprint::from(&Sweep::default()));
        assert_eq!(own.to_string().parse(), Ok(own));
        for (name, value) in [("seed", "1"), ("steps", "301"), ("lr", "0.0301"), ("bias", "off")] {
            let mut other = Sweep::default();
            assert_eq!(crate::param::set(&mut other, name, value), Ok(()));
            assert_ne!(own, Fingerprint::from(&other), "{name}");
        }
        let study = Study::default();
        assert_ne!(
            Fingerprint::from(&study),
            Fingerprint::from(&Study { seed: 1, ..study.clone() })
        );
    }
}
