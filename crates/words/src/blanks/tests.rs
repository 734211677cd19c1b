use super::*;

#[test]
fn columns_and_indents_stay_where_one_blank_would_be_left() {
    assert_eq!(kept_blanks("  a  b c"), "\u{a0}\u{a0}a \u{a0}b c");
    assert_eq!(kept_blanks("a\tb"), "a\u{a0}\u{a0}\u{a0}b");
    assert_eq!(kept_blanks("\u{3000}温度 过高"), "\u{3000}温度 过高");
}
