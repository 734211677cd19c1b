//! Times as people read them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A time in `timezone`, e.g. `2026-03-08 16:40:38 +08:00`.
pub(crate) fn local_time(at: Timestamp, timezone: &TimeZone) -> String {
    at.to_zoned(timezone.clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}
