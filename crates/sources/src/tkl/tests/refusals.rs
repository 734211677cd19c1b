use expect_test::expect;
use proptest::prelude::*;

use super::*;

#[test]
fn an_alert_that_is_no_object_is_refused() {
    check_refused("5", expect!["$: found a number, expected an alert: an object"]);
    check_refused(r#""hunter2""#, expect!["$: found a text, expected an alert: an object"]);
    check_refused("null", expect!["$: found null, expected an alert: an object"]);
    check_refused("[[]]", expect!["[0]: found a list, expected an alert: an object"]);
}

#[test]
fn a_field_of_the_wrong_type_is_refused_with_its_path() {
    check_refused(r#"{"params": 5}"#, expect!["params: found a number, expected an object"]);
    check_refused(r#"{"dnMsg": {"data": "x"}}"#, expect!["dnMsg.data: found a text, expected an object"]);
    check_refused(
        r#"{"device": ["a"], "desc": "x"}"#,
        expect!["device: found a list, expected an object or a name"],
    );
    check_refused(
        r#"{"params": {"level": {"a": "hunter2"}, "desc": "x"}}"#,
        expect!["params.level: found an object, expected a text"],
    );
    check_refused(r#"{"eui": ["hunter2"], "desc": "x"}"#, expect!["eui: found a list, expected a text"]);
    check_refused(
        r#"{"_eui": "e", "name": "n", "action": {}}"#,
        expect!["action: found an object, expected a text"],
    );
}

#[test]
fn a_body_without_content_is_refused_with_the_fields_that_would_do() {
    check_refused(
        "{}",
        expect![
            "$: found nothing to tell, expected at least one of `name`, `alarm_name`, `title`, `desc`, `content`, `level`"
        ],
    );
    check_refused(
        r#"{"eui": "e", "telemetry_data": {"t": 1}}"#,
        expect![
            "$: found nothing to tell, expected at least one of `name`, `alarm_name`, `title`, `desc`, `content`, `level`"
        ],
    );
}

#[test]
fn a_clear_that_says_nothing_is_refused_with_what_would_do() {
    for body in [r#"{"action": "clear"}"#, r#"{"status": "normal", "level": "high"}"#] {
        check_refused(
            body,
            expect![
                "$: a clear must say of what: add `name` and `eui`, or the text of the alarm, to the body, or `?alarm=` and `?eui=` to the address"
            ],
        );
    }
}

#[test]
fn an_unreadable_entry_of_a_list_is_named_and_costs_only_itself() {
    let body = r#"[5, {"desc": "a"}, {"desc": "b", "params": {"level": []}}, {"desc": "c"}]"#;
    let reading = try_read(body, &Hints::default()).unwrap();
    let paths: Vec<_> = reading.alerts.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(paths, ["[1]", "[3]"]);
    let refused: Vec<_> = reading.refused.iter().map(ToString::to_string).collect();
    assert_eq!(
        refused,
        [
            "[0]: found a number, expected an alert: an object",
            "[2].params.level: found a list, expected a text"
        ]
    );
}

#[test]
fn a_list_of_which_nothing_can_be_read_is_refused_with_its_first_fault() {
    check_refused(
        "[{}, 5]",
        expect![
            "[0]: found nothing to tell, expected at least one of `name`, `alarm_name`, `title`, `desc`, `content`, `level`"
        ],
    );
}

#[test]
fn malformed_json_is_a_fault_of_its_own() {
    assert_eq!(try_read("desc=x", &Hints::default()).unwrap_err().fault, BodyFault::Malformed);
}

/// Names that the format reads.
const KNOWN: &[&str] = &[
    "dnMsg",
    "data",
    "params",
    "alarm",
    "device",
    "mention",
    "eui",
    "_eui",
    "target",
    "id",
    "name",
    "alarm_name",
    "type",
    "action",
    "level",
    "title",
    "desc",
    "content",
    "group",
    "notify",
    "notice_groups",
    "at_mobiles",
    "at_all",
    "mobiles",
    "all",
    "time",
    "jsonrpc",
    "server_attrs",
    "token",
];

/// One of the known names, or now and then an unknown one.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => prop::sample::select(KNOWN).prop_map(str::to_owned), 1 => ".{0,6}"]
}

/// Any JSON, mostly with known names.
pub(super) fn json() -> impl Strategy<Value = serde_json::Value> {
    let words = prop::sample::select(
        &["new", "clear", "no", "notify", "alarm", "high", "x", "", "1772959238000"][..],
    );
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        words.prop_map(Into::into),
        ".{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 40, 8, |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            4 => prop::collection::btree_map(name(), inner, 0..8).prop_map(|it| it.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_body_is_read_or_refused_without_a_panic(body in json(), eui in prop::option::of(".{0,6}")) {
        let read = try_read(&body.to_string(), &Hints { eui, ..Hints::default() });
        for alert in read.into_iter().flat_map(|it| it.alerts).map(|it| it.alert) {
            prop_assert!(alert.labels.get("alertname").is_some());
            prop_assert_eq!(alert.text_of("source"), "thinklink");
            prop_assert!(alert.kind == Kind::Alarm || alert.status == Status::Firing);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        // That it answers is enough.
        let _answered = read(&bytes, &Hints::default(), &source(), NOW.parse().unwrap()).is_ok();
    }
}

#[test]
fn a_body_that_is_almost_json_is_read_and_its_fault_is_told() {
    for (body, fault) in [
        ("{\"eui\": \"a1\", \"desc\": \"Line 1\nLine 2\"}", "control character"),
        ("{\"eui\": \"a1\", \"desc\": \"Line 1\r\n\tLine 2\", \"t\": NaN}", "control character"),
        (r#"{"eui": "a1", "desc": "Line 1 Line 2", "t": NaN, "u": -Infinity}"#, "expected value"),
        (r#"[{"eui": "a1", "desc": "Line 1 Line 2",}, ]"#, "key must be a string"),
    ] {
        let reading = try_read(body, &Hints::default()).unwrap();
        let told = reading.alerts[0].alert.annotations.get("description").unwrap().to_owned();
        assert_eq!(told.split_whitespace().collect::<Vec<_>>().join(" "), "Line 1 Line 2", "{body}");
        let mended = reading.mended.unwrap().message;
        assert!(mended.contains(fault), "{mended}");
    }
    let strict = try_read(r#"{"eui": "a1", "desc": "NaN, ] or ,}"}"#, &Hints::default()).unwrap();
    assert_eq!(
        (strict.mended, strict.alerts[0].alert.annotations.get("description")),
        (None, Some("NaN, ] or ,}"))
    );
    for body in [r#"{"eui": "a1", "desc": "x"#, r#"{"eui": hunter2,}"#, "", "NaN,"] {
        assert_eq!(try_read(body, &Hints::default()).unwrap_err().fault, BodyFault::Malformed, "{body}");
    }
}
