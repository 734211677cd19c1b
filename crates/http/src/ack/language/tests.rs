use fanfare_core::Language::{En, Zh};
use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(accept: &str, expected: Language) {
    assert_eq!(preferred(accept, En), expected, "{accept:?}, else English");
    assert_eq!(preferred(accept, Zh), expected, "{accept:?}, else Chinese");
}

#[track_caller]
fn check_says_nothing(accept: &str) {
    assert_eq!(preferred(accept, En), En, "{accept:?}");
    assert_eq!(preferred(accept, Zh), Zh, "{accept:?}");
}

#[test]
fn a_browser_gets_the_language_it_likes_best() {
    check("zh-CN,zh;q=0.9,en;q=0.8", Zh);
    check("zh-CN,zh-Hans;q=0.9", Zh);
    check("zh-Hant-TW", Zh);
    check("en-US,en;q=0.9,zh-CN;q=0.8", En);
    check("en;q=0.7, zh;q=0.8", Zh);
    check("zh;q=0.123, en;q=0.124", En);
}

#[test]
fn of_languages_liked_equally_the_first_is_taken() {
    check("zh, en", Zh);
    check("en;q=0.5, zh;q=0.5", En);
}

#[test]
fn languages_we_do_not_speak_are_passed_over() {
    check("de-DE,de;q=0.9,zh;q=0.3,en;q=0.2", Zh);
    check("zha, en;q=0.1", En);
    check("fr, en;q=0.8, zh;q=0.5", En);
}

#[test]
fn case_and_spaces_do_not_matter() {
    check("ZH-cn ; Q = 0.9 , en;q=0.8", Zh);
}

#[test]
fn who_asks_for_none_of_ours_gets_the_configured_one() {
    for accept in ["", "*", "de", "zh;q=0", "zhen", "en;q=0, *;q=0.5"] {
        check_says_nothing(accept);
    }
}

#[test]
fn a_preference_that_cannot_be_read_is_none() {
    for accept in ["zh;q=", "zh;q=2", "zh;q=-1", "zh;q=NaN", "zh;q=inf", "zh;level=1", "zh;", ";q=1", ",,;,"]
    {
        check_says_nothing(accept);
    }
    check("zh;q=nonsense, en;q=0.1", En);
}

proptest! {
    #[test]
    fn any_header_will_do(accept in r"(zh|en|\*|;|q|=|0|\.|,| |-|告){0,30}") {
        let language = preferred(&accept, Zh);
        prop_assert!(accept.contains("en") || language == Zh, "{}", accept);
    }
}
