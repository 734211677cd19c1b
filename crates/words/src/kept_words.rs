//! Reasons and answers that the ledger keeps in English, as people read them.

mod phrases;

use fanfare_core::LedgerSentence;

use self::phrases::translate;

/// The beginnings of an answer that say its outcome, as `SendError` writes them, in English and in Chinese.
const OUTCOMES: [(&str, &str); 8] = [
    ("not delivered: ", "未送达："),
    ("not sent, by a fault of this machine: ", "因本机故障未发送："),
    ("throttled: ", "被限流："),
    ("blocked: ", "被封禁："),
    ("quota used up: ", "额度用尽："),
    ("unsendable as it is: ", "内容无法发送："),
    ("misconfigured: ", "配置有误："),
    ("unanswered: ", "未得到答复："),
];

/// The reason or answer `kept` in Chinese: sentences of the gateway's own are translated, the words of
/// providers and people stay as they are.
pub(crate) fn in_chinese(kept: &str) -> String {
    let (text, discarded) = split_at_discard(kept);
    let mut parts = Vec::new();
    if let Some((reason, answer)) = text.split_once(LedgerSentence::LAST_ANSWER) {
        parts.push(format!("{}；最后的答复：{}", answer_in_chinese(reason), answer_in_chinese(answer)));
    } else if !text.is_empty() {
        parts.push(answer_in_chinese(text));
    }
    if let Some((by, reason)) = discarded {
        parts.push(format!("{by} 已作废：{reason}"));
    }
    parts.join("；")
}

/// The answer `kept` in Chinese, for a line that names its outcome.
pub(crate) fn in_chinese_without_outcome(kept: &str) -> String {
    let rest = OUTCOMES.iter().find_map(|(english, _)| kept.strip_prefix(english));
    in_chinese(rest.unwrap_or(kept))
}

/// The answer `kept` without the outcome that it begins with, for a line that names it.
pub(crate) fn in_english_without_outcome<'a>(outcome: &str, kept: &'a str) -> &'a str {
    let rest = kept.strip_prefix(outcome).and_then(|rest| rest.split_once(": "));
    rest.map_or(kept, |(_, reason)| reason)
}

fn answer_in_chinese(answer: &str) -> String {
    let outcome =
        OUTCOMES.iter().find_map(|(english, chinese)| Some((*chinese, answer.strip_prefix(english)?)));
    let (outcome, words) = outcome.unwrap_or(("", answer));
    format!("{outcome}{}", sentence_in_chinese(words))
}

fn sentence_in_chinese(words: &str) -> String {
    if let Some(time) = words.strip_prefix(LedgerSentence::NO_ANSWER_WITHIN) {
        return format!("{time} 内没有答复");
    }
    let Some(sentence) = LedgerSentence::from_text(words) else { return translate(words) };
    let chinese = match sentence {
        LedgerSentence::NoForm => "服务商不接受该消息，完整或简化形式均不接受",
        LedgerSentence::TriedLongEnough => "已尝试到 `retry.give_up_after` 规定的时限",
        LedgerSentence::ChannelGone => "该渠道已不在配置中",
        LedgerSentence::TestAnswered => "测试得到首次答复即告结束",
        LedgerSentence::TestWithoutTurn => "测试在等待期内没有轮到",
        LedgerSentence::NotificationUnreadable => "通知无法读取",
        LedgerSentence::NotificationMissing | LedgerSentence::NotificationNotFound => "存储中没有该通知",
        LedgerSentence::AlertMissing => "存储中没有该告警",
        LedgerSentence::NobodyLeft => "按时送达的渠道不足，且无人可再通知",
        LedgerSentence::ChannelPanicked => "渠道代码出错，这是程序缺陷",
    };
    chinese.to_owned()
}

/// The text before the note about a discard, and the person and the reason of it.
fn split_at_discard(kept: &str) -> (&str, Option<(&str, &str)>) {
    let note = |at: usize| kept[at..].strip_prefix(LedgerSentence::DISCARDED_BY)?.split_once(": ");
    let after_reason = kept.rmatch_indices("; ").find_map(|(at, sign)| Some((at, note(at + sign.len())?)));
    match (after_reason, note(0)) {
        (Some((at, discarded)), _) => (&kept[..at], Some(discarded)),
        (None, Some(discarded)) => ("", Some(discarded)),
        (None, None) => (kept, None),
    }
}

#[cfg(test)]
mod tests;
