use std::time::Duration;

use fanfare_core::{Language, SendError};
use fanfare_testkit::check_language;

use super::*;

#[track_caller]
fn check(kept: &str, expected: &str) {
    assert_eq!(in_chinese(kept), expected);
}

#[test]
fn a_sentence_of_the_gateways_own_is_read_in_chinese() {
    for sentence in LedgerSentence::ALL {
        let chinese = in_chinese(sentence.text());
        assert_ne!(chinese, sentence.text());
        check_language(Language::Zh, &[chinese]);
    }
}

#[test]
fn the_outcome_of_every_answer_is_read_in_chinese_and_the_providers_words_stay() {
    let (retry_after, reason) = (Duration::from_secs(1), "HTTP 502".to_owned());
    let errors = [
        SendError::Transient { reason: reason.clone() },
        SendError::Local { reason: reason.clone() },
        SendError::Throttled { retry_after, reason: reason.clone() },
        SendError::Blocked { retry_after, reason: reason.clone() },
        SendError::Quota { retry_after, reason: reason.clone() },
        SendError::Unsendable { reason: reason.clone() },
        SendError::Misconfigured { reason: reason.clone() },
        SendError::Unanswered { reason },
    ];
    for err in errors {
        let kept = err.to_string();
        let chinese = in_chinese(&kept);
        assert!(chinese.ends_with("：HTTP 502") && chinese.starts_with(|c: char| !c.is_ascii()), "{chinese}");
        assert_eq!(in_chinese_without_outcome(&kept), "HTTP 502");
    }
}

#[test]
fn a_reason_with_the_last_answer_and_the_note_of_a_discard_is_read_in_parts() {
    check(
        "tried for as long as `retry.give_up_after` allows; last answer: not delivered: HTTP 502",
        "已尝试到 `retry.give_up_after` 规定的时限；最后的答复：未送达：HTTP 502",
    );
    check("unanswered: no answer within 10s", "未得到答复：10s 内没有答复");
    check("discarded by Li: known", "Li 已作废：known");
    check(
        "the channel is no longer in the config; discarded by Li: moved; twice",
        "该渠道已不在配置中；Li 已作废：moved; twice",
    );
}

#[test]
fn words_of_providers_and_people_stay_as_they_are() {
    for kept in ["", "errcode 0: ok", "250 queued; as 4711", "not delivered", "discarded by nobody"] {
        check(kept, kept);
    }
}

#[test]
fn an_outcome_is_not_named_twice() {
    assert_eq!(in_english_without_outcome("unanswered", "unanswered: HTTP 502"), "HTTP 502");
    assert_eq!(in_english_without_outcome("unanswered", "errcode 0: ok"), "errcode 0: ok");
}
