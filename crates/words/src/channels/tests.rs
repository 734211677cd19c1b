use fanfare_testkit::check_language;

use super::*;

#[test]
fn no_text_is_in_the_other_language() {
    for language in [Language::En, Language::Zh] {
        check_language(language, ChannelWords::in_language(language));
    }
}

#[test]
fn a_test_is_told_of_in_both_languages() {
    let waiting = TestVerdict::Waiting;
    let chinese = ChannelWords::in_language(Language::Zh);
    assert_eq!(
        chinese.test_waits("ops", waiting, 7),
        "ops：等待中，渠道正忙或须静默；测试消息未发送，也不再等待（告警 7）。恢复时间见 `fanfare channels list`"
    );
    let refused = TestVerdict::Attempted(AttemptVerdict::Misconfigured);
    assert_eq!(
        chinese.tested("ops", refused, 95, "errcode 310000"),
        "ops：配置有误，95 毫秒：errcode 310000"
    );
    let english = ChannelWords::in_language(Language::En);
    assert_eq!(
        english.tested("ops", refused, 95, "errcode 310000"),
        "ops: misconfigured after 95 ms: errcode 310000"
    );
    assert_eq!(
        (chinese.quota(1, 2, "2026-03"), chinese.health(ChannelCondition::Broken)),
        ("2026-03 已用 1，共 2".to_owned(), "故障")
    );
}

#[test]
fn a_test_that_failed_has_its_remedy_in_one_language() {
    use fanfare_api::AttemptVerdict::{
        Blocked, Delivered, Local, Misconfigured, Partial, Quota, Throttled, Transient, Unanswered,
        Unsendable,
    };
    let failed =
        [Partial, Transient, Local, Throttled, Blocked, Quota, Unsendable, Misconfigured, Unanswered];
    for language in [Language::En, Language::Zh] {
        let words = ChannelWords::in_language(language);
        for verdict in failed {
            let remedy = words.remedy(TestVerdict::Attempted(verdict)).unwrap();
            let names = ["fanfare reload", "endpoint", "proxy"];
            let remedy = names.iter().fold(remedy.to_owned(), |text, name| text.replace(name, "…"));
            check_language(language, &[&remedy]);
        }
        assert_eq!(words.remedy(TestVerdict::Attempted(Delivered)), None);
        assert_eq!(words.remedy(TestVerdict::Waiting), None);
    }
}
