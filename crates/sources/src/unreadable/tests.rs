use super::*;
use crate::testing::{now, source};
use crate::{BodyFault, ReadAlert};

fn of(body: &[u8]) -> Alert {
    let fault = Unreadable {
        fault: BodyFault::NotAnAlert,
        path: "alerts".to_owned(),
        message: "found a number, expected a list of alerts".to_owned(),
    };
    let ReadAlert { alert, .. } = unreadable_alert(&source(), body, &fault, now());
    alert
}

#[test]
fn people_see_who_sent_it_what_is_wrong_and_the_body() {
    let alert = of(br#"{"alerts": 3, "note": "fire in room 3"}"#);
    assert_eq!(alert.text_of("alertname"), "unreadable alert from site");
    assert_eq!((alert.severity, alert.status), (Severity::High, Status::Firing));
    assert_eq!(alert.title(), "`site` sent an alert that cannot be read");
    let description = alert.annotations.get("description").unwrap();
    assert!(description.ends_with("alerts: found a number, expected a list of alerts"), "{description}");
    assert_eq!(alert.annotations.get("content"), Some(r#"{"alerts": 3, "note": "fire in room 3"}"#));
}

#[test]
fn the_same_body_is_the_same_alert_and_another_is_not() {
    assert_eq!(of(b"{").fingerprint, of(b"{").fingerprint);
    assert_ne!(of(b"{").fingerprint, of(b"[").fingerprint);
    let (a, b) = (of(br#"{"token": "aaaa-1111"}"#), of(br#"{"token": "bbbb-2222"}"#));
    assert_ne!(a.fingerprint, b.fingerprint);
    assert_eq!(a.fingerprint.to_bits(), b.fingerprint.to_bits(), "no digit is made with a credential");
    let other = unreadable_alert(
        &SourceSettings::new("other"),
        b"{",
        &Unreadable { fault: BodyFault::Malformed, path: "$".into(), message: String::new() },
        now(),
    );
    assert_ne!(other.alert.fingerprint, of(b"{").fingerprint);
}

#[test]
fn a_credential_is_masked_and_a_long_body_is_cut() {
    for body in [
        r#"{"deep": {"password": "hunter2-long", "n": 1}}"#,
        r#"{"password": "hunter2-long", "#,
        "https://u:hunter2-long@host/ fell over",
    ] {
        let shown = of(body.as_bytes()).annotations.get("content").unwrap().to_owned();
        assert!(!shown.contains("hunter2") && shown.contains("[removed]"), "{shown}");
    }
    let long = of("ü".repeat(100_000).as_bytes());
    assert!(long.annotations.get("content").unwrap().len() <= MAX_BODY_BYTES);
    assert_eq!(of(&[0xff, 0xfe, b'x']).annotations.get("content"), Some("\u{fffd}\u{fffd}x"));
}

#[test]
fn each_text_is_in_one_language() {
    let alert = of(br#"{"alerts": 3}"#);
    let chinese = alert.annotations.get("description_zh").unwrap();
    assert_eq!(chinese, "已受理，但内容无法识别（位置 alerts）：不是该格式的告警");
    assert_eq!(alert.extra.get("message"), Some("found a number, expected a list of alerts"));
}
