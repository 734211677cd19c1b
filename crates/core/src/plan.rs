//! What is owed to whom because of an alert, and why.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::{
    Acknowledgement, Alert, DeliveryTerms, Incident, Kind, LastNotified, Match, Policy, Receiver,
    ReceiverName, RoutePath, Severity, Status, Why,
};

/// What is owed to whom because of one alert, and what we then know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// One for each receiver that routing, or an earlier notification, points at.
    pub decisions: Vec<Decision>,
    /// What becomes of the incident.
    pub incident: IncidentChange,
}

/// Whether one receiver is told, and why or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Who.
    pub receiver: ReceiverName,
    /// The route that points at the receiver; `None` where it is told because it
    /// was told before.
    pub route: Option<RoutePath>,
    /// Told or not.
    pub verdict: Verdict,
}

/// Told or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The receiver is told.
    Notify {
        /// Why now.
        why: Why,
        /// Where, and what is promised.
        terms: Arc<DeliveryTerms>,
    },
    /// It is not news to the receiver.
    Suppress(Suppression),
}

/// Why an alert is not news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suppression {
    /// The receiver knows, and `repeat_interval` has not passed.
    Unchanged,
    /// The receiver knows, and somebody takes care of it.
    Acknowledged,
    /// It ended, and nobody was told that it began.
    NeverTold,
    /// The receiver that was told is no longer in the config.
    ReceiverGone,
}

impl fmt::Display for Suppression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unchanged => "already told, and the repeat interval has not passed",
            Self::Acknowledged => "already told, and somebody takes care of it",
            Self::NeverTold => "a resolution of something nobody was told of",
            Self::ReceiverGone => "the receiver that was told is no longer configured",
        })
    }
}

/// What becomes of the incident of an alert's fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IncidentChange {
    /// Nothing: there is none, or the alert does not touch it.
    Leave,
    /// It goes on, or begins if there was none.
    Keep {
        /// What was told.
        told: Vec<LastNotified>,
        /// Who takes care of it; nobody any more once it is worse than it was when they
        /// said so, to everybody or to one of those who are told now.
        acknowledged: Option<Acknowledgement>,
    },
    /// It is over.
    Close,
}

/// Decides what is owed to whom because of `alert`.
///
/// `incident` is what was last said about its fingerprint, if it fires.
/// A resolution goes to those who were told of the firing, wherever the
/// resolution itself would route: many clears carry neither level nor groups.
#[must_use]
pub fn plan(policy: &Policy, alert: &Alert, incident: Option<&Incident>, now: Timestamp) -> Plan {
    match (alert.kind, alert.status) {
        (Kind::Notice, _) => plan_notice(policy, alert),
        (Kind::Alarm, Status::Firing) => plan_firing(policy, alert, incident, now),
        (Kind::Alarm, Status::Resolved) => plan_resolved(policy, alert, incident),
    }
}

fn plan_notice(policy: &Policy, alert: &Alert) -> Plan {
    let decisions = receivers_of(policy, alert)
        .map(|(found, receiver)| Decision {
            receiver: receiver.name.clone(),
            route: Some(found.path),
            verdict: notify(Why::Notice, receiver),
        })
        .collect();
    Plan { decisions, incident: IncidentChange::Leave }
}

fn plan_firing(policy: &Policy, alert: &Alert, incident: Option<&Incident>, now: Timestamp) -> Plan {
    let mut told = incident.map(|it| it.told.clone()).unwrap_or_default();
    let concerned: Vec<Concerned<'_>> = receivers_of(policy, alert)
        .map(|(found, it)| concern(found, it, alert.severity, &told, now))
        .collect();
    let got_worse = told.iter().all(|it| it.severity < alert.severity)
        || concerned.iter().any(|it| matches!(it.news, Ok(Why::Worsened { .. })));
    let acknowledged = incident.and_then(|it| it.acknowledged.clone()).filter(|_| !got_worse);
    let mut decisions = Vec::new();
    for Concerned { found, receiver, last, news } in concerned {
        let news = match news {
            Ok(Why::StillFiring) if acknowledged.is_some() => Err(Suppression::Acknowledged),
            news => news,
        };
        let verdict = match news {
            Ok(why) => {
                let now_told =
                    LastNotified { receiver: receiver.name.clone(), severity: alert.severity, at: now };
                match last {
                    Some(index) => told[index] = now_told,
                    None => told.push(now_told),
                }
                notify(why, receiver)
            }
            Err(hold) => Verdict::Suppress(hold),
        };
        decisions.push(Decision { receiver: receiver.name.clone(), route: Some(found.path), verdict });
    }
    Plan { decisions, incident: IncidentChange::Keep { told, acknowledged } }
}

