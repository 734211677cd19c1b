//! The properties of a body that was read.

use fanfare_core::Alert;
use fanfare_sources::{Format, Hints, Reading, SourceSettings, Unreadable, unreadable_alert};
use jiff::Timestamp;

/// The alerts that one body may report, at most: twice the bound of the formats, for one that tells of two things each.
const MOST_ALERTS: usize = 20_000;

/// The length of an alert whose body is short, at most.
const SHORT: usize = 16 * 1024;

/// The length of an alert at most, for each byte of its body: a byte that is no text grows to three, a control
/// character to six in JSON, and a text may stand in several places.
const GROWTH: usize = 64;

/// Reads `body` by `format`, twice, and checks what comes of it.
pub(crate) fn check(format: &Format, body: &[u8], hints: &Hints, source: &SourceSettings, now: Timestamp) {
    let read = format.read(body, hints, source, now);
    assert_eq!(read, format.read(body, hints, source, now), "read twice, it says another thing");
    check_result(&read, body, source, now);
}

/// Checks what came of `body`.
pub(crate) fn check_result(
    read: &Result<Reading, Unreadable>,
    body: &[u8],
    source: &SourceSettings,
    now: Timestamp,
) {
    match read {
        Ok(reading) => {
            check_reading(reading, body);
            reading.refused.iter().for_each(check_fault);
        }
        Err(fault) => {
            check_fault(fault);
            check_alert(&unreadable_alert(source, body, fault, now).alert, body);
        }
    }
}

/// Nothing becomes nothing in silence, and nothing small becomes large.
fn check_reading(reading: &Reading, body: &[u8]) {
    let Reading { alerts, heartbeats, nothing_to_do, refused: _, mended } = reading;
    let is_something = !(alerts.is_empty() && heartbeats.is_empty() && nothing_to_do.is_empty());
    assert!(is_something, "taken, and neither an alert nor a reason came of it");
    assert!(alerts.len() <= MOST_ALERTS, "{} alerts", alerts.len());
    for alert in alerts {
        assert!(!alert.path.is_empty(), "an alert has no place in its body");
        check_alert(&alert.alert, body);
    }
    assert!(nothing_to_do.iter().all(|it| !it.reason.is_empty() && !it.path.is_empty()));
    mended.iter().for_each(check_fault);
}

/// An alert is kept as JSON: read back and written again it is the same. What a fingerprint was made of is kept beside it.
fn check_alert(alert: &Alert, body: &[u8]) {
    let json = serde_json::to_string(alert).expect("an alert is JSON");
    assert!(json.len() <= SHORT + GROWTH * body.len(), "{} bytes of {}", json.len(), body.len());
    let back: Alert = serde_json::from_str(&json).expect("what was kept can be read");
    let again = serde_json::to_string(&back).expect("an alert is JSON");
    assert_eq!(again, json, "what was kept says another thing");
}

fn check_fault(fault: &Unreadable) {
    assert!(!fault.path.is_empty() && !fault.message.is_empty(), "{fault:?}");
}
