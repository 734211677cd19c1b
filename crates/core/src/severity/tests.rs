use super::*;

#[track_caller]
fn check(words: &[&str], expected: Severity) {
    for word in words {
        assert_eq!(word.parse(), Ok(expected), "{word}");
    }
}

#[test]
fn thinklinks_words_are_understood_in_any_case() {
    check(&["low", "LOW"], Severity::Low);
    check(&["mid", "Mid"], Severity::Mid);
    check(&["high", "HIGH"], Severity::High);
    check(&["urgent", " Urgent "], Severity::Urgent);
}

#[test]
fn the_typo_in_thinklinks_page_is_understood() {
    check(&["hight"], Severity::High);
}

#[test]
fn the_words_of_other_systems_are_understood() {
    check(&["info"], Severity::Low);
    check(&["warning"], Severity::Mid);
    check(&["error"], Severity::High);
    check(&["critical", "fatal", "紧急"], Severity::Urgent);
}

#[test]
fn an_unknown_word_is_refused_with_the_known_ones() {
    let err = "spicy".parse::<Severity>().unwrap_err();
    assert!(err.to_string().starts_with("`spicy` is not a severity: expected low, mid, high or urgent"));
}

#[test]
fn they_are_ordered_from_mild_to_bad() {
    assert!(Severity::ALL.is_sorted());
    assert!(Severity::Low < Severity::Urgent);
}
