//! Signatures of bodies.

use std::fmt;
use std::time::Duration;

use actix_web::http::header::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fanfare_core::Secret;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// The difference of clocks up to which a signature with a time is taken, by Standard Webhooks' own libraries.
/// <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>
const TOLERANCE: Duration = Duration::from_mins(5);

/// The beginning of a secret of Standard Webhooks; what follows is base64.
const SECRET_PREFIX: &str = "whsec_";

const WEBHOOK_ID: &str = "webhook-id";
const WEBHOOK_TIMESTAMP: &str = "webhook-timestamp";
const WEBHOOK_SIGNATURE: &str = "webhook-signature";
const HUB_SIGNATURE: &str = "x-hub-signature-256";

/// A key with which senders sign bodies, and the way in which they do.
#[derive(Clone)]
pub struct SignatureKey {
    scheme: SignatureScheme,
    key: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SignatureScheme {
    /// `webhook-id`, `webhook-timestamp` and `webhook-signature`: <https://www.standardwebhooks.com/>.
    StandardWebhook,
    /// `X-Hub-Signature-256` over the body alone, as GitHub and many others sign.
    Hub,
}

/// The reason for which a signature is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum InvalidSignature {
    /// Headers of it are missing.
    #[error(
        "the headers of the signature are incomplete: expected webhook-id, webhook-timestamp and webhook-signature"
    )]
    Incomplete,
    /// The time in it is no time.
    #[error("webhook-timestamp is no number of seconds since 1970")]
    NoTime,
    /// The time in it is too far from ours.
    #[error(
        "the time of the signature is more than 5 minutes from the gateway's clock: set the clocks, and sign anew for each try"
    )]
    OtherTime,
    /// Another key made it, or another body.
    #[error(
        "the signature does not fit the body: it was made with another secret, or the body was changed on the way"
    )]
    Wrong,
}

impl fmt::Debug for SignatureKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignatureKey({:?}, ..)", self.scheme)
    }
}

impl SignatureKey {
    /// The key of a secret of Standard Webhooks: `whsec_` and base64, or just a text.
    #[must_use]
    pub fn standard_webhook(secret: &Secret) -> Self {
        let text = secret.expose();
        let decoded = text.strip_prefix(SECRET_PREFIX).and_then(|it| STANDARD.decode(it).ok());
        let key = decoded.unwrap_or_else(|| text.as_bytes().to_vec());
        Self { scheme: SignatureScheme::StandardWebhook, key }
    }

    /// The key of a secret for `X-Hub-Signature-256`.
    #[must_use]
    pub fn hub(secret: &Secret) -> Self {
        Self { scheme: SignatureScheme::Hub, key: secret.expose().as_bytes().to_vec() }
    }

    /// Tells whether a request claims to be signed in this way.
    pub(super) fn is_claimed(&self, headers: &HeaderMap) -> bool {
        headers.contains_key(match self.scheme {
            SignatureScheme::StandardWebhook => WEBHOOK_SIGNATURE,
            SignatureScheme::Hub => HUB_SIGNATURE,
        })
    }

    /// Checks the signature of `body`.
    pub(super) fn verify(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), InvalidSignature> {
        let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
        let (shown, expected) = match self.scheme {
            SignatureScheme::StandardWebhook => {
                let (Some(id), Some(time), Some(shown)) =
                    (text(WEBHOOK_ID), text(WEBHOOK_TIMESTAMP), text(WEBHOOK_SIGNATURE))
                else {
                    return Err(InvalidSignature::Incomplete);
                };
                let seconds: i64 = time.trim().parse().map_err(|_| InvalidSignature::NoTime)?;
                if now.as_second().abs_diff(seconds) > TOLERANCE.as_secs() {
                    return Err(InvalidSignature::OtherTime);
                }
                let mac = self.mac(&[id.as_bytes(), b".", time.trim().as_bytes(), b".", body]);
                (shown, format!("v1,{}", STANDARD.encode(mac)))
            }
            SignatureScheme::Hub => {
                let hex: String = self.mac(&[body]).iter().map(|byte| format!("{byte:02x}")).collect();
                (text(HUB_SIGNATURE).unwrap_or_default(), format!("sha256={hex}"))
            }
        };
        // Several stand side by side while a key takes the place of another.
        let mut shown = shown.split_ascii_whitespace();
        let is_right = shown.any(|it| bool::from(it.as_bytes().ct_eq(expected.as_bytes())));
        if is_right { Ok(()) } else { Err(InvalidSignature::Wrong) }
    }

    fn mac(&self, parts: &[&[u8]]) -> Vec<u8> {
        mac(&self.key, parts)
    }
}

/// The signature of DingTalk's robots: <https://open.dingtalk.com/document/orgapp/customize-robot-security-settings>.
pub(super) fn dingtalk_sign(secret: &Secret, millis: i64) -> String {
    let (key, millis) = (secret.expose().as_bytes(), millis.to_string());
    STANDARD.encode(mac(key, &[millis.as_bytes(), b"\n", key]))
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn mac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests;
