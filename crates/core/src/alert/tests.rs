use super::*;
use crate::fixtures::{after_noon, alert};

/// An alert as commit `fc760ff` stored it.
const STORED_BEFORE: &str = r#"{"fingerprint":"c5688262826c92f9","kind":"alarm","status":"firing",
    "severity":"urgent","severity_sent":"critical",
    "labels":{"alertname":"over_temp","severity":"urgent","source":"thinklink"},
    "starts_at":"2026-03-08T12:00:00Z"}"#;

/// An alert of `thinklink` that is `urgent`, and whose sender labelled it `critical`.
fn sent_with_a_severity_of_its_own() -> Alert {
    let mut alert = alert(&[("source", "thinklink"), ("severity", "urgent"), ("alertname", "over_temp")]);
    alert.labels.set("severity", "critical");
    alert
}

#[test]
fn a_matcher_sees_the_severity_as_sent_or_else_as_the_gateway_understands_it() {
    let mut alert = sent_with_a_severity_of_its_own();
    assert_eq!((alert.text_of("severity"), alert.severity), ("critical", Severity::Urgent));
    alert.labels.take("severity");
    assert_eq!(alert.text_of("severity"), "urgent");
}

#[test]
fn no_label_that_was_sent_passes_for_another_source() {
    let mut alert = sent_with_a_severity_of_its_own();
    alert.labels.set("source", "fanfare");
    assert_eq!(alert.text_of("source"), "thinklink");
    assert_eq!(alert.all_labels().get("source"), Some("thinklink"));
}

#[test]
fn the_labels_that_the_api_shows_hold_the_source_and_the_severity() {
    let alert = alert(&[("source", "thinklink"), ("severity", "urgent"), ("alertname", "over_temp")]);
    let expected = [("alertname", "over_temp"), ("severity", "urgent"), ("source", "thinklink")];
    assert_eq!(alert.all_labels(), expected.into_iter().collect());
}

#[test]
fn an_alert_that_an_earlier_version_stored_is_read_with_its_source() {
    let stored: Alert = serde_json::from_str(STORED_BEFORE).unwrap();
    assert_eq!((stored.source.as_str(), stored.severity), ("thinklink", Severity::Urgent));
    assert_eq!(stored.labels, [("alertname", "over_temp")].into_iter().collect());
    assert_eq!((stored.ends_at, stored.text_of("severity")), (None, "urgent"));
}

#[test]
fn an_alert_is_read_as_it_was_written() {
    let ended = Alert { ends_at: Some(after_noon(60)), ..sent_with_a_severity_of_its_own() };
    for alert in [sent_with_a_severity_of_its_own(), ended] {
        let json = serde_json::to_string(&alert).unwrap();
        let fingerprint = alert.fingerprint.with_identity(None); // which stands beside the text
        assert_eq!(serde_json::from_str::<Alert>(&json).unwrap(), Alert { fingerprint, ..alert });
    }
}
