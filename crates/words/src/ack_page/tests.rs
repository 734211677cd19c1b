use fanfare_core::Language;
use fanfare_testkit::check_language;

use super::AckPageWords;

#[test]
fn no_page_holds_two_languages() {
    for language in [Language::En, Language::Zh] {
        let AckPageWords { done, already, over, expired, invalid, unavailable, .. } =
            AckPageWords::in_language(language);
        let words = AckPageWords::in_language(language);
        let pages = [done, already, over, expired, invalid, unavailable];
        let texts = pages.map(|it| [it.heading, it.meaning]);
        check_language(language, &texts);
        check_language(
            language,
            &[words.told, words.your_name, words.acknowledge, words.acknowledging_means],
        );
        check_language(language, &[words.acknowledges, &words.and_more(28)]);
        check_language(language, &[words.by, words.nameless, words.link_holder, words.at]);
    }
}

#[test]
fn a_person_without_a_name_is_known_in_every_language_and_from_before() {
    for name in ["somebody with the link", "持有链接的人", "somebody with the link / 持有链接的人"]
    {
        assert!(AckPageWords::is_link_holder(name), "{name}");
    }
    assert!(!AckPageWords::is_link_holder("Wang"));
}
