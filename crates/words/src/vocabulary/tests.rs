use fanfare_testkit::check_language;

use super::*;

/// Every word there is, in `language`.
fn all(language: Language) -> Vec<String> {
    let words = Vocabulary::in_language(language);
    let severities = [AlertSeverity::Low, AlertSeverity::Mid, AlertSeverity::High, AlertSeverity::Urgent];
    let verdicts = [
        AttemptVerdict::Delivered,
        AttemptVerdict::Partial,
        AttemptVerdict::Transient,
        AttemptVerdict::Local,
        AttemptVerdict::Throttled,
        AttemptVerdict::Blocked,
        AttemptVerdict::Quota,
        AttemptVerdict::Unsendable,
        AttemptVerdict::Misconfigured,
        AttemptVerdict::Unanswered,
    ];
    let progress = [
        ContractProgress::Open,
        ContractProgress::Kept,
        ContractProgress::Broken,
        ContractProgress::Abandoned,
        ContractProgress::Late,
    ];
    let unless =
        [EscalationCondition::Delivered, EscalationCondition::Acknowledged, EscalationCondition::Resolved];
    let mut all = vec![words.test_verdict(TestVerdict::Waiting)];
    all.extend(severities.map(|it| words.severity(it)));
    all.extend([AlertState::Firing, AlertState::Resolved].map(|it| words.state(it)));
    all.extend(NotificationReason::ALL.map(|it| words.notification_reason(it)));
    all.extend(SuppressionReason::ALL.map(|it| words.suppression_reason(&it)));
    all.extend(DeliveryStage::ALL.map(|it| words.stage(it)));
    all.extend(verdicts.map(|it| words.test_verdict(TestVerdict::Attempted(it))));
    all.extend(progress.map(|it| words.progress(it)));
    all.extend(unless.map(|it| words.escalated(it)));
    all
}

#[test]
fn every_word_of_the_api_is_in_both_languages_and_none_in_two() {
    let (english, chinese) = (all(Language::En), all(Language::Zh));
    check_language(Language::En, &english);
    check_language(Language::Zh, &chinese);
    for (english, chinese) in english.iter().zip(&chinese) {
        assert!(!chinese.contains(|c: char| c.is_ascii_alphabetic()), "`{english}` is `{chinese}`");
    }
}

#[test]
fn in_english_the_words_are_those_of_the_json() {
    let words = Vocabulary::in_language(Language::En);
    assert_eq!(words.stage(DeliveryStage::Dead), "dead");
    assert_eq!(
        words.notification_reason(NotificationReason::WorsenedFrom(AlertSeverity::Mid)),
        "worsened from mid"
    );
}

#[test]
fn a_reason_of_an_earlier_version_stands_as_it_was_written() {
    let written = SuppressionReason::from("already told".to_owned());
    assert_eq!(written, SuppressionReason::Other("already told".to_owned()));
    assert_eq!(Vocabulary::in_language(Language::Zh).suppression_reason(&written), "already told");
}

#[test]
fn the_alarms_among_which_an_end_does_not_choose_are_named_in_both_languages() {
    let sentence = "several open alarms may be meant (12, 15): name the one that ends";
    let reason = SuppressionReason::from(sentence.to_owned());
    assert_eq!(reason, SuppressionReason::SeveralOpen("12, 15".to_owned()));
    assert_eq!(Vocabulary::in_language(Language::En).suppression_reason(&reason), sentence);
    let chinese = Vocabulary::in_language(Language::Zh).suppression_reason(&reason);
    assert_eq!(chinese, "可能对应多条未结束的告警（12, 15），请指明结束的是哪一条");
}
