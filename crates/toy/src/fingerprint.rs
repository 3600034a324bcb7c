//! Fingerprints: short names of what is trained, by which parts and checkpoints of one run know
//! each other.

use crate::spec::Spec;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::hash::Hasher;
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

    /// The fingerprint of all bytes that can be read: the same as of these in memory.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn of_reader(mut bytes: impl std::io::Read) -> std::io::Result<Self> {
        let (mut all, mut some) = (Fingerprinter::default(), vec![0; 1 << 16]);
        loop {
            match bytes.read(&mut some)? {
                0 => return Ok(all.finish()),
                count => all.add(&some[..count]),
            }
        }
    }
}

/// Makes the fingerprint of bytes that come piece by piece: the same as of all together.
pub struct Fingerprinter(XxHash64);

impl Default for Fingerprinter {
    fn default() -> Self {
        Self(XxHash64::with_seed(0))
    }
}

impl Fingerprinter {
    /// Adds the next piece.
    pub fn add(&mut self, piece: &[u8]) {
        self.0.write(piece);
    }

    /// The fingerprint of all pieces.
    pub fn finish(&self) -> Fingerprint {
        Fingerprint(self.0.finish())
    }
}

/// By the table of parameters and the kind of description.
impl<S: Spec> From<&S> for Fingerprint {
    fn from(spec: &S) -> Self {
        let values = S::PARAMS.iter().map(|p| format!("{}={}\n", p.name, (p.get)(spec)));
        let text: String = std::iter::once(format!("{}\n", S::KIND)).chain(values).collect();
        Self::of_bytes(text.as_bytes())
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
    use crate::{Study, Sweep};

    #[test]
    fn every_parameter_counts() {
        let own = Fingerprint::from(&Sweep::default());
        assert_eq!(own, Fingerprint::from(&Sweep::default()));
        assert_eq!(own.to_string().parse(), Ok(own));
        let bytes = [7; 200_000];
        assert_eq!(Fingerprint::of_reader(&bytes[..]).ok(), Some(Fingerprint::of_bytes(&bytes)));
        for (name, value) in [("seed", "1"), ("steps", "301"), ("lr", "0.0301"), ("bias", "off")] {
            let mut other = Sweep::default();
            assert_eq!(other.set(name, value), Ok(()));
            assert_ne!(own, Fingerprint::from(&other), "{name}");
        }
        let study = Study::default();
        assert_ne!(
            Fingerprint::from(&study),
            Fingerprint::from(&Study { seed: 1, ..study.clone() })
        );
    }
}
