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
fn a_cut_leaves_no_part_of_an_address_and_glues_nothing_to_one() {
    let text = "see https://a.example/page and more";
    for room in "see ".len()..="see https://a.example/page".len() {
        let limit = room + "…".len();
        assert_eq!(cut_to_bytes(text, limit, "…"), "see …", "{limit}");
    }
    assert_eq!(cut_to_bytes(text, 31, "…"), "see https://a.example/page a…");
}

#[test]
fn a_cut_tears_no_character_apart_that_has_several_parts() {
    assert_eq!(cut_to_bytes("cafe\u{301}s", 5, ""), "caf", "an accent stays with its letter");
    assert_eq!(cut_to_bytes("ok 👨‍👩‍👧 ok", 14, ""), "ok ", "a family of three persons is one sign");
    assert_eq!(cut_to_bytes("🇨🇳🇩🇪", 12, ""), "🇨🇳", "a flag is two letters");
    assert_eq!(cut_to_bytes("⚠️!", 5, ""), "", "a sign and the selector of its look");
}

#[test]
fn lines_stay_lines_however_they_end() {
    assert_eq!(keep_lines("a\r\nb\rc\nd\u{2028}e\u{2029}f\u{85}g\u{b}h"), "a\nb\nc\nd\ne\nf\ng\nh");
    assert_eq!(keep_lines("  a\tb  \n\u{3000}c\u{0}\u{202e}d"), "  a\tb\n\u{3000}cd");
}

#[test]
fn of_empty_lines_one_stays_between_others() {
    assert_eq!(keep_lines("\n \t\na\n\n\r\n \nb\n\n"), "a\n\nb");
    assert_eq!(keep_lines("\r\n\r\n"), "");
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
    fn kept_lines_stay_so(text in "(?s).*") {
        let lines = keep_lines(&text);
        prop_assert!(lines.chars().all(|c| c == '\n' || c == '\t' || !c.is_control()));
        prop_assert_eq!(keep_lines(&lines), lines);
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
