use fanfare_testkit::check_language;

use super::*;

#[test]
fn no_text_is_in_the_other_language() {
    for language in [Language::En, Language::Zh] {
        check_language(language, StatusWords::in_language(language));
    }
}

#[test]
fn the_counts_are_told_in_each_language() {
    let english = StatusWords::in_language(Language::En);
    assert_eq!(english.promises(4, 1, 2, 3), "contracts: 4 open, 1 broken, 2 abandoned; dead letters: 3");
    assert_eq!(english.firing([1, 2, 3, 4]), "firing: 1 urgent, 2 high, 3 mid, 4 low");
    let chinese = StatusWords::in_language(Language::Zh);
    assert_eq!(chinese.promises(4, 1, 2, 3), "约定：进行中 4，未按时履行 1，已落空 2；死信：3");
    assert_eq!(chinese.firing([1, 2, 3, 4]), "告警中：紧急 1，严重 2，警告 3，提示 4");
}
