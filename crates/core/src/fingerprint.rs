//! The identity of an alert across repeats.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::Labels;

/// Identifies what an alert is about, across repeats and restarts.
///
/// Written as sixteen lowercase hex digits, e.g. `c5688262826c92f9`. Two alerts
/// are about the same thing if the labels that carry identity are equal; which
/// ones do, the source's format decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// The fingerprint of `identity`, by Prometheus' rule: FNV-1a (64 bits) over
    /// the sorted names and texts, each followed by the byte 255.
    /// <https://github.com/prometheus/common/blob/main/model/signature.go>
    #[must_use]
    pub fn from_labels(identity: &Labels) -> Self {
        Self(identity.iter().fold(FNV_OFFSET, |hash, (name, text)| fnv(fnv(hash, name), text)))
    }

    /// The number behind the digits, as the store keeps it.
    #[must_use]
    pub fn to_bits(self) -> u64 {
        self.0
    }

    /// From the number behind the digits.
    #[must_use]
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

/// FNV-1a's parameters for 64 bits: <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>
const FNV_OFFSET: u64 = 14_695_981_039_346_656_037;
const FNV_PRIME: u64 = 1_099_511_628_211;

fn fnv(hash: u64, text: &str) -> u64 {
    /// A byte that occurs in no UTF-8 text, so that `ab` + `c` is not `a` + `bc`.
    const SEPARATOR: u8 = 255;
    text.bytes().chain([SEPARATOR]).fold(hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME))
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The error of parsing a [`Fingerprint`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a fingerprint: expected 16 lowercase hex digits, e.g. `c5688262826c92f9`")]
pub struct InvalidFingerprint(String);

impl FromStr for Fingerprint {
    type Err = InvalidFingerprint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let invalid = || InvalidFingerprint(text.to_owned());
        if text.len() != 16 || !text.bytes().all(is_hex) {
            return Err(invalid());
        }
        u64::from_str_radix(text, 16).map(Self).map_err(|_| invalid())
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
