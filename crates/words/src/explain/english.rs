//! Sentences about events, in English.

use fanfare_api::{
    ContractProgress, ContractTerms, EscalationCondition, EscalationRung, EventDetails, ReceiverTerms,
    RequiredChannels, RungReason, SendOrder, StepDetails, TurnReason,
};

use super::channels::each_once;
use crate::kept_words::in_english_without_outcome;

/// A sentence about an event; receiver and channel stand beside it.
pub(super) fn event(event: &EventDetails) -> String {
    match event {
        EventDetails::Accepted { alert: _, source, severity } => {
            format!("accepted from {source}: {severity}")
        }
        EventDetails::Held { receiver: _, route, reason } => {
            format!("not told: {reason}{}", by_route(route.as_deref()))
        }
        EventDetails::Owed { notification: _, receiver: _, route, why, channels, terms } => {
            let promise = terms.as_ref().map(promise).unwrap_or_default();
            format!("to be told on {}: {why}{}{promise}", names(channels), by_route(route.as_deref()))
        }
        EventDetails::Attempt { attempt, outcome, words, latency_ms, digest, .. } => {
            let digest = digest.map(|it| format!(" in digest {it}")).unwrap_or_default();
            let words = in_english_without_outcome(&outcome.to_string(), words);
            format!("attempt {attempt}{digest}: {outcome} after {latency_ms} ms: {words}")
        }
        EventDetails::GivenUp { reason, .. } => format!("given up: {reason}"),
        EventDetails::Step { notification: _, receiver: _, step } => done(step),
        EventDetails::Restarted { cut_off } if cut_off.is_empty() => {
            "the gateway was started again".to_owned()
        }
        EventDetails::Restarted { cut_off } => format!(
            "the gateway was started again; its end cut off an attempt on {}, which may have been delivered",
            names(cut_off)
        ),
        EventDetails::Reworded { alert, text } => format!("text (alert {alert}): {text}"),
        EventDetails::Acknowledged { notification: _, by } => format!("acknowledged by {by}"),
    }
}

fn by_route(route: Option<&str>) -> String {
    route.map(|route| format!(" (by {route})")).unwrap_or_default()
}

/// The terms beyond those of telling all channels without a time limit.
fn promise(terms: &ReceiverTerms) -> String {
    let ReceiverTerms { channels: _, send, contract: ContractTerms { succeed, within }, escalate } = terms;
    let mut promise = String::new();
    match send {
        SendOrder::Together => {}
        SendOrder::InTurn => promise.push_str("; in turn"),
    }
    let many = match succeed {
        RequiredChannels::All => "all".to_owned(),
        RequiredChannels::AtLeast(number) => number.to_string(),
    };
    match within {
        Some(within) => promise.push_str(&format!("; {many} must confirm within {within}")),
        None if *succeed == RequiredChannels::All => {}
        None => promise.push_str(&format!("; {many} must confirm")),
    }
    for each in escalate {
        promise.push_str(&format!("; {}", rung(each)));
    }
    promise
}

fn done(step: &StepDetails) -> String {
    match step {
        StepDetails::TakeTurn { channel, instead_of, because } => {
            format!("{channel} is told instead of {instead_of}, which {}", failing(*because))
        }
        StepDetails::Climb { rung, unless, to, because } => {
            let (number, to) = (rung + 1, names(to));
            format!("escalated to {to} (rung {number}): {}, {}", not_yet(*unless), climbing(*because))
        }
        StepDetails::Skip { rung, because } => {
            format!("rung {} of the ladder is needless: {because}", rung + 1)
        }
        StepDetails::Settle { fulfilment } => format!("the contract is {}", settled(*fulfilment)),
        StepDetails::Retried { by, on } => {
            format!("tried again on {} at the request of {by}", names(&each_once(on)))
        }
        StepDetails::Discarded { by, reason, on } if on.is_empty() => format!("discarded by {by}: {reason}"),
        StepDetails::Discarded { by, reason, on } => format!("{} discarded by {by}: {reason}", names(on)),
    }
}

fn failing(because: TurnReason) -> &'static str {
    match because {
        TurnReason::Troubled => "has failed at first",
        TurnReason::Blocked => "cannot send for now",
        TurnReason::Late => "is late",
        TurnReason::Dead => "has been given up",
    }
}

fn not_yet(unless: EscalationCondition) -> &'static str {
    match unless {
        EscalationCondition::Delivered => "not delivered on enough channels",
        EscalationCondition::Acknowledged => "not acknowledged",
        EscalationCondition::Resolved => "not resolved",
    }
}

fn climbing(because: RungReason) -> &'static str {
    match because {
        RungReason::Due => "and its time has come",
        RungReason::Overdue => "and the contract's time is over",
        RungReason::Hopeless => "and too few channels are left that could confirm",
    }
}

fn settled(fulfilment: ContractProgress) -> &'static str {
    match fulfilment {
        ContractProgress::Open => "open again",
        ContractProgress::Kept => "kept: enough channels confirmed in time",
        ContractProgress::Broken => "broken: too few channels confirmed in time",
        ContractProgress::Abandoned => "abandoned: too few channels confirmed, and nobody is left to be told",
        ContractProgress::Late => "kept late: enough channels confirmed, but not in time",
    }
}

/// A rung that is still to come: `after 15m unless acknowledged: boss`.
pub(super) fn rung(EscalationRung { after, unless, to }: &EscalationRung) -> String {
    format!("after {after} unless {unless}: {}", names(to))
}

fn names(channels: &[String]) -> String {
    channels.join(", ")
}
