use fanfare_testkit::check_language;

use super::*;

#[test]
fn the_words_are_in_their_language() {
    for language in [Language::En, Language::Zh] {
        let words = HeartbeatWords::in_language(language);
        check_language(language, words);
        assert!(words.forgotten("cron/backup").contains("cron/backup"));
    }
}
