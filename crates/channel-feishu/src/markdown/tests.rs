use fanfare_testkit::{HARD_LINES, ReadText, SoftBreak, check_shown, hard_text, read_markdown};
use proptest::prelude::*;

use super::*;

#[test]
fn a_label_is_not_taken_for_markup_or_a_mention() {
    assert_eq!(escape("**all good**"), "&#42;&#42;all good&#42;&#42;");
    assert_eq!(escape("<at id=all></at>"), "&lt;at id=all&gt;&lt;/at&gt;");
    assert_eq!(escape("[click](http://evil.example)"), "&#91;click&#93;(http://evil.example)");
    assert_eq!(escape("&lt;"), "&amp;lt;");
    assert_eq!(escape_lines("|a|b|\n|--|--|"), "&#124;a&#124;b&#124;\n&#124;--&#124;--&#124;");
}

#[test]
fn a_line_of_a_text_begins_no_heading_quote_or_list() {
    assert_eq!(escape_lines("# RESOLVED\n> ok\n- item\n+1"), "&#35; RESOLVED\n&gt; ok\n&#45; item\n&#43;1");
    assert_eq!(escape_lines("-9.4 °C\n温度"), "&#45;9.4 °C\n温度");
}

#[test]
fn a_numbered_line_keeps_its_number() {
    assert_eq!(escape_lines("3. third\n7) x"), "3&#46; third\n7&#41; x");
}

#[test]
fn an_address_that_entities_would_change_is_a_link_under_its_own_name() {
    assert_eq!(
        escape("见 https://a.example/x_y?b=1&c=2 。"),
        "见 [https://a.example/x&#95;y?b=1&amp;c=2](https://a.example/x_y?b=1&c=2) 。"
    );
}

/// The lines as Feishu's client shows them, which ends a line at every line end.
fn read(lines: &str) -> ReadText {
    read_markdown(&escape_lines(lines), SoftBreak::Line)
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
    fn an_escaped_text_holds_no_bare_markup(text in r"[\\`*_~<\[\]()&;a-z ]{0,40}") {
        let escaped = escape_name(&text);
        prop_assert!(!escaped.contains(['\\', '`', '*', '_', '~', '<', '>', '[', ']']), "{escaped}");
    }
}
