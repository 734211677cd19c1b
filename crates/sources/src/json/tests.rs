use expect_test::{Expect, expect};

use super::*;

#[track_caller]
fn check(body: impl AsRef<[u8]>, expected: Json) {
    assert_eq!(Json::parse(body.as_ref()), Ok(expected));
}

#[track_caller]
fn check_refused(body: impl AsRef<[u8]>, expected: Expect) {
    let err = Json::parse(body.as_ref()).unwrap_err();
    assert_eq!(err.fault, BodyFault::Malformed);
    expected.assert_eq(&err.to_string());
}

fn number(digits: &str) -> Json {
    Json::Number(digits.to_owned())
}

#[test]
fn a_number_keeps_every_digit() {
    for digits in ["45616600866361349", "123456789012345678901234567890", "-0.10", "1E+400", "41.20"] {
        check(digits, number(digits));
        check(format!("[ {digits} ]"), Json::List(vec![number(digits)]));
    }
}

#[test]
fn a_field_that_is_null_is_absent() {
    check(r#"{"a": null, "b": [null]}"#, Json::Object([("b".into(), Json::List(vec![Json::Null]))].into()));
}

#[test]
fn the_last_of_two_fields_with_one_name_counts() {
    check(r#"{"a": 1, "a": 2}"#, Json::Object([("a".into(), number("2"))].into()));
}

#[test]
fn half_a_surrogate_pair_costs_that_character_only() {
    let Ok(Json::Object(fields)) = Json::parse(br#"{"de\ud83dsc": "fire \ud83d"}"#) else { panic!() };
    let (name, text) = fields.first_key_value().unwrap();
    assert!(name.starts_with("de\u{fffd}") && name.ends_with("sc"));
    assert!(text.text().unwrap().starts_with("fire \u{fffd}"));
    check(r#""\ud83d\ude92""#, Json::Text("🚒".into()));
}

#[test]
fn a_byte_order_mark_is_skipped() {
    check("\u{feff}true", Json::Bool(true));
}

#[test]
fn malformed_json_is_refused_with_line_and_column() {
    check_refused("", expect!["$: not JSON: EOF while parsing a value at line 1 column 0"]);
    check_refused("{\"a\":\n 1,}", expect!["$: not JSON: key must be a string at line 2 column 4"]);
    check_refused("{\"password\": hunter2}", expect!["$: not JSON: expected value at line 1 column 14"]);
    check_refused("{} {}", expect!["$: not JSON: trailing characters at line 1 column 4"]);
    check_refused(
        b"{\"a\": \"\xCE\xC2\"}",
        expect!["$: not JSON: invalid unicode code point at line 1 column 8"],
    );
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    check_refused("[".repeat(100_000) + &"]".repeat(100_000), expect!["$: nested deeper than 128 levels"]);
    check_refused(
        "{\"a\":".repeat(129) + "1" + &"}".repeat(129),
        expect!["$: nested deeper than 128 levels"],
    );
    assert!(Json::parse(("[".repeat(128) + &"]".repeat(128)).as_bytes()).is_ok());
}
