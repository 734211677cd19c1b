//! The sorts of stuck connections.

use std::time::Duration;

use serde::Serialize;

/// A sort of connection that keeps a server waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum StuckSort {
    /// Nothing is sent.
    NoHead,
    /// Half of a head is sent.
    HalfHead,
    /// A head is sent, a line at a time.
    SlowHead,
    /// A head promises a body that does not come.
    NoBody,
    /// A body comes, a byte at a time.
    SlowBody,
    /// A body in chunks never ends.
    EndlessBody,
    /// A request is answered, and no other comes.
    Idle,
    /// A request is answered, and the next one is half a head.
    HalfSecondHead,
    /// Many requests are sent at once, and no answer is read.
    NoReader,
    /// A head with the source's token promises a body that does not come.
    NoBodyWithToken,
    /// After a head with the source's token a body comes, a byte at a time.
    SlowBodyWithToken,
}

/// The time between two parts of what is sent slowly.
pub(super) const DRIP: Duration = Duration::from_millis(500);

const HEALTHY: &str = "GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n";

impl StuckSort {
    /// Every sort, in the order of the report.
    pub const ALL: [Self; 11] = [
        Self::NoHead,
        Self::HalfHead,
        Self::SlowHead,
        Self::NoBody,
        Self::SlowBody,
        Self::EndlessBody,
        Self::Idle,
        Self::HalfSecondHead,
        Self::NoReader,
        Self::NoBodyWithToken,
        Self::SlowBodyWithToken,
    ];

    /// The name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoHead => "no head",
            Self::HalfHead => "half a head",
            Self::SlowHead => "a slow head",
            Self::NoBody => "no body",
            Self::SlowBody => "a slow body",
            Self::EndlessBody => "an endless body",
            Self::Idle => "idle",
            Self::HalfSecondHead => "half a second head",
            Self::NoReader => "nobody reads",
            Self::NoBodyWithToken => "no body, with a token",
            Self::SlowBodyWithToken => "a slow body, with a token",
        }
    }

    /// The bytes that are sent at once, by a client who knows `token`.
    pub(super) fn opening(self, token: Option<&str>) -> String {
        let post =
            |rest: &str| format!("POST /ingest/thinklink HTTP/1.1\r\nHost: localhost\r\n{rest}\r\n\r\n");
        match self {
            Self::NoHead => String::new(),
            Self::HalfHead | Self::SlowHead => "POST /ingest/thinklink HTTP/1.1\r\nHost: loc".to_owned(),
            Self::NoBody | Self::SlowBody => post("Content-Length: 100000"),
            Self::NoBodyWithToken | Self::SlowBodyWithToken => {
                let token = token.unwrap_or_default();
                post(&format!("Authorization: Bearer {token}\r\nContent-Length: 100000"))
            }
            Self::EndlessBody => post("Transfer-Encoding: chunked"),
            Self::Idle => HEALTHY.to_owned(),
            Self::HalfSecondHead => format!("{HEALTHY}GET /-/healthy HT"),
            Self::NoReader => "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(200),
        }
    }

    /// The bytes that are sent again and again.
    pub(super) fn drip(self) -> &'static str {
        match self {
            Self::SlowHead => "alhost\r\nX-Wait: a while",
            Self::SlowBody | Self::SlowBodyWithToken => " ",
            Self::EndlessBody => "1\r\n \r\n",
            Self::NoHead
            | Self::HalfHead
            | Self::NoBody
            | Self::Idle
            | Self::HalfSecondHead
            | Self::NoReader
            | Self::NoBodyWithToken => "",
        }
    }

    /// True if what comes back is read.
    pub(super) fn reads(self) -> bool {
        self != Self::NoReader
    }
}
