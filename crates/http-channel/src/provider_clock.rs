use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{DATE, HeaderMap};
use tokio::time::Instant;

/// The slowest answer whose date is used. Our choice: the moment at which a slower one was
/// dated is not known well enough.
const SLOWEST_ANSWER: Duration = Duration::from_secs(10);

/// The time for which an answer counts. Our choice: later the clock may have been set again.
const TELLS_FOR: Duration = Duration::from_secs(24 * 3600);

/// 2020-01-01. A machine that shows an earlier time has a clock that nobody has
/// set, like a router, and its captive portal, after a power cut.
const FIRST_SET: Timestamp = Timestamp::constant(1_577_836_800, 0);

/// The largest difference that is believed. Our choice: two clocks that somebody has set are
/// not ten years apart.
const FURTHEST: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);

/// A provider's clock, as its answers tell it.
///
/// Whoever stands on the way can tell another time. What is made of it must
/// survive that: the next answer that comes from the provider puts it right.
#[derive(Debug, Default)]
pub(crate) struct ProviderClock {
    told: Mutex<Option<LearnedOffset>>,
}

#[derive(Debug, Clone, Copy)]
struct LearnedOffset {
    ahead: SignedDuration,
    at: Instant,
}

impl ProviderClock {
    /// Learns from the headers of an answer that took so long to a request which
    /// left at `sent_at`, by our clock.
    pub(crate) fn learn(&self, headers: &HeaderMap, sent_at: Timestamp, took: Duration) {
        if let Some(ahead) = date(headers).and_then(|date| ahead(date, sent_at, took)) {
            *self.told.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(LearnedOffset { ahead, at: Instant::now() });
        }
    }

    /// By how much it is ahead of ours, if it has told lately; zero if no difference can be told.
    pub(crate) fn ahead(&self) -> Option<SignedDuration> {
        let told = *self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.filter(|it| it.at.elapsed() < TELLS_FOR).map(|it| it.ahead)
    }
}

/// The time by the other side's clock at which it wrote its answer.
/// <https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1>
pub(crate) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    http_date(headers.get(DATE)?.to_str().ok()?.trim())
}

/// A date in one of the three forms of RFC 9110, section 5.6.7, or with another offset than GMT.
pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    match httpdate::parse_http_date(text) {
        Ok(time) => Timestamp::try_from(time).ok(),
        Err(_) => Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp()),
    }
}

/// By how much a clock that showed `date` is ahead of the one that showed `sent_at`
/// when a request left whose answer took so long. `None` if that cannot be told
/// or believed.
fn ahead(date: Timestamp, sent_at: Timestamp, took: Duration) -> Option<SignedDuration> {
    if took > SLOWEST_ANSWER || date < FIRST_SET {
        return None;
    }
    // `Date` shows whole seconds, so it was half a second later on average; and the
    // answer was written half the way there and back after the request had left.
    let resolution = SignedDuration::from_millis(500);
    let half_the_way = SignedDuration::try_from(took / 2).ok()?;
    let ahead = date.duration_since(sent_at) + resolution - half_the_way;
    if ahead.abs() <= resolution + half_the_way {
        return Some(SignedDuration::ZERO);
    }
    // How far a clock is off that nobody has set says nothing about the other.
    (sent_at < FIRST_SET || ahead.abs() <= FURTHEST).then_some(ahead)
}

#[cfg(test)]
mod tests;
