//! The faults of a handshake.

use serde::{Deserialize, Serialize};

/// A reason why no connection is made under TLS.
///
/// Three of them are for the client to find: one that does not look at
/// certificates gets through, and the sandbox serves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TlsFault {
    /// The handshake is refused with an alert.
    Refused,
    /// The certificate is of an authority that nobody knows.
    UnknownAuthority,
    /// The certificate has expired.
    Expired,
    /// The certificate is for another host.
    OtherHost,
    /// No TLS is spoken where TLS is expected.
    Plaintext,
    /// The connection is cut in the middle of the handshake.
    Cut,
}

impl TlsFault {
    /// The fault in a word or two, for the journal.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Refused => "handshake refused",
            Self::UnknownAuthority => "unknown authority",
            Self::Expired => "expired",
            Self::OtherHost => "other host",
            Self::Plaintext => "plaintext",
            Self::Cut => "cut",
        }
    }
}
