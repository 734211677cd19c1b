//! What happened, in Chinese. What the ledger holds in words stands as it is.

use fanfare_core::{
    ChannelName, Climbing, Contract, Failing, Fulfilment, Rung, Sending, Step, Succeed, Terms, Unless,
};

use crate::explain::What;

/// What happened; to whom and where stands beside it.
pub(super) fn what(what: &What) -> String {
    match what {
        What::Accepted { alert: _, source, severity } => format!("已接收，来源 {source}，级别 {severity}"),
        What::Held { receiver: _, route, reason } => {
            format!("未通知：{reason}{}", by_route(route.as_deref()))
        }
        What::Owed { notification: _, receiver: _, route, why, channels, terms } => {
            let promise = terms.as_ref().map(promise).unwrap_or_default();
            format!("应通过 {} 通知：{why}{}{promise}", names(channels), by_route(route.as_deref()))
        }
        What::Attempt { attempt, outcome, words, latency_ms, digest, .. } => {
            let digest = digest.map(|it| format!("（汇总 {it}）")).unwrap_or_default();
            format!("第 {attempt} 次发送{digest}：{outcome}，{latency_ms} 毫秒：{words}")
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
fn promise(terms: &Terms) -> String {
    let Terms { channels: _, send, contract: Contract { succeed, within }, escalate } = terms;
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
    for Rung { after, unless, to } in escalate {
        promise.push_str(&format!("；{after} 后若{}则通知 {}", not_yet(*unless), names(to)));
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
        Step::Retried { by, on } => format!("{by} 要求在 {} 上重发", names(on)),
        Step::Discarded { by, reason, on } if on.is_empty() => format!("{by} 已作废：{reason}"),
        Step::Discarded { by, reason, on } => format!("{by} 已作废 {}：{reason}", names(on)),
    }
}

fn failing(because: Failing) -> &'static str {
    match because {
        Failing::Troubled => "首次发送失败",
        Failing::Blocked => "暂时无法发送",
        Failing::Late => "未及时送达",
        Failing::Dead => "已放弃",
    }
}

fn not_yet(unless: Unless) -> &'static str {
    match unless {
        Unless::Delivered => "未送达足够的渠道",
        Unless::Acknowledged => "未确认",
        Unless::Resolved => "未恢复",
    }
}

fn climbing(because: Climbing) -> &'static str {
    match because {
        Climbing::Due => "时间已到",
        Climbing::Overdue => "约定时间已过",
        Climbing::Hopeless => "剩余渠道不足",
    }
}

fn settled(fulfilment: Fulfilment) -> &'static str {
    match fulfilment {
        Fulfilment::Open => "约定重新生效",
        Fulfilment::Kept => "约定已履行：足够的渠道已按时送达",
        Fulfilment::Broken => "约定未履行：未能按时送达足够的渠道",
        Fulfilment::Abandoned => "约定已落空：送达的渠道不足，且无人可再通知",
        Fulfilment::Late => "约定已补救：已送达足够的渠道，但超过时限",
    }
}

fn names(channels: &[ChannelName]) -> String {
    channels.iter().map(ChannelName::as_str).collect::<Vec<_>>().join("、")
}
