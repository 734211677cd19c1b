use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use fanfare_core::Secret;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// The `timestamp` and `sign` of a body: HMAC-SHA256 over nothing, with the seconds, a
/// line feed and the secret as the key.
/// <https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot>
pub(crate) fn sign(secret: &Secret, at: Timestamp) -> (String, String) {
    let timestamp = at.as_second().to_string();
    let key = format!("{timestamp}\n{}", secret.expose().trim());
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("a key of any length");
    (timestamp, BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests;
