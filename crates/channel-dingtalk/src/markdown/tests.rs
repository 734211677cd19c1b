use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(escape(text), expected);
}

#[test]
fn a_label_is_not_taken_for_markup() {
    check("**all good**", r"\*\*all good\*\*");
    check("cold_room_3", r"cold\_room\_3");
    check("[click](http://evil.example)", r"[click]\(http://evil.example)");
    check("![](http://evil.example/x.png)", r"![]\(http://evil.example/x.png)");
    check("[a][b] [a]: http://evil.example", r"[a]\[b] [a]\: http://evil.example");
    check(r"<font color=red>\", r"\<font color=red>\\");
}

#[test]
fn a_tag_in_brackets_stays_readable() {
    check("[URGENT] Temperature -9.4 °C > -18 °C", "[URGENT] Temperature -9.4 °C > -18 °C");
}

#[test]
fn a_line_of_a_text_begins_no_heading_quote_list_or_rule() {
    assert_eq!(
        escape_lines("# RESOLVED\n> ok\n---\n  [x]: y"),
        "\\# RESOLVED  \n\\> ok  \n\\---  \n\\[x]\\: y"
    );
}

proptest! {
    #[test]
    fn an_escaped_text_holds_no_bare_markup(text in r"[\\`*_~<\[\]()!a-z ]{0,40}") {
        let escaped = escape(&text);
        let mut signs = escaped.chars();
        while let Some(sign) = signs.next() {
            if sign == '\\' {
                signs.next();
            } else {
                prop_assert!(!"`*_~<".contains(sign), "{escaped}");
            }
        }
        prop_assert!(!escaped.contains("](") && !escaped.contains("]["), "{escaped}");
    }
}
