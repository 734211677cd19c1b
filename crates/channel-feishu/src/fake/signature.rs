//! The security setting 签名校验.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::Value;
use sha2::Sha256;

/// "timestamp is not within one hour from current time".
const WINDOW_SECONDS: u64 = 3_600;

/// True if the fields `timestamp` and `sign` of a body are right: the HMAC-SHA256 of the
/// empty text under `timestamp\nsecret`, and a time within an hour.
pub(super) fn is_right(secret: &str, body: &Value, now: Timestamp) -> bool {
    let stamp = match body.get("timestamp") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(_) | None => return false,
    };
    let Ok(seconds) = stamp.parse::<i64>() else { return false };
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(format!("{stamp}\n{secret}").as_bytes()) else {
        return false; // HMAC takes keys of any length.
    };
    let expected = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    seconds.abs_diff(now.as_second()) <= WINDOW_SECONDS
        && body.get("sign").and_then(Value::as_str) == Some(expected.as_str())
}
