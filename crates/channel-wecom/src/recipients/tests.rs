use serde_json::json;

use super::*;

#[track_caller]
fn check(written: serde_json::Value, joined: &str) {
    let recipients: Recipients = serde_json::from_value(written).unwrap();
    assert_eq!(recipients.joined(), joined);
}

#[test]
fn recipients_are_a_list_or_a_joined_text() {
    check(json!(["zhangsan", "lisi"]), "zhangsan|lisi");
    check(json!("zhangsan | lisi|"), "zhangsan|lisi");
    check(json!("@all"), "@all");
    check(json!([2, "3|4"]), "2|3|4");
    check(json!(2), "2");
    check(json!([]), "");
}

#[test]
fn anything_else_is_refused_with_what_would_be_right() {
    let err = serde_json::from_value::<Recipients>(json!({ "user": "zhangsan" })).unwrap_err();
    assert!(err.to_string().contains("a list, or one text joined by `|`"), "{err}");
}
