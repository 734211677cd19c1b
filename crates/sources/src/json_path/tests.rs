use super::*;

fn found(path: &str, body: &str) -> Vec<(String, Option<String>)> {
    let body = Json::parse(body.as_bytes()).unwrap();
    let path: JsonPath = path.parse().unwrap();
    path.find(&body).into_iter().map(|it| (it.place, it.value.text().map(str::to_owned))).collect()
}

#[track_caller]
fn check(path: &str, body: &str, expected: &[(&str, &str)]) {
    let expected: Vec<_> =
        expected.iter().map(|(place, text)| ((*place).to_owned(), Some((*text).to_owned()))).collect();
    assert_eq!(found(path, body), expected);
}

#[test]
fn a_path_finds_values_and_their_places_and_numbers_keep_their_digits() {
    check("$.a.b", r#"{"a": {"b": 12345678901234567890}}"#, &[("a.b", "12345678901234567890")]);
    check("$.a[1]['c d']", r#"{"a": [{}, {"c d": "x"}]}"#, &[("a[1].c d", "x")]);
    check("$[*].n", r#"[{"n": 1.50}, {"m": 2}, {"n": 3}]"#, &[("[0].n", "1.50"), ("[2].n", "3")]);
    check("$..n", r#"{"a": {"n": true}}"#, &[("a.n", "true")]);
    check("$", r#""whole""#, &[("$", "whole")]);
    check("$.a", "{}", &[]);
}

#[test]
fn a_filter_compares_texts_and_numbers() {
    let body = r#"{"a": [{"s": "x", "n": 1}, {"s": "y", "n": 20}]}"#;
    check("$.a[?@.s == 'y'].n", body, &[("a[1].n", "20")]);
    check("$.a[?@.n < 3].s", body, &[("a[0].s", "x")]);
}

#[test]
fn what_is_no_path_is_refused_in_one_line() {
    for text in ["", "trigger.name", "$.a[", "$.a[b", "$[?(@.a == ]", "$.a[?count()]"] {
        let complaint = text.parse::<JsonPath>().unwrap_err();
        assert!(complaint.contains("is not a JSONPath") && complaint.contains("$.alerts[*]"), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
    }
}

#[test]
fn the_list_of_a_path_to_its_items_is_known() {
    let list = |path: &str| path.parse::<JsonPath>().unwrap().list().map(|it| it.as_str().to_owned());
    assert_eq!(list("$.alerts[*]"), Some("$.alerts".to_owned()));
    assert_eq!(list("$[*]"), Some("$".to_owned()));
    assert_eq!(list("$.alerts[0]"), None);
}
