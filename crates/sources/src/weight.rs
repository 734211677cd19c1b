//! The severity of an alert by the sender's word.

use fanfare_core::{Kind, Severity};

use crate::SourceSettings;

/// The severity of the word `sent`, and the word itself if no table has it. An alarm without one is
/// `mid`; a notice is `low`.
pub(crate) fn weigh(sent: Option<&str>, kind: Kind, source: &SourceSettings) -> (Severity, Option<String>) {
    match (sent.map(str::parse), kind) {
        (Some(Ok(severity)), Kind::Alarm | Kind::Notice) => (severity, None),
        (Some(Err(_)), Kind::Alarm | Kind::Notice) => (source.unknown_level, sent.map(str::to_owned)),
        (None, Kind::Alarm) => (Severity::Mid, None),
        (None, Kind::Notice) => (Severity::Low, None),
    }
}
