use fanfare_testkit::check_language;

use super::*;

#[test]
fn the_words_are_in_their_language() {
    for language in [Language::En, Language::Zh] {
        let words = DoctorWords::in_language(language);
        let DoctorWords { yes, no, nothing, published_post, to_device, no_device, no_rpc, to_others, .. } =
            words;
        let all = [yes, no, nothing, published_post, to_device, no_device, no_rpc, to_others];
        check_language(language, &all);
        check_language(
            language,
            &[words.posts("x"), words.publishes("x"), words.inside("x"), words.calls("x")],
        );
        check_language(
            language,
            &[
                words.fault("x"),
                words.unreadable("x"),
                words.wrong_result("null"),
                words.too_long.to_owned(),
                words.alert("x", "y", "z"),
            ],
        );
    }
}
