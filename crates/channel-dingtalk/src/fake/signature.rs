//! The security setting 加签.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// "timestamp与当前时间相差不能超过1小时": at most one hour from the server's time.
/// <https://open.dingtalk.com/document/development/customize-robot-security-settings>
const WINDOW_MILLIS: u64 = 3_600_000;

/// A reason to refuse a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignatureFault {
    /// The time stamp is missing, unreadable or too far from now.
    Timestamp,
    /// The signature is missing or not the expected one.
    Mismatch,
}

/// Checks the two parameters of the query, decoded once.
pub(super) fn check(
    secret: &str,
    timestamp: Option<&str>,
    sign: Option<&str>,
    now: Timestamp,
) -> Result<(), SignatureFault> {
    let stamp = timestamp.ok_or(SignatureFault::Timestamp)?;
    let millis: i64 = stamp.parse().map_err(|_| SignatureFault::Timestamp)?;
    if millis.abs_diff(now.as_millisecond()) > WINDOW_MILLIS {
        return Err(SignatureFault::Timestamp);
    }
    let expected = BASE64_STANDARD.encode(digest(secret, stamp));
    if sign == Some(expected.as_str()) { Ok(()) } else { Err(SignatureFault::Mismatch) }
}

/// The HMAC-SHA256 of `timestamp\nsecret` under the secret.
fn digest(secret: &str, timestamp: &str) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return Vec::new(); // HMAC takes keys of any length.
    };
    mac.update(timestamp.as_bytes());
    mac.update(b"\n");
    mac.update(secret.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
