use fanfare_testkit::check_language;

use super::*;

#[test]
fn no_text_is_in_the_other_language() {
    for language in [Language::En, Language::Zh] {
        check_language(language, DeliveryWords::in_language(language));
    }
}

#[test]
fn a_digest_is_named_by_its_number() {
    assert_eq!(DeliveryWords::in_language(Language::En).in_digest(9), "in digest 9");
    assert_eq!(DeliveryWords::in_language(Language::Zh).in_digest(9), "汇总 9");
}
