use super::*;

#[test]
fn an_empty_text_is_the_same_as_no_such_name() {
    let mut labels: Labels = [("a", "b"), ("empty", "")].into_iter().collect();
    assert_eq!(labels.get("empty"), None);
    labels.set("a", "");
    assert!(labels.is_empty());
}

#[test]
fn an_empty_text_from_outside_is_none_either() {
    let labels: Labels = serde_json::from_str(r#"{"a": "", "b": "c"}"#).unwrap();
    assert_eq!(labels, [("b", "c")].into_iter().collect());
    assert_eq!(serde_json::to_string(&labels).unwrap(), r#"{"b":"c"}"#);
}

#[test]
fn what_is_there_is_not_filled_over() {
    let mut labels: Labels = [("a", "mine")].into_iter().collect();
    labels.fill_from(&[("a", "theirs"), ("b", "theirs")].into_iter().collect());
    assert_eq!(labels.iter().collect::<Vec<_>>(), [("a", "mine"), ("b", "theirs")]);
}
