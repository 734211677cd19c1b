use proptest::prelude::*;

use super::*;
use crate::testing::{mapped, now, shipped, source};

#[test]
fn a_format_is_found_by_its_word() {
    for format in FormatKind::all() {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    assert_eq!(Format::tkl().kind().word(), "tkl");
}

#[test]
fn an_unknown_format_is_refused_with_the_known_ones() {
    let err = "tlk".parse::<FormatKind>().unwrap_err();
    let known = "tkl, tkl-telemetry, alertmanager, grafana, plain, json, zabbix, uptime-kuma, cloudevents, thingsboard, chirpstack, home-assistant";
    assert_eq!(err.to_string(), format!("`tlk` is not a format: expected one of {known}"));
}

/// Every format, ready to read.
fn formats() -> Vec<Format> {
    let everything =
        "{ each: '$..*', alertname: $.name, title: { template: '{{ name }}' }, labels: { all: '$..*' } }";
    FormatKind::all().map(|kind| shipped(kind.word()).unwrap_or_else(|| mapped(everything))).collect()
}

/// Checks that no body is lost in silence: it is an alert, or asks for nothing, or is refused.
fn check_nothing_is_lost(body: &[u8]) {
    for format in formats() {
        if let Ok(reading) = format.read(body, &Hints::default(), &source(), now()) {
            let parts = reading.alerts.len()
                + reading.heartbeats.len()
                + reading.nothing_to_do.len()
                + reading.refused.len();
            assert!(parts > 0, "{}: {}", format.kind(), String::from_utf8_lossy(body));
        }
    }
}

/// JSON of the names that the formats know, and others.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        "\\PC{0,12}".prop_map(Into::into),
        "firing|resolved|urgent|0001-01-01T00:00:00Z|2026-11-27T11:00:00Z|https://a".prop_map(Into::into),
    ];
    let name = "alerts|labels|annotations|status|startsAt|endsAt|alertname|name|severity|heartbeat|monitor|level|code|\
                batteryLevel|truncatedAlerts|commonLabels|values|data|type|\\PC{0,4}";
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            prop::collection::btree_map(name, inner, 0..6)
                .prop_map(|it| serde_json::Value::Object(it.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..64)) {
        check_nothing_is_lost(&body);
    }

    #[test]
    fn any_json_is_read_or_refused(body in json()) {
        check_nothing_is_lost(body.to_string().as_bytes());
    }
}

#[test]
fn every_table_of_a_format_is_made_before_the_first_body_arrives() {
    for source in [include_str!("../tkl/names.rs"), include_str!("../../../core/src/numbers.rs")] {
        let (_, warm_up) = source.split_once("fn warm_up").unwrap();
        let (warm_up, _) = warm_up.split_once("\n}").unwrap();
        let names = source.lines().filter_map(|line| line.strip_prefix("static ")?.split_once(": LazyLock<"));
        for (name, _) in names {
            assert!(warm_up.contains(&format!("&{name}")), "{name} is not made at the start");
        }
    }
}

#[test]
fn a_mail_is_read_by_the_format_if_its_text_is_json_and_as_a_mail_otherwise() {
    let title = |format: &str, text: &str| {
        let format = format.parse::<FormatKind>().unwrap().without_mapping().unwrap();
        let mail = InboundMail { subject: "subject".into(), text: text.into(), ..InboundMail::default() };
        let mut reading = format.read_mail(&mail, &SourceSettings::new("ups"), Timestamp::UNIX_EPOCH).ok()?;
        Some(reading.alerts.remove(0).alert.title().to_owned())
    };
    let json = r#"{"title": "from JSON", "level": "high"}"#;
    assert_eq!(title("tkl", json).as_deref(), Some("from JSON"));
    assert_eq!(title("tkl", "{ no JSON").as_deref(), Some("subject"));
    assert_eq!(title("tkl", "words").as_deref(), Some("subject"));
    assert_eq!(title("plain", json).as_deref(), Some("subject"), "its bodies are texts");
    assert_eq!(title("tkl", r#"{"action": "clear"}"#), None, "JSON that is no alert is not taken for a text");
}
