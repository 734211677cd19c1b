use std::time::Duration;

use fanfare_core::Severity;

use super::*;
use crate::testing::{now, source};
use crate::unreadable_alert;

fn read_with(body: &str, hints: &Hints) -> Alert {
    read(body.as_bytes(), hints, &source(), now()).unwrap().alerts.remove(0).alert
}

fn read_text(body: &str) -> Alert {
    read_with(body, &Hints::default())
}

#[test]
fn the_first_line_is_the_title_and_the_rest_the_text() {
    let alert = read_text("\u{feff}Backup failed\r\n\r\nrsync: code 23\n  some files\n");
    assert_eq!(alert.title(), "Backup failed");
    assert_eq!(alert.annotations.get("content"), Some("rsync: code 23\n  some files"));
    assert_eq!((alert.text_of("alertname"), alert.severity), ("message", Severity::Mid));
    assert_eq!((alert.starts_at, alert.status), (now(), Status::Firing));
    let single = read_text("Backup failed");
    assert_eq!((single.title(), single.annotations.get("content")), ("Backup failed", None));
}

#[test]
fn the_identical_text_is_the_same_alert() {
    let of = |text: &str| read_text(text).fingerprint;
    assert_eq!(of("disk full\non web-1"), of("disk full\non web-1\n"));
    assert_ne!(of("disk full\non web-1"), of("disk full\non web-2"));
    let long = |end: &str| format!("disk full\n{}{end}", "x".repeat(10_000));
    assert_ne!(of(&long("1")), of(&long("2")), "what is cut off tells them apart");
    assert_ne!(of("password: hunter2-a"), of("password: hunter2-b"));
}

#[test]
fn the_address_names_the_alarm_and_its_level() {
    let hints = Hints { alarm: Some("backup".into()), level: Some("critical".into()), ..Hints::default() };
    let alert = read_with("it failed", &hints);
    assert_eq!((alert.text_of("alertname"), alert.severity), ("backup", Severity::Urgent));
}

#[test]
fn a_credential_is_not_kept() {
    let alert = read_text("login failed\ntried https://admin:hunter2@10.0.0.1/ and password: hunter2");
    assert!(!format!("{alert:?}").contains("hunter2"), "{alert:?}");
}

#[test]
fn nothing_is_no_text() {
    for body in ["", " \r\n\t", "\u{feff}"] {
        assert!(read(body.as_bytes(), &Hints::default(), &source(), now()).is_err());
    }
}

#[test]
fn a_text_is_over_after_a_day_or_when_its_source_says() {
    let ends_after = |resolve_after: Option<Duration>| {
        let source = SourceSettings { resolve_after, ..source() };
        let texts = read(b"disk full", &Hints::default(), &source, now()).unwrap().alerts.remove(0).alert;
        let fault = Unreadable {
            fault: BodyFault::Malformed,
            path: "$".to_owned(),
            message: "found `}`, expected a value".to_owned(),
        };
        let unreadable = unreadable_alert(&source, b"}", &fault, now()).alert;
        [texts, unreadable].map(|it| it.ends_at.unwrap().duration_since(now()).as_hours())
    };
    assert_eq!(ends_after(None), [24, 24]);
    assert_eq!(ends_after(Some(Duration::from_hours(1))), [1, 1]);
}

#[test]
fn a_title_with_the_mark_of_an_end_ends_the_same_text_without_it() {
    for (raise, end) in [
        ("Backup of db1 failed\ncode 23", "[OK] Backup of db1 failed\ncode 23"),
        ("水压过高", "水压过高 已恢复"),
        ("UPS on battery", "RESOLVED: UPS on battery"),
    ] {
        let (raised, ended) = (read_text(raise), read_text(end));
        assert_eq!((raised.status, ended.status), (Status::Firing, Status::Resolved), "{end}");
        assert_eq!(raised.incident_key(), ended.incident_key(), "{end}");
        assert_eq!(ended.ends_at, Some(now()));
        assert_eq!(ended.title(), end.lines().next().unwrap());
    }
    assert_eq!(read_text("Backup of db1 is not OK").status, Status::Firing);
}
