//! The identity of an alert across repeats, and the checksum of it that people are shown.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use crate::Labels;

/// Identifies what an alert of one source is about, across repeats and restarts.
///
/// Written as sixteen lowercase hex digits, e.g. `c5688262826c92f9`: Prometheus' checksum, for which anybody can
/// compute a second text. Nothing is decided by it alone: the identity beside it tells two such texts apart.
/// Two alerts are about the same thing if the labels that carry identity are equal; which ones do, the source's
/// format decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    bits: u64,
    identity: Option<Identity>,
}

/// The first half of SHA-256 over the labels that carry identity. Nobody can compute a second text for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity([u8; 16]);

impl Fingerprint {
    /// The fingerprint of `identity`, by Prometheus' rule: FNV-1a (64 bits) over
    /// the sorted names and texts, each followed by the byte 255.
    /// <https://github.com/prometheus/common/blob/main/model/signature.go>
    #[must_use]
    pub fn from_labels(identity: &Labels) -> Self {
        let bits = identity.iter().fold(FNV_OFFSET, |hash, (name, text)| fnv(fnv(hash, name), text));
        Self { bits, identity: Some(Identity::from_labels(identity)) }
    }

    /// The number behind the digits, as the store keeps it.
    #[must_use]
    pub fn to_bits(self) -> u64 {
        self.bits
    }

    /// From the number behind the digits, without the identity.
    #[must_use]
    pub fn from_bits(bits: u64) -> Self {
        Self { bits, identity: None }
    }

    /// The identity; `None`: only the digits are known, as of an alert that an earlier version stored.
    #[must_use]
    pub fn identity(self) -> Option<Identity> {
        self.identity
    }

    /// The same fingerprint with the identity that is kept beside it.
    #[must_use]
    pub fn with_identity(self, identity: Option<Identity>) -> Self {
        Self { identity, ..self }
    }
}

impl Identity {
    /// The identity of the thing that `identity` tells apart.
    #[must_use]
    pub fn from_labels(identity: &Labels) -> Self {
        let mut hash = Sha256::new();
        for text in identity.iter().flat_map(|(name, text)| [name, text]) {
            hash.update(text.len().to_be_bytes()); // so that `ab` + `c` is not `a` + `bc`
            hash.update(text);
        }
        let digest = hash.finalize();
        Self(std::array::from_fn(|index| digest[index]))
    }

    /// The bytes, as the store keeps them.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        self.0
    }

    /// From bytes that the store kept.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
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
        write!(f, "{:016x}", self.bits)
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
        u64::from_str_radix(text, 16).map(Self::from_bits).map_err(|_| invalid())
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
