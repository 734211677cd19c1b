//! Times in a sender's notation.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The longest plausible lead of a sender's clock: a time zone is at most 14 hours.
const AHEAD: Duration = Duration::from_hours(24);

/// The longest plausible age of an event. An older time comes from a box without
/// battery and NTP at its start. A year, because isolated sites report late.
const BEHIND: Duration = Duration::from_hours(365 * 24);

/// The first number that counts milliseconds: as seconds it would be the year
/// 5138, as milliseconds it is 1973.
const FIRST_MILLISECOND: i64 = 100_000_000_000;

/// The digits of a time without separators, `20261127083000`. As milliseconds it would be the year 2612.
const COMPACT_DIGITS: usize = 14;

/// The time of a body's arrival, and the zone of its sender.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SenderClock<'a> {
    /// The time of arrival.
    pub(crate) now: Timestamp,
    /// The zone of times without an offset; `None`: such a time is not read.
    pub(crate) zone: Option<&'a TimeZone>,
}

/// The time in `text`, if it is plausible for an event that is reported at `clock.now`.
///
/// ThinkLink writes RFC 3339 in one field and milliseconds since 1970 in the
/// next. A time without offset is read only in the zone of its source.
pub(crate) fn plausible(text: &str, clock: SenderClock<'_>) -> Option<Timestamp> {
    let latest = clock.now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
    not_too_old(text, clock).filter(|time| *time <= latest)
}

/// The expiry in `text` of an alert that is reported at `clock.now`, if it is plausible. It may
/// be as far ahead as the sender wants; the zero time, `0001-01-01T00:00:00Z`, is none.
pub(crate) fn plausible_expiry(text: &str, clock: SenderClock<'_>) -> Option<Timestamp> {
    not_too_old(text, clock)
}

/// The time in `text`, from a program that keeps it for as long as its alert fires: it may be years old.
pub(crate) fn stated(text: &str) -> Option<Timestamp> {
    text.parse().ok().filter(|time| *time >= Timestamp::UNIX_EPOCH)
}

/// Tells whether `text` is written as a time, with an offset or without, or counted since 1970.
pub(crate) fn is_time(text: &str) -> bool {
    let text = text.trim();
    local(text).is_some() || text.parse::<Timestamp>().is_ok() || since_1970(text).is_some()
}

fn not_too_old(text: &str, clock: SenderClock<'_>) -> Option<Timestamp> {
    let text = text.trim();
    let time = match local(text) {
        Some(local) => local.to_zoned(clock.zone?.clone()).ok()?.timestamp(),
        None => text.parse().ok().or_else(|| since_1970(text))?,
    };
    let earliest = clock.now.checked_sub(BEHIND).unwrap_or(Timestamp::MIN);
    (earliest <= time).then_some(time)
}

/// The date and time in `text`, if it has both, the year first, and no offset: `2026-11-27 08:30:00`,
/// `2026/11/27 08:30`, `2026年11月27日 08:30:00`, `20261127083000`.
fn local(text: &str) -> Option<DateTime> {
    let is_compact = text.len() == COMPACT_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = if is_compact {
        format!(
            "{}-{}-{} {}:{}:{}",
            &text[..4],
            &text[4..6],
            &text[6..8],
            &text[8..10],
            &text[10..12],
            &text[12..]
        )
    } else {
        text.to_owned()
    };
    let (whole, afternoon) = if text.contains('年') { chinese(&whole) } else { (whole, 0) };
    let (date, time) = whole.split_once(['T', ' ', '日'])?;
    let date = numbers(date, &['-', '/', '年', '月', '.'])?;
    let is_fraction = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let time = time.trim();
    let whole_seconds =
        time.split_once('.').filter(|(_, it)| is_fraction(it)).map_or(time, |(whole, _)| whole);
    let time = numbers(whole_seconds, &[':', '时', '分', '秒'])?;
    let ([year, month, day], [hour, minute, ..]) = (&date[..], &time[..]) else { return None };
    let hour = if *hour < 12 { hour + afternoon } else { *hour };
    if *year < 1000 {
        return None; // of two digits, or a day
    }
    let second = time.get(2).copied().unwrap_or(0);
    let part = |number: i16| i8::try_from(number).ok();
    DateTime::new(*year, part(*month)?, part(*day)?, part(hour)?, part(*minute)?, part(second)?, 0).ok()
}

/// The Chinese date and time without the words and blanks in it, e.g. of `2026年11月27日 星期五 下午3点整`; and the hours
/// that it leaves out.
fn chinese(text: &str) -> (String, i16) {
    let afternoon = if ["下午", "晚上", "PM"].iter().any(|word| text.contains(word)) { 12 } else { 0 };
    let mut whole: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if let Some(at) = whole.find("星期").or_else(|| whole.find('周')) {
        let name = if whole[at..].starts_with('周') { 2 } else { 3 };
        whole =
            whole.chars().take(whole[..at].chars().count()).chain(whole[at..].chars().skip(name)).collect();
    }
    for word in ["上午", "下午", "早上", "中午", "晚上", "凌晨", "AM", "PM"] {
        whole = whole.replace(word, "");
    }
    let whole = whole.replace('点', "时").replace('：', ":").replace("时整", "时").replace("日T", "日");
    let is_hour = whole.ends_with('时');
    (if is_hour { whole + "0分" } else { whole }, afternoon)
}

/// The numbers between the separators, up to three; `None` if there is anything else.
fn numbers(text: &str, separators: &[char]) -> Option<Vec<i16>> {
    let parts = text.split(separators).filter(|part| !part.is_empty());
    let numbers: Vec<i16> = parts
        .map(|part| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten())
        .collect::<Option<_>>()?;
    (numbers.len() <= 3).then_some(numbers)
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
