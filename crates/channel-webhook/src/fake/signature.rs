//! Signatures of Standard Webhooks, as a receiver checks them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use fanfare_sandbox::ProviderRequest;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// The difference of clocks that a receiver takes: five minutes, as the specification's libraries have it.
const TOLERANCE_SECONDS: u64 = 300;

/// True if one of `keys` has signed the request, at a time close to `now`.
pub(super) fn is_right(keys: &[Vec<u8>], request: &ProviderRequest, now: Timestamp) -> bool {
    let header = |name: &str| request.header(name);
    let (Some(id), Some(stamp), Some(signatures)) =
        (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"))
    else {
        return false;
    };
    let Ok(seconds) = stamp.parse::<i64>() else { return false };
    let is_recent = seconds.abs_diff(now.as_second()) <= TOLERANCE_SECONDS;
    let expected: Vec<String> = keys.iter().map(|key| expected(key, id, stamp, request.body())).collect();
    is_recent && signatures.split(' ').any(|it| expected.iter().any(|expected| expected == it))
}

fn expected(key: &[u8], id: &str, stamp: &str, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return String::new(); // HMAC takes keys of any length.
    };
    for part in [id.as_bytes(), b".", stamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

/// The bytes of a key that is written as `whsec_` and base64.
pub(super) fn key_bytes(text: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(text.strip_prefix("whsec_")?).ok()
}
