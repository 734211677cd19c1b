use fanfare_testkit::check_language;

use super::*;

#[test]
fn no_text_is_in_the_other_language() {
    for language in [Language::En, Language::Zh] {
        check_language(language, RequestWords::in_language(language));
    }
}

#[test]
fn an_acknowledgement_names_who_takes_care() {
    let (english, chinese) =
        (RequestWords::in_language(Language::En), RequestWords::in_language(Language::Zh));
    assert_eq!(english.acknowledged(42, "Wang"), "alert 42 is acknowledged by Wang");
    assert_eq!(chinese.acknowledged(42, "王"), "告警 42 已由 王 确认");
    assert_eq!(chinese.acknowledged_before(42, "王", "12:00"), "告警 42 此前已由 王 于 12:00 确认");
}
