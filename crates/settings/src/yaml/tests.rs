use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::parse;
use crate::node::{Node, Value};
use crate::place::SettingPath;

/// Compares the position and kind of each value.
#[track_caller]
fn check(text: &str, expected: Expect) {
    let mut problems = Vec::new();
    let found = match parse(text, &mut problems) {
        Ok(node) => {
            let mut lines = Vec::new();
            list(&node, &SettingPath::default(), &mut lines);
            lines.extend(problems.iter().map(ToString::to_string));
            lines.join("\n")
        }
        Err(problem) => problem.to_string(),
    };
    assert!(!found.contains("SEC-very-secret"), "a secret is told: {found}");
    expected.assert_eq(&found);
}

fn list(node: &Node, path: &SettingPath, lines: &mut Vec<String>) {
    let place = node.position;
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                list(&entry.node, &path.key(&entry.name), lines);
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                list(item, &path.index(index), lines);
            }
        }
        other @ (Value::Nothing
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Placeholder(_)) => {
            lines.push(format!("{}:{} {path} is {}", place.line, place.column, other.kind()));
        }
    }
}

#[test]
fn every_value_knows_its_place() {
    check(
        "a: 1\nb:\n  - x\n  - { y: true, z: ~ }\n",
        expect![[r#"
            1:4 a is a number
            3:5 b[0] is a text
            4:10 b[1].y is true or false
            4:19 b[1].z is nothing"#]],
    );
}

#[test]
fn columns_count_characters_and_not_bytes() {
    check(
        "{ 名字: 冷库, b: 1 }",
        expect![[r#"
        1:7 名字 is a text
        1:14 b is a number"#]],
    );
}

#[test]
fn words_that_old_yaml_took_for_booleans_are_texts() {
    check(
        "{ a: no, b: on, c: y, d: true }",
        expect![[r#"
        1:6 a is a text
        1:13 b is a text
        1:20 c is a text
        1:26 d is true or false"#]],
    );
}

#[test]
fn an_alias_stands_where_it_is_used() {
    check(
        "a: &it { x: 1 }\nb: *it\nc:\n  <<: *it\n  y: 2\n",
        expect![[r#"
        1:13 a.x is a number
        2:4 b.x is a number
        5:6 c.y is a number
        4:7 c.x is a number"#]],
    );
}

#[test]
fn every_name_that_stands_twice_is_told() {
    check(
        "a: 1\nb: { c: 1, c: 2, c: 3 }\na: 2\n",
        expect![[r#"
        1:4 a is a number
        2:9 b.c is a number
        3:1: error: a: stands here a second time; the first is on line 1
        2:12: error: b.c: stands here a second time; the first is on line 2
        2:18: error: b.c: stands here a second time; the first is on line 2"#]],
    );
}

#[test]
fn what_is_not_yaml_is_told_with_its_place_and_without_the_text() {
    check("token: [SEC-very-secret", expect![[r#"1:8: error: not readable as YAML: unclosed bracket '['"#]]);
    check("a: 'SEC-very-secret", expect![[r#"1:4: error: not readable as YAML: unclosed quote"#]]);
    check(
        "a: b\n c: SEC-very-secret: d",
        expect![[r#"2:3: error: not readable as YAML: mapping values are not allowed in this context"#]],
    );
    check("\ta: b", expect![[r#"1:5 a is a text"#]]);
    check("a: *nowhere", expect![[r#"1:4: error: not readable as YAML: alias references unknown anchor"#]]);
    check("a: 1\n---\nb: 2", expect![[r#"3:1: error: a second document begins here; a config is one"#]]);
}

#[test]
fn a_text_that_grows_without_end_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let below = level - 1;
        text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{below}"); 9].join(", ")));
    }
    assert!(parse(&text, &mut Vec::new()).is_err());
}

proptest! {
    #[test]
    fn every_text_is_read_or_refused(text in "[a-c:{}\\[\\],&*#'\"|> \n-]{0,40}") {
        if let Err(problem) = parse(&text, &mut Vec::new()) {
            prop_assert!(!problem.message.is_empty());
        }
    }
}
