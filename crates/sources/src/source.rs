//! Facts about a body that are not in it: the source's settings, and the hints of the address.

use std::time::Duration;

use fanfare_core::{Labels, Severity, SourceName};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

/// The settings of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSettings {
    /// The name of the source; matchers know it as `source`.
    pub name: SourceName,
    /// Labels of every alert from it. No body can override them, so they can
    /// distinguish sites and tenants. They cannot set `source` and
    /// `severity`: the name and the body do.
    pub labels: Labels,
    /// The severity of an alert whose level is a word that no table has.
    pub unknown_level: Severity,
    /// The time zone of the times that the source sends without an offset; `None`: they are not read.
    pub timezone: Option<TimeZone>,
    /// The time after its last report at which an alarm is over that says no end of its own; `None`: such an alarm
    /// lasts until it is ended.
    pub resolve_after: Option<Duration>,
    /// Private addresses, mail addresses and telephone numbers are masked in the texts of its alerts.
    pub redact: bool,
}

impl SourceSettings {
    /// The settings of the source `name`, without labels and time zone. A word of its own for a level is
    /// taken for [`Severity::High`]: an alarm that is too loud is heard and corrected, the other is not.
    #[must_use]
    pub fn new(name: impl Into<SourceName>) -> Self {
        Self {
            name: name.into(),
            labels: Labels::default(),
            unknown_level: Severity::High,
            timezone: None,
            resolve_after: None,
            redact: false,
        }
    }

    /// The time at which a text that came `now` is over unless it comes again.
    pub(crate) fn text_ends_at(&self, now: Timestamp) -> Option<Timestamp> {
        now.checked_add(self.resolve_after.unwrap_or(TEXT_EXPIRY)).ok()
    }
}

/// The time after which a text is over unless it comes again: its sender cannot end it, or rarely does.
const TEXT_EXPIRY: Duration = Duration::from_hours(24);

/// Facts in the request's address, as `?eui=…&name=…&alarm=…&level=…`, for senders
/// that cannot change the body. They fill gaps and never override the body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Hints {
    /// The EUI of the device.
    pub eui: Option<String>,
    /// The name of the device.
    pub name: Option<String>,
    /// The name of the alarm.
    pub alarm: Option<String>,
    /// The severity in the sender's own word.
    pub level: Option<String>,
}
