//! A token's digest.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A token's digest. Compared values have always the same length, and the token itself
/// need not be kept.
#[derive(Clone)]
pub struct TokenDigest([u8; 32]);

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest(..)")
    }
}

impl TokenDigest {
    pub(crate) fn new(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }

    /// True if it is the digest of `token`; takes the same time either way.
    pub(crate) fn matches(&self, token: &str) -> subtle::Choice {
        self.0.ct_eq(&Self::new(token).0)
    }
}
