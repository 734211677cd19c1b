use super::*;

fn flat(body: &str) -> Labels {
    let Ok(Json::Object(fields)) = Json::parse(body.as_bytes()) else { panic!("{body}") };
    flatten(fields)
}

#[track_caller]
fn check(body: &str, expected: &[(&str, &str)]) {
    assert_eq!(flat(body), expected.iter().copied().collect());
}

#[test]
fn parts_are_named_by_their_path() {
    check(
        r#"{"a": {"b": {"c": 1.50}}, "d": true, "e": "x"}"#,
        &[("a.b.c", "1.50"), ("d", "true"), ("e", "x")],
    );
    check(r#"{"tags": ["KS52", "2F", 3, null]}"#, &[("tags", "KS52, 2F, 3")]);
    check(r#"{"a": [{"b": 1}, [2, 3]]}"#, &[("a[0].b", "1"), ("a[1]", "2, 3")]);
    check(r#"{"a": {}, "b": [], "c": " ", "d": null}"#, &[]);
}

#[test]
fn a_long_text_is_cut_and_says_so() {
    let extra = flat(&format!(r#"{{"a": "{}"}}"#, "温".repeat(4000)));
    let text = extra.get("a").unwrap();
    assert!(text.len() <= 4096 && text.ends_with("温… [cut]"));
}

#[test]
fn a_long_name_is_cut() {
    let extra = flat(&format!(r#"{{"{}": {{"b": 1}}}}"#, "a".repeat(10_000)));
    assert!(extra.iter().all(|(path, text)| path.len() <= 256 && text == "1"));
}

#[test]
fn too_many_entries_are_cut_from_the_deepest_and_counted() {
    let deep: Vec<String> = (0..300).map(|i| format!(r#""a{i}": {i}"#)).collect();
    let extra = flat(&format!(r#"{{"a": {{{}}}, "z": "kept"}}"#, deep.join(",")));
    assert_eq!(extra.iter().count(), 201);
    assert_eq!(extra.get("z"), Some("kept"));
    assert_eq!(extra.get("[cut]"), Some("101 more entries were left out"));
}

#[test]
fn deep_nesting_is_cut_and_says_so() {
    let extra = flat(&format!("{}1{}", r#"{"a":"#.repeat(17), "}".repeat(17)));
    let path = ["a"; 16].join(".");
    assert_eq!(extra.get(&path), Some("[cut: nested too deep]"));
    let extra = flat(&format!("{}1{}", r#"{"a":"#.repeat(16), "}".repeat(16)));
    assert_eq!(extra.get(&path), Some("1"));
}
