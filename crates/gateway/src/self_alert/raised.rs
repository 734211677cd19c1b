//! Raised self-alerts, and their changes.

use std::collections::BTreeMap;
use std::time::Duration;

use fanfare_core::{Alert, Kind, Labels, Severity, Status};
use fanfare_words::SelfAlertFacts;
use jiff::Timestamp;
use tracing::info;

use crate::self_alert::alert::SelfAlert;
use crate::self_alert::checks::{CheckResult, HealthProblem};
use crate::self_alert::condition::Condition;
use crate::time::after;

/// The interval at which an ongoing alert is sent again. The repetition itself tells
/// nobody: routes have their `repeat_interval`, and this must be shorter than any sensible one.
const REFRESH_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// The self-alerts that are firing, in [monotonic](crate::time::MonotonicClock) time.
#[derive(Debug, Default)]
pub(crate) struct RaisedAlerts(BTreeMap<Condition, RaisedAlert>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct RaisedAlert {
    severity: Severity,
    at: Timestamp,
    /// The time from which the condition is over, though the alert is not resolved yet.
    over_since: Option<Timestamp>,
}

/// A self-alert to raise, to refresh or to resolve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AlertChange {
    pub(crate) condition: Condition,
    pub(crate) status: Status,
    pub(crate) severity: Severity,
    pub(crate) labels: Labels,
    pub(crate) facts: SelfAlertFacts,
}

impl RaisedAlerts {
    /// The self-alerts of such conditions that an earlier run raised and did not resolve.
    pub(crate) fn from_stored(firing: &[Alert], is_wanted: fn(&Condition) -> bool, now: Timestamp) -> Self {
        let raised = |alert: &Alert| {
            let condition = Condition::from_alert(alert).filter(is_wanted)?;
            Some((condition, RaisedAlert { severity: alert.severity, at: now, over_since: None }))
        };
        Self(firing.iter().filter_map(raised).collect())
    }

    /// Tells whether none is firing.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The changes that `found` calls for at `now`: new conditions, those with another
    /// severity, those that last for long, and those that are over.
    pub(crate) fn changes(
        &mut self,
        found: &BTreeMap<Condition, CheckResult>,
        now: Timestamp,
    ) -> Vec<AlertChange> {
        let problems = found.iter().filter_map(|(condition, result)| match result {
            CheckResult::Problem(problem) => Some((condition, problem)),
            CheckResult::Unknown => None,
        });
        let due = problems.filter(|(condition, problem)| self.is_due(condition, problem, now));
        let mut changes: Vec<_> = due.map(|(condition, problem)| firing(condition, problem)).collect();
        for (condition, raised) in &mut self.0 {
            match found.get(condition) {
                Some(CheckResult::Problem(_)) => raised.over_since = None,
                Some(CheckResult::Unknown) => {}
                None => {
                    let since = *raised.over_since.get_or_insert(now);
                    if after(since, condition.resolve_after()) <= now {
                        changes.push(resolved(condition, raised.severity));
                    }
                }
            }
        }
        changes
    }

    fn is_due(&self, condition: &Condition, problem: &HealthProblem, now: Timestamp) -> bool {
        match self.0.get(condition) {
            None => true,
            Some(raised) => raised.severity != problem.severity || after(raised.at, REFRESH_INTERVAL) <= now,
        }
    }

    /// Records a change that was accepted at `now`: it is on the disk.
    pub(crate) fn record(&mut self, change: &AlertChange, now: Timestamp) {
        match change.status {
            Status::Firing => {
                let raised = RaisedAlert { severity: change.severity, at: now, over_since: None };
                self.0.insert(change.condition.clone(), raised);
            }
            Status::Resolved => {
                self.0.remove(&change.condition);
            }
        }
    }
}

fn firing(
    condition: &Condition,
    HealthProblem { severity, labels, condition: raised }: &HealthProblem,
) -> AlertChange {
    AlertChange {
        condition: condition.clone(),
        status: Status::Firing,
        severity: *severity,
        labels: labels.clone(),
        facts: SelfAlertFacts::Raised(raised.clone()),
    }
}

fn resolved(condition: &Condition, severity: Severity) -> AlertChange {
    AlertChange {
        condition: condition.clone(),
        status: Status::Resolved,
        severity,
        labels: Labels::default(), // the end of an alert has those with which it was raised
        facts: SelfAlertFacts::Resolved(condition.resolved()),
    }
}

impl AlertChange {
    /// Logs the change.
    pub(crate) fn log(&self) {
        let Self { condition, status, severity, labels: _, facts: _ } = self;
        let (alertname, subject) = (condition.alertname(), condition.subject());
        match status {
            Status::Firing => info!(alertname, %subject, %severity, "Self-alert raised"),
            Status::Resolved => info!(alertname, %subject, "Self-alert resolved"),
        }
    }

    /// The alert that tells the change.
    pub(crate) fn alert(&self, now: Timestamp) -> Alert {
        let Self { condition, status, severity, labels, facts } = self;
        SelfAlert {
            name: condition.alertname(),
            subject: &condition.subject(),
            cause: None,
            kind: Kind::Alarm,
            status: *status,
            severity: *severity,
            labels: labels.clone(),
            facts: facts.clone(),
        }
        .alert(now)
    }
}

#[cfg(test)]
mod tests;
