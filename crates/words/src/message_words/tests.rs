use fanfare_testkit::check_language;

use super::*;

#[test]
fn no_word_of_a_message_is_in_the_other_language() {
    for language in [Language::En, Language::Zh] {
        check_language(language, MessageWords::in_language(language));
    }
}
