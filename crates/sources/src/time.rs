//! Times in a sender's notation.

use std::time::Duration;

use jiff::Timestamp;

/// The longest plausible lead of a sender's clock: a time zone is at most 14 hours.
const AHEAD: Duration = Duration::from_hours(24);

/// The longest plausible age of an event. An older time comes from a box without
/// battery and NTP at its start. A year, because isolated sites report late.
const BEHIND: Duration = Duration::from_hours(365 * 24);

/// The first number that counts milliseconds: as seconds it would be the year
/// 5138, as milliseconds it is 1973.
const FIRST_MILLISECOND: i64 = 100_000_000_000;

/// The time in `text`, if it is plausible for an event that is reported at `now`.
///
/// ThinkLink writes RFC 3339 in one field and milliseconds since 1970 in the
/// next. A time without offset is not read: its zone is unknown.
pub(crate) fn plausible(text: &str, now: Timestamp) -> Option<Timestamp> {
    let latest = now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
    not_too_old(text, now).filter(|time| *time <= latest)
}

/// The expiry in `text` of an alert that is reported at `now`, if it is plausible. It may
/// be as far ahead as the sender wants; the zero time, `0001-01-01T00:00:00Z`, is none.
pub(crate) fn plausible_expiry(text: &str, now: Timestamp) -> Option<Timestamp> {
    not_too_old(text, now)
}

fn not_too_old(text: &str, now: Timestamp) -> Option<Timestamp> {
    let time = text.parse().ok().or_else(|| since_1970(text))?;
    let earliest = now.checked_sub(BEHIND).unwrap_or(Timestamp::MIN);
    (earliest <= time).then_some(time)
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
