use super::*;

#[test]
#[should_panic(expected = "an English text: `check the secret / 请检查`")]
fn a_chinese_word_in_an_english_text_is_found() {
    check_language(Language::En, &["all is well", "check the secret / 请检查"]);
}

#[test]
#[should_panic(expected = "a Chinese text: `请检查 check the secret`")]
fn an_english_sentence_in_a_chinese_text_is_found() {
    check_language(Language::Zh, &["请检查 check the secret"]);
}

#[test]
fn a_settings_name_and_a_term_may_stand_in_a_chinese_text() {
    check_language(Language::Zh, &["请检查 `the name of a setting`，HTTP 429"]);
    check_language(Language::En, &["check `secret`; then run fanfare check"]);
}
