//! Times as people say and read them on the command line.

use std::str::FromStr;

use fanfare_core::HumanDuration;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A time: `2026-03-08T20:00:00+08:00`, or how long ago: `2h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// That time.
    At(Timestamp),
    /// So long before now.
    Ago(HumanDuration),
}

/// Why a text is not a [`Moment`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time: expected e.g. 2026-03-08T20:00:00+08:00, or how long ago, e.g. 2h or 30m")]
pub struct InvalidMoment(String);

impl FromStr for Moment {
    type Err = InvalidMoment;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let at = text.parse().map(Self::At);
        at.or_else(|_| text.parse().map(Self::Ago)).map_err(|_| InvalidMoment(text.to_owned()))
    }
}

impl Moment {
    /// As a time; before the beginning of time there is only that.
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

/// E.g. `2026-03-08 20:00:00.123 +08:00`.
pub(crate) fn shown(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S%.3f %:z").to_string()
}

#[cfg(test)]
mod tests;
