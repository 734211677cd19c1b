use fanfare_testkit::{HARD_LINES, ReadText, SoftBreak, check_shown, hard_text, read_markdown};
use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(escape(text), expected);
}

#[test]
fn a_label_is_not_taken_for_markup() {
    check("**all good**", r"\*\*all good\*\*");
    check("_cold_ room __3__", r"\_cold\_ room \_\_3\_\_");
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
fn a_sign_that_marks_nothing_has_no_backslash_before_it() {
    for text in [
        "cold_room_3, over_temp__x",
        r"C:\path\file",
        "5 * 3 °C",
        "~5 °C",
        "x < 5, <5",
        "AT&T",
        "https://a.example/x_y?b=1&c=~d",
    ] {
        check(text, text);
    }
}

#[test]
fn an_address_that_markup_would_change_is_a_link_under_its_own_name() {
    check(
        "see https://a.example/_x_?b=*c*d.",
        r"see [https://a.example/\_x\_?b=\*c\*d](https://a.example/_x_?b=%2Ac%2Ad).",
    );
}

#[test]
fn a_headline_ends_with_its_last_sign() {
    let read = read_markdown(&format!("### {}", escape_headline("Pump #")), SoftBreak::Blank);
    assert_eq!(read.text.trim(), "Pump #");
}

#[test]
fn a_line_of_a_text_begins_no_heading_quote_list_or_rule() {
    assert_eq!(
        escape_lines("# RESOLVED\n> ok\n---\n  [x]: y"),
        "\\# RESOLVED  \n\\> ok  \n\\---  \n\u{a0}\u{a0}[x]\\: y"
    );
}

/// The lines as DingTalk's client shows them.
fn read(lines: &str) -> ReadText {
    read_markdown(&escape_lines(lines), SoftBreak::Blank)
}

#[test]
fn hard_lines_are_shown_as_they_are() {
    HARD_LINES.iter().for_each(|line| check_shown(line, read));
    check_shown(&HARD_LINES.join("\n"), read);
}

proptest! {
    #[test]
    fn a_text_is_shown_as_it_is(text in hard_text()) {
        check_shown(&text, read);
    }

    #[test]
    fn a_fact_is_shown_as_it_is(text in hard_text()) {
        let text = fanfare_core::space_after_addresses(&fanfare_core::one_line(&text));
        let read = read_markdown(&format!("- **Device**: {}", escape(&text)), SoftBreak::Blank);
        let expected = format!("Device: {text}");
        prop_assert_eq!(read.text.trim_end(), expected.trim_end());
        prop_assert_eq!(read.markup, ["List(None)", "Item", "Strong"]);
    }
}
