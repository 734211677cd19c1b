use fanfare_testkit::check_language;

use super::*;

#[test]
fn no_text_is_in_the_other_language() {
    for language in [Language::En, Language::Zh] {
        let words = SentWords::in_language(language);
        check_language(language, words);
        let fields = ["a".to_owned(), "b".to_owned()];
        let sentences =
            [words.held("x", "y"), words.unread("$", &fields), words.refused("[1]", "y"), words.next(4)];
        check_language(language, &sentences);
        check_language(language, &words.unknown_level("$", "x", "y"));
    }
}
