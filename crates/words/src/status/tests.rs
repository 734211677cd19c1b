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

#[test]
fn the_reason_that_no_alerts_are_accepted_is_told_in_the_readers_language() {
    let causes = [
        NotReadyCause::ShuttingDown,
        NotReadyCause::Full,
        NotReadyCause::ReadOnly,
        NotReadyCause::Io { words: "EIO".to_owned() },
        NotReadyCause::Slow,
        NotReadyCause::Locked,
        NotReadyCause::Missing,
        NotReadyCause::Replaced,
        NotReadyCause::Truncated,
        NotReadyCause::Overwritten,
    ];
    let reason = "the store cannot be used: the disk is full";
    for cause in &causes {
        let chinese = StatusWords::in_language(Language::Zh).not_ready_because(Some(reason), Some(cause));
        assert!(chinese.starts_with("未就绪："), "{chinese}");
        check_language(Language::Zh, &[chinese]);
        let english = StatusWords::in_language(Language::En).not_ready_because(Some(reason), Some(cause));
        assert_eq!(english, format!("NOT ready: {reason}"));
    }
    // A gateway of an earlier version sends its sentence only.
    let of_earlier = StatusWords::in_language(Language::Zh).not_ready_because(Some(reason), None);
    assert_eq!(of_earlier, format!("未就绪：{reason}"));
}
