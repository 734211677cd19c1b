//! The plan of an alert: the receivers that are told, and the reasons.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::{
    Acknowledgement, AlarmNumbers, Alert, DeliveryTerms, Incident, Kind, LastNotified, Match, Policy,
    ReceiverName, RoutePath, Severity, Status, Why,
};

/// The decisions about one alert: the receivers that are told, and the change of the incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// One for each receiver that routing, or an earlier notification, points at.
    pub decisions: Vec<Decision>,
    /// The change of the incident.
    pub incident: IncidentChange,
}

/// The decision about one receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The receiver that is decided about.
    pub receiver: ReceiverName,
    /// The route that points at the receiver; `None` where it is told because it
    /// was told before.
    pub route: Option<RoutePath>,
    /// The verdict: told or not.
    pub verdict: Verdict,
}

impl Decision {
    /// The reason for which the receiver is not told; `None`: it is told.
    #[must_use]
    pub fn suppression(&self) -> Option<Suppression> {
        match self.verdict {
            Verdict::Notify { .. } => None,
            Verdict::Suppress(reason) => Some(reason),
        }
    }
}

/// The verdict: told or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The receiver is told.
    Notify {
        /// The reason for telling it now.
        why: Why,
        /// The channels, and the contract with the receiver.
        terms: Arc<DeliveryTerms>,
    },
    /// The receiver is not told, since it is not news.
    Suppress(Suppression),
}

/// The reason for which an alert is not news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suppression {
    /// The receiver knows, and `repeat_interval` has not passed.
    Unchanged,
    /// The receiver knows, and somebody takes care of it.
    Acknowledged,
    /// The alert ended, and nobody was told that it began.
    NeverTold,
    /// The alert ended, and it cannot be told which of several open alarms it ends.
    SeveralOpen(AlarmNumbers),
    /// The receiver that was told is no longer in the config.
    ReceiverGone,
}

impl fmt::Display for Suppression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = match self {
            Self::SeveralOpen(alarms) => {
                return write!(f, "several open alarms may be meant ({alarms}): name the one that ends");
            }
            Self::Unchanged => "already told, and the repeat interval has not passed",
            Self::Acknowledged => "already told, and somebody takes care of it",
            Self::NeverTold => "a resolution of something nobody was told of",
            Self::ReceiverGone => "the receiver that was told is no longer configured",
        };
        f.write_str(sentence)
    }
}

/// The change of the incident of an alert's fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IncidentChange {
    /// No change: there is none, or the alert does not touch it.
    Leave,
    /// The incident goes on, or begins if there was none.
    Keep {
        /// The last notification of each receiver.
        told: Vec<LastNotified>,
        /// The acknowledgement; none any more once it is worse than it was when they
        /// said so, to everybody or to one of those who are told now.
        acknowledged: Option<Acknowledgement>,
    },
    /// The incident is over.
    Close,
}

/// Decides what is owed to whom because of `alert`.
///
/// `incident` is what was last said about its fingerprint, if it fires.
/// A resolution goes to those who were told of the firing, wherever the
/// resolution itself would route: many clears carry neither level nor groups.
#[must_use]
pub fn plan(policy: &Policy, alert: &Alert, incident: Option<&Incident>, now: Timestamp) -> Plan {
    plan_routed(policy, &route_alert(policy, alert), alert, incident, now)
}

/// The same for an alert that `policy` has already routed.
pub(crate) fn plan_routed(
    policy: &Policy,
    routed: &[RoutedReceiver],
    alert: &Alert,
    incident: Option<&Incident>,
    now: Timestamp,
) -> Plan {
    match (alert.kind, alert.status) {
        (Kind::Notice, _) => plan_notice(routed),
        (Kind::Alarm, Status::Firing) => plan_firing(routed, alert.severity, incident, now),
        (Kind::Alarm, Status::Resolved) => plan_resolved(policy, routed, incident),
    }
}

/// The plan of an end that may mean several alarms: it ends none of them.
pub(crate) fn plan_unclear(routed: &[RoutedReceiver], alarms: AlarmNumbers) -> Plan {
    let several = Verdict::Suppress(Suppression::SeveralOpen(alarms));
    let decisions = routed.iter().map(|it| it.decide(several.clone())).collect();
    Plan { decisions, incident: IncidentChange::Leave }
}

/// The plan of an end that was only read out of words, and that ends no alarm which is known: they may mean something
/// else, and their sender may be nobody who reads an answer. They are told, but not again within `repeat_interval`:
/// `told_at` is the time at which the same words were told by the plan that it is given.
pub(crate) fn plan_words(
    routed: &[RoutedReceiver],
    told_at: impl Fn(&Plan) -> Option<Timestamp>,
    now: Timestamp,
) -> Plan {
    let decisions = routed.iter().map(|it| it.decide(notify(Why::Resolved, &it.terms))).collect();
    let mut plan = Plan { decisions, incident: IncidentChange::Leave };
    if let Some(told_at) = told_at(&plan) {
        let since = time_between(told_at, now);
        for (decision, it) in plan.decisions.iter_mut().zip(routed) {
            if since < it.repeat_interval {
                decision.verdict = Verdict::Suppress(Suppression::Unchanged);
            }
        }
    }
    plan
}

/// A receiver that routing points at, by its first route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutedReceiver {
    /// The name of the receiver.
    pub receiver: ReceiverName,
    /// The path of the route; `None`: no route leads there.
    pub route: Option<RoutePath>,
    /// The time after which the receiver is told again while the alert fires.
    pub repeat_interval: Duration,
    /// The terms of the receiver.
    pub terms: Arc<DeliveryTerms>,
}

