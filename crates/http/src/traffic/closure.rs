//! The reasons for which the gateway ends a connection.

/// The reason for which the gateway ends a connection by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Closure {
    /// The connection has kept the gateway waiting longest, and another one came at the bound.
    Displaced,
    /// The connection came at the bound, and no other keeps the gateway waiting.
    NoRoom,
    /// A head was begun and not finished in time.
    LateHead,
    /// The handshake of TLS has failed.
    FailedHandshake,
    /// A head was longer than any head is.
    LongHead,
    /// A body that nobody reads went on and on.
    EndlessBody,
    /// An answer was not taken in time.
    LateReader,
    /// Nothing came any more.
    Idle,
    /// The gateway stops.
    Stopping,
}

impl Closure {
    /// The reason's word in labels.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Displaced => "displaced",
            Self::NoRoom => "no_room",
            Self::LateHead => "late_head",
            Self::FailedHandshake => "failed_handshake",
            Self::LongHead => "long_head",
            Self::EndlessBody => "endless_body",
            Self::LateReader => "late_reader",
            Self::Idle => "idle",
            Self::Stopping => "stopping",
        }
    }

    /// The reason in the log.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Displaced => {
                "there are as many connections as there may be, and this one had kept us waiting longest"
            }
            Self::NoRoom => "there are as many connections as there may be, and all of them are served",
            Self::LateHead => "the head of a request was begun and not finished in time",
            Self::FailedHandshake => {
                "the handshake of TLS failed: it speaks plain HTTP, or trusts another certificate"
            }
            Self::LongHead => "the head of a request is too long",
            Self::EndlessBody => "the body of a refused request goes on",
            Self::LateReader => "the answer was not read in time",
            Self::Idle => "no request came any more",
            Self::Stopping => "the gateway stops",
        }
    }

    /// True if it happens to connections of every honest client.
    pub(super) fn is_usual(self) -> bool {
        match self {
            Self::Idle | Self::Stopping => true,
            Self::Displaced
            | Self::NoRoom
            | Self::LateHead
            | Self::FailedHandshake
            | Self::LongHead
            | Self::EndlessBody
            | Self::LateReader => false,
        }
    }
}
