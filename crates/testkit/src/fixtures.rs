use std::sync::Arc;

use fanfare_core::{
    AlarmNaming, Alert, AlertId, Attempt, Digest, Fingerprint, IdempotencyKey, Kind, Labels, Mention,
    MessageForm, Notification, NotificationId, Severity, Status, StatusBasis, Why,
};
use jiff::{SignedDuration, Timestamp};

/// 2026-03-08 12:00:00 UTC, when every test begins.
pub const NOON: Timestamp = Timestamp::constant(1_772_971_200, 0);

/// The time so many seconds after [`NOON`].
#[must_use]
pub fn after_noon(seconds: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(seconds)
}

/// A firing alarm with these labels and nothing else. `source` and `severity` become its fields, and all of
/// them its identity.
#[must_use]
pub fn labelled_alert(labels: &[(&str, &str)]) -> Alert {
    let mut labels: Labels = labels.iter().copied().collect();
    let fingerprint = Fingerprint::from_labels(&labels);
    let severity = labels.take("severity").and_then(|word| word.parse().ok()).unwrap_or(Severity::Low);
    Alert {
        source: labels.take("source").unwrap_or_default().as_str().into(),
        fingerprint,
        kind: Kind::Alarm,
        status: Status::Firing,
        status_basis: StatusBasis::Stated,
        naming: AlarmNaming::Labels,
        severity,
        severity_sent: None,
        labels,
        annotations: Labels::default(),
        extra: Labels::default(),
        mention: Mention::default(),
        starts_at: NOON,
        ends_at: None,
        generator_url: None,
    }
}

/// A firing alarm of a cold room, by ThinkLink.
#[must_use]
pub fn alert(severity: Severity) -> Alert {
    let identity = [("source", "thinklink"), ("eui", "6353012af1093062"), ("alertname", "over_temp")];
    let mut alert = labelled_alert(&identity);
    alert.severity = severity;
    alert.severity_sent = Some(severity.word().to_uppercase());
    alert.labels.set("device", "Cold room 3");
    alert.annotations = [("title", "Temperature too high"), ("description", "Current -9.4 °C, limit -18 °C")]
        .into_iter()
        .collect();
    alert.extra = [("notice_groups", "WeCom_ops")].into_iter().collect();
    alert
}

/// The notification of a receiver called `on-call` about [`alert`].
#[must_use]
pub fn notification(severity: Severity, why: Why) -> Notification {
    let mut alert = alert(severity);
    if why == Why::Resolved {
        alert.status = Status::Resolved;
    }
    Notification {
        id: NotificationId(7),
        alert_id: AlertId(42),
        incident: AlertId(42),
        group: alert.fingerprint.into(),
        receiver: "on-call".into(),
        why,
        alert: Arc::new(alert),
        others: Vec::new(),
        since: NOON,
        owed_at: NOON,
        acknowledged_by: None,
        ack_url: None,
        escalated: None,
    }
}

/// The digest that tells the same receiver of `number` alarms that have just begun, at
/// least one: the first is urgent, each has a name and a number that no other has, and a
/// link with which to acknowledge. See [`shown_of`].
#[must_use]
pub fn digest(number: i64) -> Digest {
    let of = |index: i64| {
        let severity = if index == 0 { Severity::Urgent } else { Severity::Mid };
        let mut notification = notification(severity, Why::Started);
        let alert = Arc::make_mut(&mut notification.alert);
        alert.labels.set("device", format!("Sensor S{index:05}"));
        let alert_id = AlertId(FIRST_OF_DIGEST + index);
        Arc::new(Notification {
            id: NotificationId(FIRST_OF_DIGEST + index),
            alert_id,
            incident: alert_id,
            ack_url: Some(format!("https://alerts.example.com/ack/{}", "t0ken".repeat(14))),
            ..notification
        })
    };
    Digest::new((0..number.max(1)).map(of).collect()).unwrap()
}

/// The number of the first alert of a [`digest`].
const FIRST_OF_DIGEST: i64 = 770_001;

/// The texts that a message about `notification` must show: its device and its number.
#[must_use]
pub fn shown_of(notification: &Notification) -> [String; 2] {
    [notification.alert.text_of("device").to_owned(), notification.alert_id.to_string()]
}

/// The first attempt of a delivery, made at [`NOON`].
#[must_use]
pub fn attempt() -> Attempt {
    Attempt {
        ordinal: 1,
        at: NOON,
        key: IdempotencyKey::new(&["a test"]),
        form: MessageForm::Full,
        only: None,
    }
}
