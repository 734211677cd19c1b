//! The time and the source of everything that is read.

use std::time::Duration;

use fanfare_sources::SourceSettings;
use jiff::Timestamp;
use jiff::tz::{self, TimeZone};

/// The time at which everything arrives.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("a time")
}

/// The settings of a source, by the bits of `settings`.
pub(crate) fn source(settings: usize) -> SourceSettings {
    let mut source = SourceSettings::new("site");
    source.redact = settings & 1 != 0;
    source.resolve_after = (settings & 2 != 0).then_some(Duration::from_secs(60 * 60));
    source.timezone = (settings & 4 != 0).then(|| TimeZone::fixed(tz::offset(8)));
    if settings & 8 != 0 {
        source.labels.set("site", "harbour");
    }
    source
}
