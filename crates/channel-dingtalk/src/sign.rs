use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use fanfare_core::Secret;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// `timestamp` and `sign` for an address, not yet percent-encoded: HMAC-SHA256
/// with the secret as key over the milliseconds, a line feed and the secret again.
/// <https://open.dingtalk.com/document/development/customize-robot-security-settings>
pub(crate) fn sign(secret: &Secret, at: Timestamp) -> (String, String) {
    let timestamp = at.as_millisecond().to_string();
    let secret = secret.expose();
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(format!("{timestamp}\n{secret}").as_bytes());
    (timestamp, BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests;
