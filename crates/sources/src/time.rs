//! The time of an event, in a sender's words.

use std::time::Duration;

use jiff::Timestamp;

/// A clock that is further ahead than this is wrong: a time zone is at most 14 hours.
const AHEAD: Duration = Duration::from_hours(24);

/// A time longer ago than this is not when an alert happened, but what a box
/// without battery and NTP believes at start-up. A year, because islands report
/// late.
const BEHIND: Duration = Duration::from_hours(365 * 24);

/// From here on a number counts milliseconds: as seconds it would be the year
/// 5138, as milliseconds it is 1973.
const FIRST_MILLISECOND: i64 = 100_000_000_000;

/// The time that `text` tells, if it can be when something happened that is
/// reported at `now`.
///
/// ThinkLink writes RFC 3339 in one field and milliseconds since 1970 in the
/// next. A time without offset is not read: nobody can tell whose it is.
pub(crate) fn plausible(text: &str, now: Timestamp) -> Option<Timestamp> {
    let time = text.parse().ok().or_else(|| since_1970(text))?;
    let earliest = now.checked_sub(BEHIND).unwrap_or(Timestamp::MIN);
    let latest = now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
    (earliest..=latest).contains(&time).then_some(time)
}

fn since_1970(text: &str) -> Option<Timestamp> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let number: i64 = whole.parse().ok()?;
    if number < FIRST_MILLISECOND {
        Timestamp::from_second(number).ok()
    } else {
        Timestamp::from_millisecond(number).ok()
    }
}

#[cfg(test)]
mod tests;
