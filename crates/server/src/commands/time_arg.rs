//! Times on the command line, as people write and read them.

use std::str::FromStr;

use fanfare_core::HumanDuration;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A time: `2026-03-08T20:00:00+08:00`, or how long ago: `2h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeArg {
    /// A point in time.
    At(Timestamp),
    /// A length of time before now.
    Ago(HumanDuration),
}

/// The error of a text that is not a [`TimeArg`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time: expected e.g. 2026-03-08T20:00:00+08:00, or how long ago, e.g. 2h or 30m")]
pub struct InvalidTimeArg(String);

impl FromStr for TimeArg {
    type Err = InvalidTimeArg;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let at = text.parse().map(Self::At);
        at.or_else(|_| text.parse().map(Self::Ago)).map_err(|_| InvalidTimeArg(text.to_owned()))
    }
}

impl TimeArg {
    /// The point in time, seen from `now`; the earliest there is, where it would lie before that.
    pub(crate) fn before(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Ago(HumanDuration(ago)) => {
                let ago = SignedDuration::try_from(ago).unwrap_or(SignedDuration::MAX);
                now.checked_sub(ago).unwrap_or(Timestamp::MIN)
            }
        }
    }
}

/// `at` by the clock of `zone`, e.g. `2026-03-08 20:00:00.123 +08:00`.
pub(crate) fn format_time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S%.3f %:z").to_string()
}

#[cfg(test)]
mod tests;
