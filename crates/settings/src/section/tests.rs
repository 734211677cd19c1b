use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use fanfare_core::Secret;
use serde::Deserialize;

use super::Section;
use crate::place::{Position, SettingPath};
use crate::testing::{ListedSecrets, context, tree};

/// A secret that people wrote where it does not belong.
const LITERAL: &str = "SEC-very-secret";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Garden {
    name: String,
    key: Option<Secret>,
    #[serde(default)]
    beds: Vec<Bed>,
    area: Option<u16>,
    #[serde(default)]
    notes: BTreeMap<String, String>,
    #[serde(rename = "allow_inline_secrets", default)]
    _allow_inline_secrets: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bed {
    flower: Flower,
    colour: Option<Hue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Flower {
    Rose,
    Tulip,
}

/// A text for which the empty one does not pass.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Hue(String);

impl TryFrom<String> for Hue {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "red" { Ok(Self(text)) } else { Err("only red is left".to_owned()) }
    }
}

const SECRETS: ListedSecrets = ListedSecrets(&[("KEY", "SEC-key"), ("/etc/key", "SEC-in-file\n")]);

fn read(text: &str) -> (Option<Garden>, Section) {
    let root = tree(text);
    let context = context(text, &root, &SECRETS);
    let mut section = Section::new(root);
    let garden = section.read(&context);
    (garden, section)
}

#[track_caller]
fn sound(text: &str) -> Garden {
    let (garden, section) = read(text);
    assert!(section.is_sound(), "{section:?}");
    garden.unwrap()
}

#[track_caller]
fn check_problems(text: &str, expected: Expect) {
    let (_, section) = read(text);
    let mut problems = section.into_problems();
    problems.sort();
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let lines = lines.join("\n");
    assert!(!lines.contains(LITERAL), "a secret is told: {lines}");
    expected.assert_eq(&lines);
}

#[test]
fn sound_settings_are_read_as_their_type() {
    let garden = sound(
        "{ name: 007, key: { env: KEY }, beds: [{ flower: rose, colour: red }], area: 12, notes: { x: y } }",
    );
    assert_eq!(garden.name, "007", "a number that is meant as text keeps its digits");
    assert_eq!(garden.key.as_ref().unwrap().expose(), "SEC-key");
    let [Bed { flower: Flower::Rose, colour: Some(Hue(hue)) }] = garden.beds.as_slice() else {
        panic!("one bed is expected: {garden:?}")
    };
    assert_eq!((hue.as_str(), garden.notes["x"].as_str()), ("red", "y"));
    assert_eq!(garden.area, Some(12));
}

#[test]
fn a_secret_is_read_where_it_is_kept() {
    let key = |text: &str| sound(&format!("{{ name: x, key: {text} }}")).key.map(|it| it.expose().to_owned());
    assert_eq!(key("{ file: key }").as_deref(), Some("SEC-in-file"));
    assert_eq!(key("~"), None);
    let inline = sound("{ name: x, key: SEC-inline, allow_inline_secrets: true }");
    assert_eq!(inline.key.unwrap().expose(), "SEC-inline");
}

#[test]
fn a_variable_that_is_not_in_utf8_is_not_said_to_be_missing() {
    check_problems(
        "{ name: x, key: { env: LATIN } }",
        expect![
            "1:24: error: key.env: the environment variable `LATIN` is set to something that is not in UTF-8: write the secret anew"
        ],
    );
}

/// The problems of a garden whose key stands in the config itself.
#[track_caller]
fn check_inline(key: &str, expected: Expect) {
    check_problems(&format!("{{ name: '\"x\"', allow_inline_secrets: true, key: {key} }}"), expected);
}

#[test]
fn a_secret_in_the_config_itself_must_be_one_too() {
    check_inline(
        "''",
        expect![
            "1:49: error: key: the secret is empty: write it, or keep it as `{ env: NAME }` or `{ file: PATH }`"
        ],
    );
    check_inline(
        r#""SEC-very-secret\u200b""#,
        expect![
            "1:49: error: key: the secret holds a character that nobody sees, U+200B, at place 16: write the secret anew"
        ],
    );
    check_inline(
        r#""\ufeffSEC-very-secret""#,
        expect![
            "1:49: error: key: the secret holds a character that nobody sees, U+FEFF, at place 1: write the secret anew"
        ],
    );
    check_inline(
        r#""SEC-very-secret\nSEC-very-secret""#,
        expect!["1:49: error: key: the secret has several lines: keep nothing but the secret in it"],
    );
    check_inline(
        "vault:secret/garden",
        expect![
            "1:49: error: key: the secret holds the placeholder `vault:…`, which nothing fills in: put the secret itself there"
        ],
    );
    check_inline(r#"" SEC-very-secret\n""#, expect![""]);
}

#[test]
fn a_secret_in_the_config_itself_is_doubted_like_one_that_is_kept_elsewhere() {
    check_inline(
        "'\"SEC-very-secret\"'",
        expect![[
            r#"1:49: warning: key: the secret begins with " and ends with ", which are taken as a part of it: leave them out if they are not"#
        ]],
    );
    check_inline(
        "change-me",
        expect!["1:49: warning: key: the secret reads like an example's, which somebody was to replace"],
    );
    check_inline(
        "'********'",
        expect!["1:49: warning: key: the secret reads like an example's, which somebody was to replace"],
    );
    check_inline("'SEC\"very-secret'", expect![""]);
}

#[test]
fn every_mistake_is_told_at_once() {
    check_problems(
        "
key: SEC-very-secret
beds:
  - { flower: lily, colour: blue }
  - { colour: green }
  - rose
area: 70000
notes: { x: [1] }
",
        expect![[r#"
            2:1: error: missing setting `name`
            2:6: error: key: a secret must not stand in the config itself: write `{ env: NAME }` or `{ file: PATH }`, or allow it with `allow_inline_secrets: true` at the top
            4:15: error: beds[0].flower: unknown word `lily`; known are `rose`, `tulip`
            4:29: error: beds[0].colour: only red is left
            5:5: error: beds[1]: missing setting `flower`
            5:15: error: beds[1].colour: only red is left
            6:5: error: beds[2]: expected a map (`name: value`), found a text
            7:7: error: area: not allowed: expected a whole number up to 65535
            8:10: error: notes.x: expected a text, found a list"#]],
    );
}

#[test]
fn a_misspelt_setting_is_not_missing_too_and_its_value_is_looked_at() {
    check_problems(
        "{ nmae: x, areas: much }",
        expect![[r#"
        1:3: error: nmae: unknown setting `nmae`; did you mean `name`? known are `name`, `key`, `beds`, `area`, `notes`, `allow_inline_secrets`
        1:12: error: areas: unknown setting `areas`; did you mean `area`? known are `name`, `key`, `beds`, `area`, `notes`, `allow_inline_secrets`
        1:19: error: area: expected a number, found a text"#]],
    );
    check_problems(
        "{ name: x, zebra: { stripes: 7 } }",
        expect![
            "1:12: error: zebra: unknown setting `zebra`; known are `name`, `key`, `beds`, `area`, `notes`, `allow_inline_secrets`"
        ],
    );
}

#[test]
fn settings_that_are_read_elsewhere_are_known_at_the_top_of_a_part_only() {
    let text = "{ name: x, zebra: 1, beds: [{ flower: rose, zebra: 1 }] }";
    let root = tree(text);
    let context = context(text, &root, &SECRETS);
    let position = Position { line: 9, column: 1 };
    let mut section = Section::with_path(SettingPath::new("gardens").key("mine"), position, root, &["kind"]);
    let _: Option<Garden> = section.read(&context);
    let problems: Vec<String> = section.into_problems().iter().map(ToString::to_string).collect();
    expect![[r#"
        1:12: error: gardens.mine.zebra: unknown setting `zebra`; known are `name`, `key`, `beds`, `area`, `notes`, `allow_inline_secrets`, `kind`
        1:45: error: gardens.mine.beds[0].zebra: unknown setting `zebra`; known are `flower`, `colour`"#]]
    .assert_eq(&problems.join("\n"));
}

#[test]
fn a_whole_that_is_no_map_has_one_problem() {
    check_problems("[a, b]", expect!["1:1: error: expected a map (`name: value`), found a list"]);
    check_problems("", expect!["1:1: error: expected a map (`name: value`), found nothing"]);
}

#[test]
fn a_reported_setting_is_not_complained_about_again() {
    let (_, mut section) = read("{ name: x, area: much }");
    let area = SettingPath::new("area");
    assert!(section.is_reported(&area) && !section.is_reported(&SettingPath::new("name")));
    section.error(&area, "is too large");
    section.warning(&SettingPath::new("name"), "is short");
    let problems: Vec<String> = section.into_problems().iter().map(ToString::to_string).collect();
    expect![[r#"
        1:18: error: area: expected a number, found a text
        1:9: warning: name: is short"#]]
    .assert_eq(&problems.join("\n"));
}
