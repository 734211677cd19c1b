use expect_test::Expect;
use fanfare_core::{AlarmNaming, Mention};

use super::*;

mod examples;
mod shapes;
mod states;
mod times;
mod identity;
mod identity_as_sent;
mod refusals;
mod credentials;
mod bodies;

/// The time of arrival: an hour and some after the events of the examples.
const NOW: &str = "2026-03-08T10:00:00Z";

fn source() -> SourceSettings {
    SourceSettings::new("thinklink")
}

fn hints(pairs: &[(&str, &str)]) -> Hints {
    let hint = |name| pairs.iter().find(|(it, _)| *it == name).map(|(_, text)| (*text).to_owned());
    Hints { eui: hint("eui"), name: hint("name"), alarm: hint("alarm"), level: hint("level") }
}

fn try_read(body: &str, hints: &Hints) -> Result<Reading, Unreadable> {
    read(body.as_bytes(), hints, &source(), NOW.parse().unwrap())
}

#[track_caller]
fn alert_with(body: &str, hints: &Hints) -> Alert {
    let mut reading = try_read(body, hints).unwrap();
    assert_eq!((reading.alerts.len(), reading.nothing_to_do.len()), (1, 0), "{body}");
    reading.alerts.remove(0).alert
}

#[track_caller]
fn alert(body: &str) -> Alert {
    alert_with(body, &Hints::default())
}

#[track_caller]
fn check_refused(body: &str, expected: Expect) {
    let err = try_read(body, &Hints::default()).unwrap_err();
    assert_eq!(err.fault, BodyFault::NotAnAlert);
    expected.assert_eq(&err.to_string());
}

fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs.iter().copied().collect()
}
