//! Properties of every body.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::names::{Meaning, known};
use super::super::words::{Announced, all};
use super::*;

/// A word that is no name, unit, state or level.
fn word() -> impl Strategy<Value = String> {
    "(blue|grey|iron|old|new|left) (crane|lamp|gear|tube|crate|hatch)"
}

fn field() -> impl Strategy<Value = &'static str> {
    prop::sample::select(
        &["message", "desc", "title", "告警内容", "note", "gizmo", "location", "reason", "text"][..],
    )
}

/// Neither, or one, of device and alarm.
fn subject() -> impl Strategy<Value = Map<String, Value>> {
    prop::sample::select(vec![
        json!({}),
        json!({ "deviceName": "P1" }),
        json!({ "eui": "ab12" }),
        json!({ "alarm_name": "hot" }),
    ])
    .prop_map(|it| it.as_object().unwrap().clone())
}

fn with(subject: &Map<String, Value>, pairs: &[(&str, Value)]) -> String {
    let mut body = subject.clone();
    body.extend(pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    Value::Object(body).to_string()
}

proptest! {
    #[test]
    fn a_different_word_is_another_alarm(subject in subject(), field in field(), one in word(), other in word()) {
        let of = |word: &str| alert(&with(&subject, &[(field, json!(format!("The {word} fell")))])).incident_key();
        prop_assert_eq!(of(&one) == of(&other), one == other);
    }

    #[test]
    fn a_different_number_of_a_thing_is_another_alarm(
        subject in subject(), field in field(), a in 0..100_000_u32, b in 0..100_000_u32,
        form in prop::sample::select(&["Room # burns", "#号泵", "card #", "B#", "Zone-#", "#楼", "# burns", "Door #A"][..]),
    ) {
        let of = |number: u32| alert(&with(&subject, &[(field, json!(form.replace('#', &number.to_string())))])).incident_key();
        prop_assert_eq!(of(a) == of(b), a == b);
    }

    #[test]
    fn a_different_whole_number_under_an_unknown_name_is_another_alarm(
        subject in subject(), a in any::<i32>(), b in any::<i32>(), name in "[a-o]{3,8}_x", // none that names a credential
    ) {
        let of = |number: i32| alert(&with(&subject, &[("message", json!("hot")), (&name, json!(number))])).incident_key();
        prop_assert_eq!(of(a) == of(b), a == b);
    }

    #[test]
    fn device_and_name_are_the_alarm_whatever_else_is_said(one in ".{0,20}", other in ".{0,20}", field in field()) {
        prop_assume!(field != "location"); // another place is another alarm
        let of = |text: &str| {
            let body = json!({ "eui": "ab12", "alarm_name": "hot", field: text });
            alert(&body.to_string()).incident_key()
        };
        prop_assert_eq!(of(&one), of(&other));
    }

    #[test]
    fn a_body_that_says_anything_is_shown_or_refused(
        subject in subject(), name in "[a-z\\u4e00-\\u4e2f]{2,9}", text in word(),
    ) {
        // These say for whom a message is and how it travelled.
        prop_assume!(!known(&name).is_some_and(|it| matches!(
            it.meaning,
            Meaning::Envelope | Meaning::Groups | Meaning::Mobiles | Meaning::UserIds | Meaning::Everybody
        )));
        let body = with(&subject, &[(&name, json!(text))]);
        match try_read(&body, &Hints::default()) {
            Ok(reading) => {
                let alert = &reading.alerts[0].alert;
                prop_assert!(visible(alert).to_lowercase().contains(&text) || alert.severity_sent.is_some(), "{body}: {alert:?}");
            }
            Err(refused) => prop_assert_eq!(refused.fault, BodyFault::NotAnAlert),
        }
    }

    #[test]
    fn every_word_for_the_end_ends_what_the_same_fields_raised(
        subject in subject(), field in field(), text in word(),
        state in prop::sample::select(&["action", "status", "state", "alarm_status", "alarmState", "op", "状态", "动作", "eventType", "event"][..]),
        raise in prop::sample::select(all(Announced::Raise)), clear in prop::sample::select(all(Announced::Clear)),
    ) {
        let say = |word: &str| alert(&with(&subject, &[(field, json!(text)), (state, json!(word))]));
        let (raised, cleared) = (say(raise), say(clear));
        prop_assert_eq!((raised.status, cleared.status), (Status::Firing, Status::Resolved));
        prop_assert_eq!(raised.incident_key(), cleared.incident_key());
        prop_assert_eq!(say(&clear.to_uppercase()).status, Status::Resolved);
    }
}

#[test]
fn what_was_not_understood_is_named() {
    let check = |body: &str, unread: &[&str], level: Option<&str>| {
        let read = try_read(body, &Hints::default()).unwrap().alerts.remove(0);
        assert_eq!(
            (read.unread, read.unknown_level.as_deref()),
            (unread.iter().map(|it| (*it).to_owned()).collect(), level),
            "{body}"
        );
    };
    check(
        r#"{"eui": "e", "message": "x", "value": 3, "location": "Hall", "rssi": -5, "jsonrpc": "2.0"}"#,
        &[],
        None,
    );
    check(r#"{"eui": "e", "message": "x", "foo": {"bar": 1}, "baz": 2}"#, &["baz", "foo.bar"], None);
    check(
        r#"{"eui": "e", "message": "x", "action": "frobnicate", "level": "spicy"}"#,
        &["action"],
        Some("spicy"),
    );
    check(
        r#"{"eui": "e", "message": "x", "time": "tomorrow", "at_all": "perhaps"}"#,
        &["at_all", "time"],
        None,
    );
    check(r#"{"eui": "e", "message": "x", "action": "new", "status": "normal"}"#, &["status"], None);
    check(r#"{"eui": "e", "message": "x", "telemetry": {"anything": 5}}"#, &[], None);
}

#[test]
fn words_where_a_time_or_a_counter_is_expected_are_shown_and_tell_alarms_apart() {
    for subject in [json!({ "alarm_name": "hot" }), json!({ "deviceName": "P1", "message": "hot" })] {
        let of = |name: &str, text: &str| alert(&with(subject.as_object().unwrap(), &[(name, json!(text))]));
        for name in ["ts", "time", "cleared_at", "时间", "seq", "duration", "eventId", "序号", "持续时间"]
        {
            let [one, other] = ["blue crane", "三号泵"].map(|it| of(name, it));
            assert_ne!(one.incident_key(), other.incident_key(), "{subject} {name}");
            let has_text = subject.get("message").is_some(); // beside which what is left over does not stand
            assert_ne!(visible(&other).contains("三号泵"), has_text, "{subject} {name}: {other:?}");
        }
        for (name, one, other) in
            [("uuid", "abcdef", "fedcba"), ("nonce", "xyz", "zyx"), ("ts", "1795776000", "1795776001")]
        {
            assert_eq!(of(name, one).incident_key(), of(name, other).incident_key(), "{subject} {name}");
        }
    }
}
