use fanfare_testkit::check_language;

use super::*;

#[test]
fn no_text_is_in_the_other_language() {
    for language in [Language::En, Language::Zh] {
        check_language(language, DemoWords::in_language(language));
    }
}

#[test]
fn missing_messages_are_counted() {
    let of = |language| DemoWords::in_language(language).missing(1, 2, Duration::from_secs(5));
    assert_eq!(of(Language::En), "1 of 2 messages are not there after 5s");
    assert_eq!(of(Language::Zh), "2 条消息中有 1 条在 5s 内未到达");
}
