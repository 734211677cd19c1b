//! The start and the end of an alert.

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Checks the end of the alert in `body`.
#[track_caller]
fn check_end(body: &str, expected: Option<&str>) -> Alert {
    let alert = alert(body);
    assert_eq!(alert.ends_at, expected.map(at), "{body}");
    alert
}

#[test]
fn a_firing_alerts_end_is_its_expiry_under_every_name() {
    for name in ["ends_at", "endsAt", "end_time"] {
        let body = format!(
            r#"{{"eui": "e", "name": "hot", "action": "new", "desc": "x", "time": "2026-03-08T08:40:38Z",
                "{name}": "2026-03-08T10:04:00Z"}}"#
        );
        let alert = check_end(&body, Some("2026-03-08T10:04:00Z"));
        assert_eq!((alert.status, alert.starts_at), (Status::Firing, at("2026-03-08T08:40:38Z")));
        assert_eq!(alert.extra.get(name), None);
    }
}

#[test]
fn an_end_is_found_wherever_an_alarm_has_its_fields() {
    check_end(
        r#"{"dnMsg": {"action": "new", "data": {"alarm_name": "hot", "end_time": 1772964000000}}}"#,
        Some("2026-03-08T10:00:00Z"), // `date -u -d 2026-03-08T10:00:00Z +%s` says 1772964000
    );
    check_end(
        r#"{"params": {"id": "hot", "title": "t", "endsAt": "2026-03-08T18:30:00+08:00"}}"#,
        Some("2026-03-08T10:30:00Z"),
    );
}

#[test]
fn a_clears_end_is_its_own_field_or_else_the_time_of_its_event() {
    let clear = |times: &str| format!(r#"{{"_eui": "e", "name": "hot", "action": "clear"{times}}}"#);
    check_end(&clear(""), None);
    let alert = check_end(&clear(r#", "time": "2026-03-08T09:50:00Z""#), Some("2026-03-08T09:50:00Z"));
    assert_eq!((alert.status, alert.starts_at), (Status::Resolved, at("2026-03-08T09:50:00Z")));
    let both = clear(r#", "time": "2026-03-08T09:50:00Z", "end_time": "2026-03-08T09:49:58Z""#);
    let alert = check_end(&both, Some("2026-03-08T09:49:58Z"));
    assert_eq!(alert.starts_at, at("2026-03-08T09:50:00Z"));
}

#[test]
fn a_zero_time_is_no_end() {
    let zero = "0001-01-01T00:00:00.000Z";
    let firing = format!(r#"{{"eui": "e", "name": "hot", "desc": "x", "endsAt": "{zero}"}}"#);
    let alert = check_end(&firing, None);
    assert_eq!(alert.extra.get("endsAt"), Some(zero));
    let cleared = format!(
        r#"{{"eui": "e", "name": "hot", "action": "clear", "time": "2026-03-08T09:50:00Z", "endsAt": "{zero}"}}"#
    );
    check_end(&cleared, Some("2026-03-08T09:50:00Z"));
}

#[test]
fn an_implausible_end_is_kept_in_the_rest_of_the_body() {
    for end in ["tomorrow", "2026-03-08 10:04:00", "2000-01-01T00:00:00Z"] {
        let body = format!(r#"{{"eui": "e", "name": "hot", "desc": "x", "endsAt": "{end}"}}"#);
        let alert = check_end(&body, None);
        assert_eq!(alert.extra.get("endsAt"), Some(end));
    }
    let alert = check_end(r#"{"eui": "e", "name": "hot", "desc": "x", "endsAt": {"in": "1h"}}"#, None);
    assert_eq!(alert.extra.get("endsAt.in"), Some("1h"));
}

#[test]
fn an_alert_does_not_expire_before_it_starts_and_has_not_ended_in_the_future() {
    let before_start = r#"{"eui": "e", "name": "hot", "desc": "x", "time": "2026-03-08T09:00:00Z",
                           "endsAt": "2026-03-08T08:59:59Z"}"#;
    let alert = check_end(before_start, None);
    assert_eq!(alert.extra.get("endsAt"), Some("2026-03-08T08:59:59Z"));
    // A day is the longest plausible lead of a sender's clock.
    let in_two_days = r#"{"eui": "e", "name": "hot", "action": "clear", "endsAt": "2026-03-10T10:00:01Z"}"#;
    check_end(in_two_days, None);
}

#[test]
fn an_end_does_not_change_the_identity_of_an_alert() {
    let with = alert(r#"{"eui": "e", "name": "hot", "desc": "x", "endsAt": "2026-03-08T10:04:00Z"}"#);
    let without = alert(r#"{"eui": "e", "name": "hot", "desc": "x"}"#);
    assert_eq!(Alert { ends_at: None, ..with }, without);
}
