//! What happened, in Chinese. What the ledger holds in sentences stands as it is.

use fanfare_core::{
    ChannelFailure, ChannelName, Contract, ContractStatus, DeliveryTerms, EscalationReason, Rung, Sending,
    Step, Succeed, Unless,
};

use crate::commands::answer::reason;
use crate::commands::explain::each_once;
use crate::explain::What;

/// What happened; to whom and where stands beside it.
pub(super) fn what(what: &What) -> String {
    match what {
        What::Accepted { alert: _, source, severity } => {
            format!("已接收，来源 {source}，级别 {}", word(severity.word()))
        }
        What::Held { receiver: _, route, reason } => {
            format!("未通知：{reason}{}", by_route(route.as_deref()))
        }
        What::Owed { notification: _, receiver: _, route, why, channels, terms } => {
            let promise = terms.as_ref().map(promise).unwrap_or_default();
            format!("应通过 {} 通知：{}{}{promise}", names(channels), word(why), by_route(route.as_deref()))
        }
        What::Attempt { attempt, outcome, words, latency_ms, digest, .. } => {
            let digest = digest.map(|it| format!("（汇总 {it}）")).unwrap_or_default();
            let words = reason(outcome, words);
            format!("第 {attempt} 次发送{digest}：{}，{latency_ms} 毫秒：{words}", word(outcome))
        }
        What::GivenUp { reason, .. } => format!("已放弃：{reason}"),
        What::Step { notification: _, receiver: _, step } => done(step),
        What::Acknowledged { notification: _, by } => format!("{by} 已确认"),
    }
}

fn by_route(route: Option<&str>) -> String {
    route.map(|route| format!("（{route}）")).unwrap_or_default()
}

/// What is promised beyond telling all of the channels at leisure.
fn promise(terms: &DeliveryTerms) -> String {
    let DeliveryTerms { channels: _, send, contract: Contract { succeed, within }, escalate } = terms;
    let mut promise = String::new();
    match send {
        Sending::Together => {}
        Sending::InTurn => promise.push_str("；依次发送"),
    }
    let many = match succeed {
        Succeed::All => "全部渠道".to_owned(),
        Succeed::AtLeast(number) => format!(" {number} 个渠道"),
    };
    match within {
        Some(within) => promise.push_str(&format!("；须{many}在 {within} 内送达")),
        None if *succeed == Succeed::All => {}
        None => promise.push_str(&format!("；须{many}送达")),
    }
    for rung in escalate {
        promise.push_str(&format!("；{}", to_come(rung)));
    }
    promise
}

fn done(step: &Step) -> String {
    match step {
        Step::TakeTurn { channel, instead_of, because } => {
            format!("改由 {channel} 发送：{instead_of} {}", failing(*because))
        }
        Step::Climb { rung, unless, to, because } => {
            let (number, to) = (rung + 1, names(to));
            format!("升级到 {to}（第 {number} 级）：{}，{}", not_yet(*unless), climbing(*because))
        }
        Step::Skip { rung, because } => {
            let because = match because {
                Unless::Delivered => "已送达",
                Unless::Acknowledged => "已确认",
                Unless::Resolved => "已恢复",
            };
            format!("无需升级到第 {} 级：{because}", rung + 1)
        }
        Step::Settle { fulfilment } => settled(*fulfilment).to_owned(),
        Step::Retried { by, on } => format!("{by} 要求在 {} 上重发", names(&each_once(on))),
        Step::Discarded { by, reason, on } if on.is_empty() => format!("{by} 已作废：{reason}"),
        Step::Discarded { by, reason, on } => format!("{by} 已作废 {}：{reason}", names(on)),
    }
}

fn failing(because: ChannelFailure) -> &'static str {
    match because {
        ChannelFailure::Troubled => "首次发送失败",
        ChannelFailure::Blocked => "暂时无法发送",
        ChannelFailure::Late => "未及时送达",
        ChannelFailure::Dead => "已放弃",
    }
}

fn not_yet(unless: Unless) -> &'static str {
    match unless {
        Unless::Delivered => "未送达足够的渠道",
        Unless::Acknowledged => "未确认",
        Unless::Resolved => "未恢复",
    }
}

fn climbing(because: EscalationReason) -> &'static str {
    match because {
        EscalationReason::Due => "时间已到",
        EscalationReason::ContractExpired => "约定时间已过",
        EscalationReason::CannotBeMet => "剩余渠道不足",
    }
}

fn settled(fulfilment: ContractStatus) -> &'static str {
    match fulfilment {
        ContractStatus::Open => "约定重新生效",
        ContractStatus::Kept => "约定已履行：足够的渠道已按时送达",
        ContractStatus::Broken => "约定未履行：未能按时送达足够的渠道",
        ContractStatus::Abandoned => "约定已落空：送达的渠道不足，且无人可再通知",
        ContractStatus::Late => "约定已补救：已送达足够的渠道，但超过时限",
    }
}

/// Why a channel of the ladder was called in.
pub(super) fn escalated(unless: Unless) -> String {
    format!("升级：{}", not_yet(unless))
}

/// A rung that is still to come.
pub(super) fn to_come(Rung { after, unless, to }: &Rung) -> String {
    format!("{after} 后若{}则通知 {}", not_yet(*unless), names(to))
}

/// A word of the API; one that is not known stands as it is.
pub(super) fn word(word: &str) -> &str {
    match word {
        "low" => "提示",
        "mid" => "一般",
        "high" => "严重",
        "urgent" => "紧急",
        "started" => "告警开始",
        "still firing" => "仍在告警",
        "acknowledged" => "已确认",
        "resolved" => "已恢复",
        "notice" => "通知",
        "delivered" => "已送达",
        "pending" => "待发送",
        "dead" => "已放弃",
        "discarded" => "已作废",
        "transient" => "暂时失败",
        "throttled" => "被限流",
        "blocked" => "被封禁",
        "quota" => "额度用尽",
        "unsendable" => "内容无法发送",
        "misconfigured" => "配置有误",
        "unanswered" => "未得到答复",
        "open" => "进行中",
        "kept" => "已履行",
        "broken" => "未按时履行",
        "abandoned" => "已落空",
        "late" => "超时履行",
        other => other,
    }
}

fn names(channels: &[ChannelName]) -> String {
    channels.iter().map(ChannelName::as_str).collect::<Vec<_>>().join("、")
}
