//! Signatures of Standard Webhooks.
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use fanfare_core::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The prefix of a key as it is written.
const PREFIX: &str = "whsec_";

/// "between 24 bytes (192 bits) and 64 bytes (512 bits)"
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A key that signs messages.
#[derive(Clone)]
pub(crate) struct SigningKey(Vec<u8>);

impl SigningKey {
    /// The key that `secret` writes: `whsec_`, and its bytes in base64.
    pub(crate) fn parse(secret: &Secret) -> Option<Self> {
        let bytes = BASE64_STANDARD.decode(secret.expose().trim().strip_prefix(PREFIX)?).ok()?;
        KEY_BYTES.contains(&bytes.len()).then_some(Self(bytes))
    }

    /// The signature of a message, e.g. `v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=`.
    fn sign(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length");
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

/// The value of `webhook-signature`: one signature for each key, separated by blanks, so
/// that a receiver that knows either key takes the message.
pub(crate) fn signatures(keys: &[SigningKey], id: &str, timestamp: &str, body: &[u8]) -> String {
    keys.iter().map(|key| key.sign(id, timestamp, body)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
