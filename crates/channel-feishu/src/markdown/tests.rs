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

proptest! {
    #[test]
    fn an_escaped_text_holds_no_bare_markup(text in r"[\\`*_~<\[\]()&;a-z ]{0,40}") {
        let escaped = escape(&text);
        prop_assert!(!escaped.contains(['\\', '`', '*', '_', '~', '<', '>', '[', ']']), "{escaped}");
    }
}
