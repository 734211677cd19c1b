use fanfare_testkit::check_language;

use super::*;

#[test]
fn no_text_is_in_the_other_language() {
    for language in [Language::En, Language::Zh] {
        check_language(language, DeadLetterWords::in_language(language));
    }
}

#[test]
fn numbers_of_dead_letters_read_well_in_both_languages() {
    let (english, chinese) =
        (DeadLetterWords::in_language(Language::En), DeadLetterWords::in_language(Language::Zh));
    assert_eq!(english.retried(1), "1 dead letter is tried again");
    assert_eq!(english.discarded(2), "2 dead letters are discarded");
    assert_eq!(chinese.retried(2), "2 条死信将重新发送");
    assert_eq!(
        (chinese.discarded(1).as_str(), chinese.discarded(0).as_str()),
        ("1 条死信已作废", "没有符合条件的死信")
    );
    assert_eq!(chinese.whole_story(42), "全部经过见 `fanfare explain 42`。");
}
