use fanfare_api::{AlertSeverity, EventDetails, LeftOutRows, PolicyGap};
use fanfare_core::Language;
use fanfare_testkit::check_language;

use super::ExplainWords;

#[test]
fn no_heading_holds_two_languages() {
    for language in [Language::En, Language::Zh] {
        let words = ExplainWords::in_language(language);
        check_language(
            language,
            &[words.alert, words.received, words.repeats, words.last_repeat, words.incident],
        );
        check_language(language, &[words.told_before, words.chosen, words.to_come]);
        check_language(language, &[words.what_happened, words.how_it_stands, words.why_whom, words.contract]);
    }
}

#[test]
fn an_event_is_one_sentence_in_the_language_asked_for() {
    let accepted =
        EventDetails::Accepted { alert: 42, source: "thinklink".to_owned(), severity: AlertSeverity::Urgent };
    assert_eq!(ExplainWords::in_language(Language::En).event(&accepted), "accepted from thinklink: urgent");
    assert_eq!(ExplainWords::in_language(Language::Zh).event(&accepted), "已接收，来源 thinklink，级别 紧急");
}

#[test]
fn what_is_left_out_is_named_with_its_number_and_nothing_else() {
    let rows = LeftOutRows { attempts: 99_900, steps: 3, ..LeftOutRows::default() };
    assert_eq!(
        ExplainWords::in_language(Language::En).left_out(&rows),
        "left out between the beginning and the end of long lists: 99900 attempts, 3 steps"
    );
    let chinese = ExplainWords::in_language(Language::Zh).left_out(&rows);
    assert_eq!(chinese, "过长的列表只显示首尾，省略了：99900 次发送，3 个步骤");
    check_language(Language::Zh, &[&chinese]);
}

#[test]
fn a_policy_that_is_not_known_has_its_reason_in_one_language() {
    for language in [Language::En, Language::Zh] {
        for because in [PolicyGap::NotKept, PolicyGap::Unreadable] {
            let words = ExplainWords::in_language(language);
            check_language(language, &[words.unknown_policy("it was not kept", because)]);
        }
    }
}
