//! The key of an incident.

use sha2::{Digest, Sha256};

use crate::{Fingerprint, SourceName};

/// The key of an incident: the source, and the thing as that source identifies it.
///
/// Both are compared as such: whatever a source sends, it touches no incident of another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IncidentKey {
    /// The source that reports the thing.
    pub source: SourceName,
    /// The fingerprint of the thing, with its identity.
    pub fingerprint: Fingerprint,
}

/// A digest of an [`IncidentKey`], for the order in which its deliveries go. Never stored or shown.
///
/// The identity is no part of it: what an earlier version wrote has none, and the end of an incident that began then
/// must go behind its beginning. Two things of one source with the same checksum only wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IncidentDigest(u128);

impl IncidentKey {
    /// The digest of the key.
    #[must_use]
    pub fn digest(&self) -> IncidentDigest {
        let Self { source, fingerprint } = self;
        let mut hash = Sha256::new();
        hash.update(fingerprint.to_bits().to_be_bytes());
        hash.update(source.as_str());
        let digest = hash.finalize();
        IncidentDigest(u128::from_be_bytes(std::array::from_fn(|index| digest[index])))
    }
}

impl IncidentDigest {
    /// The digest with this number.
    #[must_use]
    pub fn from_bits(bits: u128) -> Self {
        Self(bits)
    }
}

#[cfg(test)]
mod tests;