/// A receiver that routing points at, and whether the alert is news to it.
struct Concerned<'a> {
    found: Match<'a>,
    receiver: &'a Receiver,
    /// Where it stands among those who were told.
    last: Option<usize>,
    news: Result<Why, Suppression>,
}

fn concern<'a>(
    found: Match<'a>,
    receiver: &'a Receiver,
    severity: Severity,
    told: &[LastNotified],
    now: Timestamp,
) -> Concerned<'a> {
    let last = told.iter().position(|it| it.receiver == receiver.name);
    let news = news(last.map(|index| &told[index]), severity, found.route.repeat_interval, now);
    Concerned { found, receiver, last, news }
}

/// Whether a firing alert is news to a receiver.
fn news(
    last: Option<&LastNotified>,
    severity: Severity,
    repeat_interval: Duration,
    now: Timestamp,
) -> Result<Why, Suppression> {
    match last {
        None => Ok(Why::Started),
        Some(told) if told.severity < severity => Ok(Why::Worsened { from: told.severity }),
        Some(told) if apart(told.at, now) >= repeat_interval => Ok(Why::StillFiring),
        Some(_) => Err(Suppression::Unchanged),
    }
}

/// The time between `told` and `now`, whichever is later: where a clock was set
/// back by a year, nobody is to wait for a year.
fn apart(told: Timestamp, now: Timestamp) -> Duration {
    now.duration_since(told).unsigned_abs()
}

fn plan_resolved(policy: &Policy, alert: &Alert, incident: Option<&Incident>) -> Plan {
    let told = incident.map(|it| it.told.as_slice()).unwrap_or_default();
    if told.is_empty() {
        let decisions = receivers_of(policy, alert)
            .map(|(found, receiver)| Decision {
                receiver: receiver.name.clone(),
                route: Some(found.path),
                verdict: Verdict::Suppress(Suppression::NeverTold),
            })
            .collect();
        let incident = if incident.is_some() { IncidentChange::Close } else { IncidentChange::Leave };
        return Plan { decisions, incident };
    }
    let decisions = told
        .iter()
        .map(|told| Decision {
            receiver: told.receiver.clone(),
            route: None,
            verdict: match policy.receiver(&told.receiver) {
                Some(receiver) => notify(Why::Resolved, receiver),
                None => Verdict::Suppress(Suppression::ReceiverGone),
            },
        })
        .collect();
    Plan { decisions, incident: IncidentChange::Close }
}

fn notify(why: Why, receiver: &Receiver) -> Verdict {
    let terms = if receiver.terms.escalate.is_empty() {
        Arc::clone(&receiver.terms)
    } else {
        Arc::new(receiver.terms.for_telling(why))
    };
    Verdict::Notify { why, terms }
}

/// The receivers routing points at, each once, by its first route.
fn receivers_of<'a>(policy: &'a Policy, alert: &Alert) -> impl Iterator<Item = (Match<'a>, &'a Receiver)> {
    let mut found: Vec<Match<'a>> = Vec::new();
    for candidate in policy.route().matches(alert) {
        if !found.iter().any(|it| it.route.receiver == candidate.route.receiver) {
            found.push(candidate);
        }
    }
    found.into_iter().filter_map(|it| policy.receiver(&it.route.receiver).map(|receiver| (it, receiver)))
}

#[cfg(test)]
mod tests;
