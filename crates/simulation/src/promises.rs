//! The world's own account of what it reported and what it was promised, kept without asking the gateway.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use fanfare_core::{AlertId, Committed, DeliveryTerms, NotificationId, Severity, Status, Unless};

use crate::options::ReceiverOptions;

/// An alert that a source reports.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AlarmReport {
    /// The device that it is about; each has one alarm.
    pub(crate) device: u32,
    /// The receiver to which its label points, perhaps one that is not there.
    pub(crate) to: &'static str,
    /// Severity of the alarm.
    pub(crate) severity: Severity,
    /// Status of the alarm: it begins or ends.
    pub(crate) status: Status,
}

/// The promise that one receiver is told of one alert.
#[derive(Debug, Clone)]
pub(crate) struct Promise {
    /// The notification's number.
    pub(crate) notification: NotificationId,
    /// Device that it is about.
    pub(crate) device: u32,
    /// The number of earlier alarms of the device that are over.
    pub(crate) incident: u32,
    /// The terms of the receiver when it was made.
    pub(crate) terms: Arc<DeliveryTerms>,
    /// Status that is told: a beginning, with a ladder, or an end.
    pub(crate) status: Status,
    /// The time since the beginning of the run at which the alert was accepted.
    pub(crate) made_at: Duration,
    /// The newest step in the ledger when somebody acknowledged it.
    pub(crate) acknowledged_after_step: Option<i64>,
}

/// An alarm of a device, as its source and its readers know it.
#[derive(Debug, Default)]
struct ReportedIncident {
    number: u32,
    /// The severity and the true time of the last notification of each receiver.
    told: BTreeMap<String, (Severity, Duration)>,
    is_acknowledged: bool,
}

/// The account of a run.
#[derive(Debug, Default)]
pub(crate) struct PromiseBook {
    incidents: BTreeMap<u32, ReportedIncident>,
    promises: Vec<Promise>,
    held: BTreeSet<(AlertId, String)>,
    rows: BTreeSet<AlertId>,
    accepted: u64,
    /// The last time at which the machine started anew after its clock was set: nobody can then know what had
    /// passed.
    doubted_at: Option<Duration>,
}

/// The policy by which a report is judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judgement<'a> {
    /// The receivers of the config; the first is that of the root route.
    pub(crate) receivers: &'a [ReceiverOptions],
    /// The time after which a receiver is told again.
    pub(crate) repeat_interval: Duration,
    /// The time since the beginning of the run.
    pub(crate) elapsed: Duration,
}

/// Duty towards a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Duty {
    Tell,
    Hold,
    Either,
}

impl PromiseBook {
    /// An empty account.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// True if the gateway can know what time has passed since `time`.
    pub(crate) fn is_certain_since(&self, time: Duration) -> bool {
        self.doubted_at.is_none_or(|doubted_at| doubted_at < time)
    }

    /// Notes that the machine was started anew, now, with a wall clock that was set.
    pub(crate) fn doubt_time(&mut self, now: Duration) {
        self.doubted_at = Some(now);
    }

    /// The number of alerts that were accepted.
    pub(crate) fn accepted(&self) -> u64 {
        self.accepted
    }

    /// The promises so far, in the order in which they were made.
    pub(crate) fn promises(&self) -> &[Promise] {
        &self.promises
    }

    /// The alerts of which a receiver must hear nothing.
    pub(crate) fn held(&self) -> &BTreeSet<(AlertId, String)> {
        &self.held
    }

