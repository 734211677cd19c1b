use std::path::{Path, PathBuf};
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

#[test]
fn what_channels_say_about_the_way_is_read_in_chinese_and_the_providers_words_between_stay() {
    check(
        "misconfigured: TLS: the server's certificate is for mx.example and not for `mail.example`: check `smtp.host`, or have it made for this name (as subjectAltName: a name in its subject alone does not count)",
        "配置有误：TLS: 服务器证书属于 mx.example，而不是 `mail.example`：请检查 `smtp.host`，或为该名称重新签发 (写入 subjectAltName，仅写在 subject 中无效)",
    );
    check(
        "misconfigured: AUTH: 535 5.7.8 bad credentials (check `smtp.username` and `smtp.password`; QQ, 163 and WeCom mail want an authorisation code, not the login password)",
        "配置有误：AUTH: 535 5.7.8 bad credentials (请检查 `smtp.username` 和 `smtp.password`；QQ、163 和企业微信邮箱须使用授权码，而不是登录密码)",
    );
    check("not delivered: RCPT: no answer in time", "未送达：RCPT: 未及时答复");
    check(
        "misconfigured: HTTP 407 Proxy Authentication Required: (empty); the proxy wants a login: check `proxy_login`",
        "配置有误：HTTP 407 Proxy Authentication Required: (empty); 代理要求登录：请检查 `proxy_login`",
    );
}

#[test]
fn each_phrase_has_its_own_words_first_and_as_many_texts_between_in_both_languages() {
    for (english, chinese) in phrases::PHRASES {
        assert!(!english.starts_with("{}"), "{english}");
        assert_eq!(english.matches("{}").count(), chinese.matches("{}").count(), "{english}");
        assert!(chinese.chars().any(|it| ('\u{4e00}'..='\u{9fff}').contains(&it)), "{chinese}");
        // What is translated is not found again by a phrase that comes later.
        let filled = english.replace("{}", "X");
        assert_eq!(translate(&filled), chinese.replace("{}", "X"), "{english}");
    }
}

/// The sources of the crates whose sentences are translated.
fn sources() -> String {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut waiting: Vec<PathBuf> =
        ["tls", "http-channel", "channel-email"].iter().map(|it| crates.join(it).join("src")).collect();
    let mut sources = String::new();
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                sources.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    sources
}

#[test]
fn each_phrase_is_one_that_a_channel_still_writes() {
    let sources = sources();
    for (english, _) in phrases::PHRASES {
        for part in english.split("{}").filter(|it| it.len() > 8) {
            assert!(sources.contains(part), "{part:?} of {english:?}");
        }
    }
}
