use fanfare_core::Language;

use super::LocaleVariables;

#[track_caller]
fn check([lc_all, lc_messages, lang, language]: [&str; 4], expected: Option<Language>) {
    let [lc_all, lc_messages, lang, language] = [lc_all, lc_messages, lang, language].map(str::to_owned);
    let variables = LocaleVariables { lc_all, lc_messages, lang, language };
    assert_eq!(variables.language(), expected, "{variables:?}");
}

#[test]
fn a_chinese_locale_asks_for_chinese_however_it_is_written() {
    for locale in ["zh_CN.UTF-8", "zh_TW", "zh", "zh-Hans", "zh@pinyin", "zh.GB18030"] {
        check(["", "", locale, ""], Some(Language::Zh));
    }
}

#[test]
fn any_other_locale_asks_for_nothing() {
    for locale in ["", "C", "C.UTF-8", "POSIX", "en_US.UTF-8", "de_DE", "zha_CN"] {
        check(["", "", locale, ""], None);
    }
}

#[test]
fn the_locale_for_everything_comes_before_that_for_messages_and_both_before_the_rest() {
    check(["en_US", "zh_CN", "zh_CN", ""], None);
    check(["", "zh_CN", "en_US", ""], Some(Language::Zh));
    check(["zh_CN", "C", "C", ""], Some(Language::Zh));
}

#[test]
fn the_first_preference_overrules_a_locale_but_not_that_of_programs() {
    check(["", "", "en_US.UTF-8", "zh_CN:en"], Some(Language::Zh));
    check(["", "", "zh_CN.UTF-8", "en:zh_CN"], None);
    check(["", "", "C", "zh_CN"], None);
    check(["", "", "C.UTF-8", "zh_CN"], None);
    check(["", "", "", "zh_CN"], None);
}