    /// Enters an accepted report, and checks that exactly those are told to whom it is news.
    pub(crate) fn enter(
        &mut self,
        report: AlarmReport,
        committed: &Committed,
        judgement: Judgement<'_>,
    ) -> Result<()> {
        self.accepted += 1;
        let Some(alert) = committed.alerts.first() else {
            anyhow::bail!("an accepted alert is not among what was committed");
        };
        let told: Vec<_> = committed.notifications.iter().filter(|it| it.alert_id == alert.id).collect();
        let names: BTreeSet<String> = told.iter().map(|it| it.receiver.as_str().to_owned()).collect();
        // A mere repeat counts in the row of the alert that it repeats, of which somebody was told.
        let is_new = self.rows.insert(alert.id);
        for (receiver, duty) in self.duties(report, judgement) {
            let is_told = names.contains(&receiver);
            ensure!(
                duty == Duty::Either || is_told == (duty == Duty::Tell),
                "{receiver} of {report:?}: the duty was to {duty:?}, and is_told is {is_told}"
            );
            if !is_told && is_new {
                self.held.insert((alert.id, receiver));
            }
        }
        let incident = self.incidents.entry(report.device).or_default();
        for notification in &told {
            let terms = judgement.receivers.iter().find(|it| it.name == notification.receiver.as_str());
            let Some(receiver) = terms else {
                anyhow::bail!("{} is told, and is not in the config", notification.receiver.as_str());
            };
            self.promises.push(Promise {
                notification: notification.id,
                device: report.device,
                incident: incident.number,
                terms: terms_of(report, receiver),
                status: report.status,
                made_at: judgement.elapsed,
                acknowledged_after_step: None,
            });
        }
        incident.follow(report, &names, judgement.elapsed);
        Ok(())
    }

    /// The receivers that are concerned, and whether each must be told.
    fn duties(&self, report: AlarmReport, judgement: Judgement<'_>) -> Vec<(String, Duty)> {
        let none = ReportedIncident::default();
        let incident = self.incidents.get(&report.device).unwrap_or(&none);
        match report.status {
            Status::Resolved => {
                let is_there = |name: &String| judgement.receivers.iter().any(|it| it.name == name);
                let duty = |name: &String| if is_there(name) { Duty::Tell } else { Duty::Hold };
                incident.told.keys().map(|name| (name.clone(), duty(name))).collect()
            }
            Status::Firing => {
                let named = judgement.receivers.iter().skip(1).find(|it| it.name == report.to);
                let routed = named.or(judgement.receivers.first()).map(|it| it.name.to_owned());
                routed
                    .into_iter()
                    .map(|name| (name.clone(), self.duty(incident, &name, report, judgement)))
                    .collect()
            }
        }
    }

    fn duty(
        &self,
        incident: &ReportedIncident,
        receiver: &str,
        report: AlarmReport,
        judgement: Judgement<'_>,
    ) -> Duty {
        let Some((severity, at)) = incident.told.get(receiver) else {
            return Duty::Tell;
        };
        if *severity < report.severity {
            return Duty::Tell;
        }
        match judgement.elapsed.saturating_sub(*at) >= judgement.repeat_interval {
            _ if incident.is_acknowledged => Duty::Hold,
            _ if !self.is_certain_since(*at) => Duty::Either,
            true => Duty::Tell,
            false => Duty::Hold,
        }
    }

    /// Notes that somebody has acknowledged the incident of `promise`, when `newest_step` was the
    /// newest step in the ledger.
    pub(crate) fn acknowledge(&mut self, device: u32, incident: u32, newest_step: i64) {
        if let Some(now) = self.incidents.get_mut(&device).filter(|it| it.number == incident) {
            now.is_acknowledged = true;
        }
        for promise in &mut self.promises {
            if promise.device == device && promise.incident == incident {
                promise.acknowledged_after_step.get_or_insert(newest_step);
            }
        }
    }
}

impl ReportedIncident {
    fn follow(&mut self, report: AlarmReport, told: &BTreeSet<String>, now: Duration) {
        match report.status {
            Status::Resolved => *self = Self { number: self.number + 1, ..Self::default() },
            Status::Firing => {
                let got_worse = self.told.values().all(|(severity, _)| *severity < report.severity)
                    || told.iter().any(|it| self.told.get(it).is_some_and(|last| last.0 < report.severity));
                self.is_acknowledged &= !got_worse;
                self.told.extend(told.iter().map(|it| (it.clone(), (report.severity, now))));
            }
        }
    }
}

/// The terms of a promise: nobody acknowledges an end, and what is over cannot end again.
fn terms_of(report: AlarmReport, receiver: &ReceiverOptions) -> Arc<DeliveryTerms> {
    match report.status {
        Status::Firing => Arc::clone(&receiver.terms),
        Status::Resolved => {
            let mut terms = DeliveryTerms::clone(&receiver.terms);
            terms.escalate.retain(|rung| rung.unless == Unless::Delivered);
            Arc::new(terms)
        }
    }
}