/// The receivers to which `policy` routes `alert`, each once.
#[must_use]
pub fn route_alert(policy: &Policy, alert: &Alert) -> Vec<RoutedReceiver> {
    let mut routed: Vec<RoutedReceiver> = Vec::new();
    for Match { path, route } in policy.route().matches(alert) {
        if routed.iter().any(|it| it.receiver == route.receiver) {
            continue;
        }
        if let Some(receiver) = policy.receiver(&route.receiver) {
            routed.push(RoutedReceiver {
                receiver: receiver.name.clone(),
                route: Some(path),
                repeat_interval: route.repeat_interval,
                terms: Arc::clone(&receiver.terms),
            });
        }
    }
    routed
}

fn plan_notice(routed: &[RoutedReceiver]) -> Plan {
    let decisions = routed.iter().map(|it| it.decide(notify(Why::Notice, &it.terms))).collect();
    Plan { decisions, incident: IncidentChange::Leave }
}

fn plan_firing(
    routed: &[RoutedReceiver],
    severity: Severity,
    incident: Option<&Incident>,
    now: Timestamp,
) -> Plan {
    let mut told = incident.map(|it| it.told.clone()).unwrap_or_default();
    let receivers: Vec<ReceiverNews<'_>> =
        routed.iter().map(|it| receiver_news(it, severity, &told, now)).collect();
    let got_worse = told.iter().all(|it| it.severity < severity)
        || receivers.iter().any(|it| matches!(it.news, Ok(Why::Worsened { .. })));
    let acknowledged = incident.and_then(|it| it.acknowledged.clone()).filter(|_| !got_worse);
    let mut decisions = Vec::new();
    for ReceiverNews { routed, last, news } in receivers {
        let news = match news {
            Ok(Why::StillFiring) if acknowledged.is_some() => Err(Suppression::Acknowledged),
            news => news,
        };
        let verdict = match news {
            Ok(why) => {
                let now_told = LastNotified { receiver: routed.receiver.clone(), severity, at: now };
                match last {
                    Some(index) => told[index] = now_told,
                    None => told.push(now_told),
                }
                notify(why, &routed.terms)
            }
            Err(reason) => Verdict::Suppress(reason),
        };
        decisions.push(routed.decide(verdict));
    }
    Plan { decisions, incident: IncidentChange::Keep { told, acknowledged } }
}

/// A receiver that routing points at, and whether the alert is news to it.
struct ReceiverNews<'a> {
    routed: &'a RoutedReceiver,
    /// The position of the receiver among those who were told.
    last: Option<usize>,
    news: Result<Why, Suppression>,
}

fn receiver_news<'a>(
    routed: &'a RoutedReceiver,
    severity: Severity,
    told: &[LastNotified],
    now: Timestamp,
) -> ReceiverNews<'a> {
    let last = told.iter().position(|it| it.receiver == routed.receiver);
    let news = news(last.map(|index| &told[index]), severity, routed.repeat_interval, now);
    ReceiverNews { routed, last, news }
}

/// The reason to tell a receiver of a firing alert, or for not telling it.
fn news(
    last: Option<&LastNotified>,
    severity: Severity,
    repeat_interval: Duration,
    now: Timestamp,
) -> Result<Why, Suppression> {
    match last {
        None => Ok(Why::Started),
        Some(told) if told.severity < severity => Ok(Why::Worsened { from: told.severity }),
        Some(told) if time_between(told.at, now) >= repeat_interval => Ok(Why::StillFiring),
        Some(_) => Err(Suppression::Unchanged),
    }
}

/// The time between `told` and `now`, whichever is later: where a clock was set
/// back by a year, nobody is to wait for a year.
fn time_between(told: Timestamp, now: Timestamp) -> Duration {
    now.duration_since(told).unsigned_abs()
}

fn plan_resolved(policy: &Policy, routed: &[RoutedReceiver], incident: Option<&Incident>) -> Plan {
    let told = incident.map(|it| it.told.as_slice()).unwrap_or_default();
    if told.is_empty() {
        let never_told = Verdict::Suppress(Suppression::NeverTold);
        let decisions = routed.iter().map(|it| it.decide(never_told.clone())).collect();
        let incident = if incident.is_some() { IncidentChange::Close } else { IncidentChange::Leave };
        return Plan { decisions, incident };
    }
    let terms_of = |name: &ReceiverName| {
        let routed = routed.iter().find(|it| it.receiver == *name).map(|it| &it.terms);
        routed.or_else(|| policy.receiver(name).map(|it| &it.terms))
    };
    let decisions = told
        .iter()
        .map(|told| Decision {
            receiver: told.receiver.clone(),
            route: None,
            verdict: match terms_of(&told.receiver) {
                Some(terms) => notify(Why::Resolved, terms),
                None => Verdict::Suppress(Suppression::ReceiverGone),
            },
        })
        .collect();
    Plan { decisions, incident: IncidentChange::Close }
}

fn notify(why: Why, terms: &Arc<DeliveryTerms>) -> Verdict {
    let terms = if terms.escalate.is_empty() { Arc::clone(terms) } else { Arc::new(terms.for_telling(why)) };
    Verdict::Notify { why, terms }
}

impl RoutedReceiver {
    fn decide(&self, verdict: Verdict) -> Decision {
        Decision { receiver: self.receiver.clone(), route: self.route.clone(), verdict }
    }
}

#[cfg(test)]
mod tests;
