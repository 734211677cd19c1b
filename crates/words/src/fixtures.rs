//! Alerts and notifications for the tests of this crate.

use std::sync::Arc;

use fanfare_core::{Acknowledgement, Alert, AlertId, Language, Locale, Notification, NotificationId, Why};
pub(crate) use fanfare_testkit::{NOON, after_noon, labelled_alert as alert};
use jiff::tz::TimeZone;

/// A cold room that is too warm, as ThinkLink reports it.
pub(crate) fn cold_room() -> Alert {
    Alert {
        annotations: [("title", "Temperature too high"), ("description", "Current -9.4 °C, limit -18 °C")]
            .into_iter()
            .collect(),
        extra: [("notice_groups", "WeCom_ops")].into_iter().collect(),
        generator_url: Some("https://think.link/alarms/42".to_owned()),
        ..alert(&[
            ("alertname", "over_temp"),
            ("device", "Cold room 3"),
            ("eui", "6353012af1093062"),
            ("severity", "high"),
            ("source", "thinklink"),
        ])
    }
}

pub(crate) fn told(alert: Alert, why: Why) -> Notification {
    Notification {
        id: NotificationId(7),
        alert_id: AlertId(42),
        incident: AlertId(41),
        group: alert.fingerprint.into(),
        receiver: "on-call".into(),
        why,
        alert: Arc::new(alert),
        others: Vec::new(),
        since: NOON,
        owed_at: after_noon(1),
        acknowledged_by: None,
        ack_url: None,
        escalated: None,
    }
}

pub(crate) fn english() -> Locale {
    Locale::default()
}

pub(crate) fn chinese() -> Locale {
    Locale { language: Language::Zh, timezone: TimeZone::get("Asia/Shanghai").unwrap() }
}

pub(crate) fn zhang() -> Acknowledgement {
    Acknowledgement { by: "Zhang\nSan".to_owned(), at: after_noon(90) }
}
