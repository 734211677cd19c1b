//! The content of an acknowledgement link, and its signature.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

use crate::NotificationId;

/// Lets its bearer acknowledge one notification, until it expires.
///
/// As text, which is [signed](AckKey::sign), it is the last part of a link. Who
/// has the link can acknowledge, so the text belongs in messages and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AckToken {
    /// The notification that it acknowledges.
    pub notification: NotificationId,
    /// The first moment at which it is no longer good. The text holds whole seconds.
    pub expires: Timestamp,
}

/// Signs acknowledgement links, and knows those it signed.
///
/// The text is URL-safe base64, without padding, of 33 bytes: a version, the
/// number of the notification and the second of expiry (both 8 bytes, big-endian),
/// and the first 16 bytes of HMAC-SHA256 over a [prefix](DOMAIN) and all of these.
///
/// A forged text gets in with a chance of 1 in 2^128: a million tries a second
/// for a hundred years find one with a chance of 1 in 10^23. 16 bytes are half of
/// the digest, the least that RFC 2104, section 5, leaves of one.
#[derive(Clone)]
pub struct AckKey(Hmac<Sha256>); // Invariant: has read `DOMAIN`, and nothing else.

/// The reason for which a text lets nobody acknowledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAckToken {
    /// The text does not have the form.
    #[error("this acknowledgement link is not whole: copy all of it from the message")]
    Unreadable,
    /// The text has the form, and not our signature.
    #[error(
        "this acknowledgement link was not made by this gateway, or was changed: use the one in the message"
    )]
    Forged,
    /// The token has expired.
    #[error("this acknowledgement link has expired: use that of a newer message")]
    Expired,
}

/// The prefix of all that is signed: no signature made for another purpose with the same key is one for a link.
const DOMAIN: &[u8] = b"fanfare acknowledgement link\n";

/// The first byte, so that another form can come later.
const VERSION: u8 = 1;

/// Bytes of a claim: version, notification, expiry.
const CLAIM: usize = 1 + size_of::<i64>() + size_of::<i64>();

/// Bytes of a signature.
const TAG: usize = 16;

impl AckToken {
    /// The token for all messages of `notification`. It depends on nothing but
    /// when the notification was owed, so that a message sent again is the same.
    #[must_use]
    pub fn new(notification: NotificationId, owed_at: Timestamp) -> Self {
        let second = owed_at.as_second().saturating_add(AckKey::LIFETIME.as_secs());
        let expires = Timestamp::from_second(second).unwrap_or(Timestamp::MAX);
        Self { notification, expires }
    }

    fn claim(&self) -> [u8; CLAIM] {
        let Self { notification, expires } = self;
        let mut claim = [VERSION; CLAIM];
        claim[1..9].copy_from_slice(&notification.0.to_be_bytes());
        claim[9..].copy_from_slice(&expires.as_second().to_be_bytes());
        claim
    }

    fn from_claim(claim: &[u8; CLAIM]) -> Option<Self> {
        let (&[version], numbers) = claim.split_first_chunk()?;
        let (&notification, expires) = numbers.split_first_chunk()?;
        let second = i64::from_be_bytes(expires.try_into().ok()?);
        (version == VERSION).then_some(Self {
            notification: NotificationId(i64::from_be_bytes(notification)),
            expires: Timestamp::from_second(second).ok()?,
        })
    }
}

impl AckKey {
    /// The lifetime of a link: seven days. Over a weekend and a holiday the
    /// first message of what still fires can be answered, and the link in an
    /// archived or forwarded mail does not stay a way in. What fires longer is
    /// told again, every four hours by default, each time with a new link.
    pub const LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);

    /// The key made of `secret`: 32 random bytes, kept for as long as the links
    /// it signed are to be good.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mac = Hmac::new_from_slice(secret).expect("a key of any length");
        Self(mac.chain_update(DOMAIN))
    }

    /// `token` as the text of a link.
    #[must_use]
    pub fn sign(&self, token: &AckToken) -> String {
        let claim = token.claim();
        let digest = self.over(&claim).finalize().into_bytes();
        let mut bytes = [0; CLAIM + TAG];
        bytes[..CLAIM].copy_from_slice(&claim);
        bytes[CLAIM..].copy_from_slice(&digest[..TAG]);
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The token in `text`, if we signed it and it is still good at `now`.
    ///
    /// A token has one text: no white space, padding, or other spelling of it is
    /// read. Nothing in the text is believed before its signature is found to be
    /// ours, which takes the same time whichever byte is wrong.
    ///
    /// # Errors
    ///
    /// If nobody may acknowledge with it.
    pub fn read(&self, text: &str, now: Timestamp) -> Result<AckToken, BadAckToken> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| BadAckToken::Unreadable)?;
        let (claim, tag) = parts(&bytes).ok_or(BadAckToken::Unreadable)?;
        self.over(claim).verify_truncated_left(tag).map_err(|_| BadAckToken::Forged)?;
        let token = AckToken::from_claim(claim).ok_or(BadAckToken::Unreadable)?;
        if now < token.expires { Ok(token) } else { Err(BadAckToken::Expired) }
    }

    fn over(&self, claim: &[u8; CLAIM]) -> Hmac<Sha256> {
        self.0.clone().chain_update(claim)
    }
}

fn parts(bytes: &[u8]) -> Option<(&[u8; CLAIM], &[u8; TAG])> {
    let (claim, tag) = bytes.split_first_chunk()?;
    Some((claim, tag.try_into().ok()?))
}

impl fmt::Debug for AckKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AckKey(..)")
    }
}

#[cfg(test)]
mod tests;
