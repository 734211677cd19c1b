use proptest::prelude::*;

use super::*;

#[test]
fn a_cut_falls_between_characters_and_shows() {
    // Chinese characters have three bytes each.
    assert_eq!(cut_to_bytes("温度过高", 11, "…"), "温度…");
    assert_eq!(cut_to_bytes("温度过高", 12, "…"), "温度过高");
}

#[test]
fn a_limit_too_small_for_the_note_leaves_it_out() {
    assert_eq!(cut_to_bytes("温度过高", 5, " (cut)"), "温");
    assert_eq!(cut_to_bytes("温度过高", 2, " (cut)"), "");
    assert_eq!(cut_to_bytes("温度过高", 0, ""), "");
}

#[test]
fn lines_are_joined() {
    assert_eq!(one_line(" a\r\nBcc: b\t\u{0}c "), "a Bcc: b c");
    assert_eq!(one_line("a\u{2028}b\u{2029}c\u{85}d"), "a b c d");
    assert_eq!(one_line("\r\n"), "");
}

proptest! {
    #[test]
    fn a_cut_text_is_within_its_limit(text in "(?s).*", limit in 0_usize..64, note in ".{0,8}") {
        let cut = cut_to_bytes(&text, limit, &note);
        prop_assert!(cut.len() <= limit);
        prop_assert_eq!(cut == text, text.len() <= limit || cut.strip_suffix(&note) == Some(&text));
        prop_assert!(text.starts_with(cut.strip_suffix(&note).unwrap_or(&cut)) || text.starts_with(&cut));
    }

    #[test]
    fn one_line_is_one_line_and_stays_so(text in "(?s).*") {
        let line = one_line(&text);
        prop_assert!(!line.chars().any(char::is_control));
        prop_assert_eq!(one_line(&line), line);
    }
}

#[test]
fn nothing_on_one_line_turns_the_direction_of_writing() {
    assert_eq!(one_line("Zhang\u{202e}nimdA\u{2066} San"), "Zhang nimdA San");
}
