//! What happened, in English.

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
        What::Accepted { alert: _, source, severity } => format!("accepted from {source}: {severity}"),
        What::Held { receiver: _, route, reason } => {
            format!("not told: {reason}{}", by_route(route.as_deref()))
        }
        What::Owed { notification: _, receiver: _, route, why, channels, terms } => {
            let promise = terms.as_ref().map(promise).unwrap_or_default();
            format!("to be told on {}: {why}{}{promise}", names(channels), by_route(route.as_deref()))
        }
        What::Attempt { attempt, outcome, words, latency_ms, digest, .. } => {
            let digest = digest.map(|it| format!(" in digest {it}")).unwrap_or_default();
            let words = reason(outcome, words);
            format!("attempt {attempt}{digest}: {outcome} after {latency_ms} ms: {words}")
        }
        What::GivenUp { reason, .. } => format!("given up: {reason}"),
        What::Step { notification: _, receiver: _, step } => done(step),
        What::Acknowledged { notification: _, by } => format!("acknowledged by {by}"),
    }
}

fn by_route(route: Option<&str>) -> String {
    route.map(|route| format!(" (by {route})")).unwrap_or_default()
}

/// What is promised beyond telling all of the channels at leisure.
fn promise(terms: &DeliveryTerms) -> String {
    let DeliveryTerms { channels: _, send, contract: Contract { succeed, within }, escalate } = terms;
    let mut promise = String::new();
    match send {
        Sending::Together => {}
        Sending::InTurn => promise.push_str("; in turn"),
    }
    let many = match succeed {
        Succeed::All => "all".to_owned(),
        Succeed::AtLeast(number) => number.to_string(),
    };
    match within {
        Some(within) => promise.push_str(&format!("; {many} must confirm within {within}")),
        None if *succeed == Succeed::All => {}
        None => promise.push_str(&format!("; {many} must confirm")),
    }
    for rung in escalate {
        promise.push_str(&format!("; {}", to_come(rung)));
    }
    promise
}

fn done(step: &Step) -> String {
    match step {
        Step::TakeTurn { channel, instead_of, because } => {
            format!("{channel} is told instead of {instead_of}, which {}", failing(*because))
        }
        Step::Climb { rung, unless, to, because } => {
            let (number, to) = (rung + 1, names(to));
            format!("escalated to {to} (rung {number}): {}, {}", not_yet(*unless), climbing(*because))
        }
        Step::Skip { rung, because } => format!("rung {} of the ladder is needless: {because}", rung + 1),
        Step::Settle { fulfilment } => format!("the contract is {}", settled(*fulfilment)),
        Step::Retried { by, on } => {
            format!("tried again on {} at the request of {by}", names(&each_once(on)))
        }
        Step::Discarded { by, reason, on } if on.is_empty() => format!("discarded by {by}: {reason}"),
        Step::Discarded { by, reason, on } => format!("{} discarded by {by}: {reason}", names(on)),
    }
}

fn failing(because: ChannelFailure) -> &'static str {
    match because {
        ChannelFailure::Troubled => "has failed at first",
        ChannelFailure::Blocked => "cannot send for now",
        ChannelFailure::Late => "is late",
        ChannelFailure::Dead => "has been given up",
    }
}

fn not_yet(unless: Unless) -> &'static str {
    match unless {
        Unless::Delivered => "not delivered on enough channels",
        Unless::Acknowledged => "not acknowledged",
        Unless::Resolved => "not resolved",
    }
}

fn climbing(because: EscalationReason) -> &'static str {
    match because {
        EscalationReason::Due => "and its time has come",
        EscalationReason::ContractExpired => "and the contract's time is over",
        EscalationReason::CannotBeMet => "and too few channels are left that could confirm",
    }
}

fn settled(fulfilment: ContractStatus) -> &'static str {
    match fulfilment {
        ContractStatus::Open => "open again",
        ContractStatus::Kept => "kept: enough channels confirmed in time",
        ContractStatus::Broken => "broken: too few channels confirmed in time",
        ContractStatus::Abandoned => "abandoned: too few channels confirmed, and nobody is left to be told",
        ContractStatus::Late => "kept late: enough channels confirmed, but not in time",
    }
}

/// Why a channel of the ladder was called in.
pub(super) fn escalated(unless: Unless) -> String {
    format!("escalated: not {unless}")
}

/// A rung that is still to come: `after 15m unless acknowledged: boss`.
pub(super) fn to_come(Rung { after, unless, to }: &Rung) -> String {
    format!("after {after} unless {unless}: {}", names(to))
}

fn names(channels: &[ChannelName]) -> String {
    channels.iter().map(ChannelName::as_str).collect::<Vec<_>>().join(", ")
}
