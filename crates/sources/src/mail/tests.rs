use fanfare_core::Severity;

use super::*;
use crate::testing::{now, source};

fn mail(subject: &str, text: &str) -> InboundMail {
    let sender =
        MailSender { address: "ups1@plant.example".into(), shown: "UPS 1 <ups1@plant.example>".into() };
    InboundMail { subject: subject.into(), text: text.into(), sender: Some(sender), ..InboundMail::default() }
}

fn alert(mail: &InboundMail) -> Alert {
    read(mail, &source(), now()).unwrap().alerts.remove(0).alert
}

#[test]
fn the_subject_is_the_title_and_the_name_and_the_sender_the_device() {
    let alert = alert(&mail("[CRITICAL] UPS on battery", "Runtime left: 12 min\n> old"));
    assert_eq!((alert.title(), alert.text_of("alertname")), ("[CRITICAL] UPS on battery", "UPS on battery"));
    assert_eq!(alert.annotations.get("content"), Some("Runtime left: 12 min\n> old"));
    assert_eq!((alert.text_of("device"), alert.severity), ("ups1@plant.example", Severity::Urgent));
    assert_eq!(alert.extra.get("mail_from"), Some("UPS 1 <ups1@plant.example>"));
    assert_eq!((alert.status, alert.starts_at), (Status::Firing, now()));
}

#[test]
fn an_end_says_what_it_ends_and_keeps_its_subject() {
    let end = alert(&mail("[OK] UPS on battery", "Mains is back"));
    assert_eq!((end.status, end.title()), (Status::Resolved, "UPS on battery"));
    assert_eq!(end.annotations.get("description"), Some("[OK] UPS on battery"));
}

#[test]
fn one_alarm_is_known_again_whatever_its_readings_and_two_texts_are_two() {
    let of = |subject: &str, text: &str| alert(&mail(subject, text)).fingerprint;
    let first = of("NVR alarm", "Motion on camera 3\nTime: Sat Nov 28 08:26:40 2026\nRuntime 12 min");
    assert_eq!(first, of("NVR alarm", "Motion on camera 3\nTime: Sun Nov 29 09:00:01 2026\nRuntime 9 min"));
    assert_ne!(
        first,
        of("NVR alarm", "Video loss on camera 3\nTime: Sat Nov 28 08:26:40 2026\nRuntime 12 min")
    );
    assert_eq!(
        of("NVR alarm", "28 November 2026, 08:26 door 3"),
        of("NVR alarm", "2 December 2026, 11:00 door 3")
    );
    assert_ne!(
        of("NVR alarm", "28 November 2026, 08:26 door 3"),
        of("NVR alarm", "28 November 2026, 08:26 door 4")
    );
    assert_ne!(first, of("NVR alarm", "Motion on camera 4\nTime: Sat Nov 28 08:26:40 2026\nRuntime 12 min"));
    let other = InboundMail { sender: None, ..mail("NVR alarm", "Motion on camera 3") };
    assert_ne!(alert(&other).fingerprint, of("NVR alarm", "Motion on camera 3"));
}

#[test]
fn a_line_of_the_text_may_state_the_level() {
    assert_eq!(alert(&mail("Tank", "Severity: critical\nTank 3")).severity, Severity::Urgent);
    assert_eq!(alert(&mail("水箱", "级别：紧急")).severity, Severity::Urgent);
    assert_eq!(alert(&mail("Tank", "Tank 3")).severity, Severity::Mid);
}

#[test]
fn a_mail_without_subject_has_its_first_line_for_one_and_without_both_is_none() {
    let read_alert = alert(&mail(" ", "Motion\ncamera 3"));
    assert_eq!((read_alert.title(), read_alert.annotations.get("content")), ("Motion", Some("camera 3")));
    assert!(read(&mail("", " \r\n"), &source(), now()).is_err());
}

#[test]
fn files_are_named_and_credentials_are_not_kept() {
    let mut sent = mail("Login failed", "password: hunter2");
    sent.attachments = vec!["cam3.jpg".into(), "cam4.jpg".into()];
    let alert = alert(&sent);
    assert_eq!(alert.extra.get("attachments"), Some("cam3.jpg, cam4.jpg"));
    assert!(alert.annotations.get("content").unwrap().ends_with("attachments: cam3.jpg, cam4.jpg"));
    assert!(!format!("{alert:?}").contains("hunter2"), "{alert:?}");
}

#[test]
fn the_time_of_a_clock_that_was_never_set_does_not_count() {
    let at = |text: &str| InboundMail { written_at: text.parse().ok(), ..mail("Tank", "") };
    assert_eq!(alert(&at("2000-01-01T00:00:00Z")).starts_at, now());
    let recent = now() - jiff::SignedDuration::from_mins(5);
    assert_eq!(alert(&at(&recent.to_string())).starts_at, recent);
}
