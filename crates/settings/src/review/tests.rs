use expect_test::{Expect, expect};

use super::*;
use crate::testing::{ListedSecrets, context, tree};

static SECRETS: ListedSecrets = ListedSecrets(&[
    ("QUOTED", "\"goodkey\""),
    ("WIDE", "“goodkey”"),
    ("EXAMPLE", "your-token-here"),
    ("CROSSES", "xxxxxxxx"),
    ("GOOD", "g\"ood'key"),
    ("UNFILLED", "${TOKEN}"),
    ("/etc/open", "goodkey"),
]);

#[track_caller]
fn check(text: &str, expected: Expect) {
    let mut problems = Vec::new();
    review(&tree(text), &context(text, &tree(text), &SECRETS), &mut problems);
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn a_placeholder_anywhere_is_filled_in_by_nothing() {
    check(
        "a: { host: '${HOST}', list: [x, '<your host>'] }\nmatchers: ['device =~ \"a${1}\"']\nmapping: { title: '{{ host }}' }\nb: <me@example.com>",
        expect![[r#"
            1:12: error: a.host: `${…}` is filled in by nothing: write the value itself; a secret can be `{ env: NAME }` or `{ file: PATH }`
            1:33: error: a.list[1]: `<…>` is filled in by nothing: write the value itself; a secret can be `{ env: NAME }` or `{ file: PATH }`"#]],
    );
}

#[test]
fn a_secret_in_quotes_or_out_of_an_example_is_a_doubt_and_not_quoted() {
    check(
        "a: { env: QUOTED }\nb: { env: WIDE }\nc: { env: EXAMPLE }\nd: { env: CROSSES }\ne: { env: GOOD }\nf: { env: UNFILLED }",
        expect![[r#"
            1:11: warning: a.env: the secret begins with " and ends with ", which are taken as a part of it: leave them out if they are not
            2:11: warning: b.env: the secret begins with “ and ends with ”, which are taken as a part of it: leave them out if they are not
            3:11: warning: c.env: the secret reads like an example's, which somebody was to replace
            4:11: warning: d.env: the secret reads like an example's, which somebody was to replace"#]],
    );
}

#[test]
fn a_secret_that_others_may_read_is_a_doubt() {
    check(
        "a: { file: open }\nb: { file: missing }",
        expect![[
            r#"1:12: warning: a.file: others on this machine may read the file: chmod 600 it, or 640 for a group"#
        ]],
    );
}

#[test]
fn a_secret_that_others_may_put_another_in_place_of_is_a_doubt() {
    check(
        "a: { file: loose }",
        expect![[
            r#"1:12: warning: a.file: others on this machine may put another secret there: chmod 600 the file, or 640 for a group"#
        ]],
    );
}

#[test]
fn wide_quotes_around_a_value_are_a_part_of_it() {
    check(
        "a: “smtp.example.com”",
        expect![[
            r#"1:4: warning: a: the value begins with “ and ends with ”, which are taken as a part of it: leave them out if they are not"#
        ]],
    );
}
