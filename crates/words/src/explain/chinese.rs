//! Sentences about events, in Chinese; the words of providers and people stand as they are.

use fanfare_api::{
    ContractProgress, ContractTerms, EscalationCondition, EscalationRung, EventDetails, ReceiverTerms,
    RequiredChannels, RungReason, SendOrder, StepDetails, TurnReason,
};
use fanfare_core::Language;

use super::channels::each_once;
use crate::vocabulary::Vocabulary;

const WORDS: Vocabulary = Vocabulary::in_language(Language::Zh);

/// A sentence about an event; receiver and channel stand beside it.
pub(super) fn event(event: &EventDetails) -> String {
    match event {
        EventDetails::Accepted { alert: _, source, severity } => {
            format!("已接收，来源 {source}，级别 {}", WORDS.severity(*severity))
        }
        EventDetails::Held { receiver: _, route, reason } => {
            format!("未通知：{}{}", WORDS.suppression_reason(reason), by_route(route.as_deref()))
        }
        EventDetails::Owed { notification: _, receiver: _, route, why, channels, terms } => {
            let promise = terms.as_ref().map(promise).unwrap_or_default();
            format!(
                "应通过 {} 通知：{}{}{promise}",
                names(channels),
                WORDS.notification_reason(*why),
                by_route(route.as_deref())
            )
        }
        EventDetails::Attempt { attempt, outcome, words, latency_ms, digest, .. } => {
            let digest = digest.map(|it| format!("（汇总 {it}）")).unwrap_or_default();
            let words = WORDS.answer(&outcome.to_string(), words);
            format!("第 {attempt} 次发送{digest}：{}，{latency_ms} 毫秒：{words}", WORDS.verdict(*outcome))
        }
        EventDetails::GivenUp { reason, .. } => format!("已放弃：{}", WORDS.kept_words(reason)),
        EventDetails::Step { notification: _, receiver: _, step } => done(step),
        EventDetails::Restarted { cut_off } if cut_off.is_empty() => "网关重新启动".to_owned(),
        EventDetails::Restarted { cut_off } => {
            format!("网关重新启动；退出时 {} 上有一次发送中断，可能已送达", names(cut_off))
        }
        EventDetails::Reworded { alert, text } => format!("上报内容（告警 {alert}）：{text}"),
        EventDetails::Acknowledged { notification: _, by } => format!("{by} 已确认"),
    }
}

fn by_route(route: Option<&str>) -> String {
    route.map(|route| format!("（{route}）")).unwrap_or_default()
}

/// The terms beyond those of telling all channels without a time limit.
fn promise(terms: &ReceiverTerms) -> String {
    let ReceiverTerms { channels: _, send, contract: ContractTerms { succeed, within }, escalate } = terms;
    let mut promise = String::new();
    match send {
        SendOrder::Together => {}
        SendOrder::InTurn => promise.push_str("；依次发送"),
    }
    let many = match succeed {
        RequiredChannels::All => "全部渠道".to_owned(),
        RequiredChannels::AtLeast(number) => format!(" {number} 个渠道"),
    };
    match within {
        Some(within) => promise.push_str(&format!("；须{many}在 {within} 内送达")),
        None if *succeed == RequiredChannels::All => {}
        None => promise.push_str(&format!("；须{many}送达")),
    }
    for each in escalate {
        promise.push_str(&format!("；{}", rung(each)));
    }
    promise
}

fn done(step: &StepDetails) -> String {
    match step {
        StepDetails::TakeTurn { channel, instead_of, because } => {
            format!("改由 {channel} 发送：{instead_of} {}", failing(*because))
        }
        StepDetails::Climb { rung, unless, to, because } => {
            let (number, to) = (rung + 1, names(to));
            format!("升级到 {to}（第 {number} 级）：{}，{}", not_yet(*unless), climbing(*because))
        }
        StepDetails::Skip { rung, because } => {
            let because = match because {
                EscalationCondition::Delivered => "已送达",
                EscalationCondition::Acknowledged => "已确认",
                EscalationCondition::Resolved => "已恢复",
            };
            format!("无需升级到第 {} 级：{because}", rung + 1)
        }
        StepDetails::Settle { fulfilment } => settled(*fulfilment).to_owned(),
        StepDetails::Retried { by, on } => format!("{by} 要求在 {} 上重发", names(&each_once(on))),
        StepDetails::Discarded { by, reason, on } if on.is_empty() => format!("{by} 已作废：{reason}"),
        StepDetails::Discarded { by, reason, on } => format!("{by} 已作废 {}：{reason}", names(on)),
    }
}

fn failing(because: TurnReason) -> &'static str {
    match because {
        TurnReason::Troubled => "首次发送失败",
        TurnReason::Blocked => "暂时无法发送",
        TurnReason::Late => "未及时送达",
        TurnReason::Dead => "已放弃",
    }
}

fn not_yet(unless: EscalationCondition) -> &'static str {
    match unless {
        EscalationCondition::Delivered => "未送达足够的渠道",
        EscalationCondition::Acknowledged => "未确认",
        EscalationCondition::Resolved => "未恢复",
    }
}

fn climbing(because: RungReason) -> &'static str {
    match because {
        RungReason::Due => "时间已到",
        RungReason::Overdue => "约定时间已过",
        RungReason::Hopeless => "剩余渠道不足",
    }
}

fn settled(fulfilment: ContractProgress) -> &'static str {
    match fulfilment {
        ContractProgress::Open => "约定重新生效",
        ContractProgress::Kept => "约定已履行：足够的渠道已按时送达",
        ContractProgress::Broken => "约定未履行：未能按时送达足够的渠道",
        ContractProgress::Abandoned => "约定已落空：送达的渠道不足，且无人可再通知",
        ContractProgress::Late => "约定已补救：已送达足够的渠道，但超过时限",
    }
}

/// A rung that is still to come.
pub(super) fn rung(EscalationRung { after, unless, to }: &EscalationRung) -> String {
    format!("{after} 后若{}则通知 {}", not_yet(*unless), names(to))
}

fn names(channels: &[String]) -> String {
    channels.join("、")
}
