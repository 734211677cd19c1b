use proptest::prelude::*;

use super::*;

#[test]
fn a_cut_falls_between_characters_and_shows() {
    // Chinese characters have three bytes each.
    assert_eq!(cut_to_bytes("温度过高", 11, "…"), "温度…");
    assert_eq!(cut_to_bytes("温度过高", 12, "…"), "温度过高");
}

#[test]
fn lines_are_joined() {
    assert_eq!(one_line(" a\r\nBcc: b\t\u{0}c "), "a Bcc: b c");
}

proptest! {
    #[test]
    fn a_cut_text_is_within_its_limit(text in ".*", limit in 0_usize..64, note in ".{0,8}") {
        prop_assert!(cut_to_bytes(&text, limit, &note).len() <= limit.max(0));
    }
}
