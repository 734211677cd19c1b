//! A ledger, a policy and channels, and the events that tests let happen to them.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::ledger::MemoryLedger;
use crate::decide::*;
use crate::fixtures::{NOON, after_noon, receiver, route, rung, seconds};
use crate::{
    Acknowledgement, Alert, ChannelName, ClockLeads, Contract, DeliveryId, DeliveryTerms, Fingerprint, Kind,
    Labels, MessageForm, NotificationId, Policy, Receiver, Sending, Severity, Status, Step, Succeed, Unless,
};

/// A ledger, and the circumstances in which decisions are made.
#[derive(Debug, Clone)]
pub(super) struct DecisionFixture {
    pub(super) ledger: MemoryLedger,
    pub(super) policy: Policy,
    pub(super) blocked: Vec<ChannelName>,
    pub(super) gone: Vec<ChannelName>,
    /// The leads of the time scales over the wall clock now.
    pub(super) leads: ClockLeads,
}

/// On `ding` and on `mail`, at leisure.
pub(super) fn plain() -> DeliveryTerms {
    DeliveryTerms::plain(vec!["ding".into(), "mail".into()])
}

/// On `ding` or else on `mail`; one of them within a minute.
pub(super) fn in_turn() -> DeliveryTerms {
    let contract = Contract { succeed: Succeed::AtLeast(1.try_into().unwrap()), within: Some(seconds(60)) };
    DeliveryTerms { send: Sending::InTurn, contract, ..plain() }
}

/// On `ding` and on `mail` within a minute, or else on `phone`; on `boss` unless
/// somebody has acknowledged it after a quarter of an hour.
pub(super) fn ladder() -> DeliveryTerms {
    DeliveryTerms {
        contract: Contract { succeed: Succeed::All, within: Some(seconds(60)) },
        escalate: vec![rung(60, Unless::Delivered, &["phone"]), rung(900, Unless::Acknowledged, &["boss"])],
        ..plain()
    }
}

/// A policy that tells `on-call` of everything on `terms`, and again after four hours.
pub(super) fn policy_on(terms: DeliveryTerms) -> Policy {
    let on_call = Receiver { terms: Arc::new(terms), ..receiver("on-call") };
    Policy::new(route("on-call", &[], Vec::new()), vec![on_call]).unwrap()
}

/// An alarm about the device `eui`.
pub(super) fn alarm(eui: &str, severity: Severity) -> Alert {
    let identity: Labels = [("source", "thinklink"), ("eui", eui)].into_iter().collect();
    let mut alert =
        crate::fixtures::alert(&[("device", "Cold room 3"), ("source", "thinklink"), ("eui", eui)]);
    alert.fingerprint = Fingerprint::from_labels(&identity);
    alert.severity = severity;
    alert.annotations.set("title", "Temperature too high");
    alert
}

/// The end of [`alarm`], as bare as scripts send it.
pub(super) fn end_of(eui: &str) -> Alert {
    let mut alert = alarm(eui, Severity::Low);
    alert.status = Status::Resolved;
    alert.labels = [("eui", eui)].into_iter().collect();
    alert.annotations = Labels::default();
    alert
}

/// A message to pass on from the device `eui`.
pub(super) fn notice(eui: &str, severity: Severity) -> Alert {
    Alert { kind: Kind::Notice, ..alarm(eui, severity) }
}

pub(super) fn dead() -> DeliveryOutcome {
    DeliveryOutcome::Dead { reason: "too late".to_owned() }
}

/// Tried again, not before so many seconds after noon.
pub(super) fn again(seconds: i64) -> DeliveryOutcome {
    DeliveryOutcome::Pending {
        next_at: after_noon(seconds),
        failures: 1,
        form: MessageForm::Full,
        only: None,
        digest: None,
    }
}

/// The channels of new deliveries, with the rungs that added them.
pub(super) fn channels(committed: &Committed) -> Vec<(&str, Option<Unless>)> {
    committed.deliveries.iter().map(|it| (it.channel.as_str(), it.escalated)).collect()
}

/// The channels of new deliveries.
pub(super) fn names(committed: &Committed) -> Vec<&str> {
    committed.deliveries.iter().map(|it| it.channel.as_str()).collect()
}

impl DecisionFixture {
    pub(super) fn on(terms: DeliveryTerms) -> Self {
        Self {
            ledger: MemoryLedger::default(),
            policy: policy_on(terms),
            blocked: Vec::new(),
            gone: Vec::new(),
            leads: ClockLeads::default(),
        }
    }

    pub(super) fn while_blocked(self, channel: &str) -> Self {
        Self { blocked: vec![channel.into()], ..self }
    }

    /// `channel` is no longer in the config.
    pub(super) fn without(self, channel: &str) -> Self {
        Self { gone: vec![channel.into()], ..self }
    }

    /// The same at `passed` seconds after noon, when the wall clock was set to `shown` seconds after noon.
    pub(super) fn with_clock_set(self, passed: i64, shown: i64) -> Self {
        let lead = SignedDuration::from_secs(passed - shown);
        Self { leads: ClockLeads { promise: lead, certain: lead }, ..self }
    }

    fn availability(&self, channel: &ChannelName) -> ChannelAvailability {
        if self.gone.contains(channel) {
            ChannelAvailability::NotConfigured
        } else if self.blocked.contains(channel) {
            ChannelAvailability::Blocked
        } else {
            ChannelAvailability::Open
        }
    }

    /// Decides in the circumstances of this fixture.
    pub(super) fn decide<T>(&self, decide: impl FnOnce(&DecisionContext<'_>) -> T) -> T {
        decide(&DecisionContext {
            policy: &self.policy,
            policy_id: Some(crate::PolicyId(7)),
            availability: &|channel| self.availability(channel),
            leads: self.leads,
        })
    }

    pub(super) fn accept_at(&mut self, alert: Alert, now: Timestamp) -> Committed {
        let incoming = IncomingAlert::new(alert, &self.policy);
        let state = self.ledger.read(&incoming.keys());
        let further = incoming.further_keys(&state);
        let state = self.ledger.read_on(state, &further);
        let changes = self.decide(|context| accept(&state, &incoming, context, now));
        self.ledger.write(changes)
    }

    /// Accepts `alert` so many seconds after noon.
    pub(super) fn accept(&mut self, alert: Alert, seconds: i64) -> Committed {
        self.accept_at(alert, after_noon(seconds))
    }

    /// The pending delivery on `channel`, the oldest first.
    pub(super) fn pending_on(&self, channel: &str) -> (NotificationId, DeliveryState) {
        let is_it = |it: &&(NotificationId, DeliveryState)| {
            it.1.channel.as_str() == channel && it.1.status == DeliveryStatus::Pending
        };
        self.ledger.deliveries.values().find(is_it).unwrap().clone()
    }

    pub(super) fn settlement(&self, channel: &str, outcome: DeliveryOutcome, seconds: i64) -> Settlement {
        let (notification, delivery) = self.pending_on(channel);
        let is_scheduled = self.decide(|_| self.ledger.read(&[StateKey::Notification(notification)]));
        let record = is_scheduled.notifications[0].record();
        Settlement {
            delivery: delivery.id,
            notification,
            needs_recheck: record
                .is_some_and(|it| it.terms.is_some() || it.status == crate::ContractStatus::Abandoned),
            ordinal: delivery.attempts + 1,
            started_at: NOON,
            ended_at: after_noon(seconds),
            word: match outcome {
                DeliveryOutcome::Delivered => "delivered",
                DeliveryOutcome::Pending { .. }
                | DeliveryOutcome::Dead { .. }
                | DeliveryOutcome::Answered { .. } => "transient",
            },
            words: "errcode 0: ok".to_owned(),
            outcome,
            send: None,
            hold: None,
        }
    }

    /// An attempt on `channel` ends so many seconds after noon.
    pub(super) fn settle(&mut self, channel: &str, outcome: DeliveryOutcome, seconds: i64) -> Committed {
        let settlement = self.settlement(channel, outcome, seconds);
        self.enter(&settlement)
    }

    pub(super) fn enter(&mut self, settlement: &Settlement) -> Committed {
        let state = self.ledger.read(&settlement.keys());
        let changes = self.decide(|context| settle(&state, settlement, context));
        self.ledger.write(changes)
    }

    /// Evaluates the notification `id` when its timer says it is so many seconds after noon.
    pub(super) fn recheck(&mut self, id: i64, seconds: i64) -> Committed {
        let state = self.ledger.read(&[StateKey::Notification(NotificationId(id))]);
        let time = EvaluationTime::Scheduled(after_noon(seconds));
        let changes = self.decide(|context| recheck(&state, time, context));
        self.ledger.write(changes)
    }

    /// A person acknowledges the notification `id` so many seconds after noon.
    pub(super) fn acknowledge(&mut self, id: i64, by: &str, seconds: i64) -> Result<Committed, Obstacle> {
        let id = NotificationId(id);
        let state = self.ledger.read(&[StateKey::IncidentOf(id)]);
        let acknowledgement = Acknowledgement { by: by.to_owned(), at: after_noon(seconds) };
        let changes =
            self.decide(|context| acknowledge(&state, id, &acknowledgement, &AckAudience::Told, context))?;
        Ok(self.ledger.write(changes))
    }

    /// Ann has these dead letters of the notification `id` tried again, 100 s after noon.
    pub(super) fn retry(&mut self, id: i64, letters: &[&str]) -> Committed {
        let state = self.ledger.read(&[StateKey::Notification(NotificationId(id))]);
        let letters: Vec<_> = letters.iter().map(|it| it.parse().unwrap()).collect();
        let changes = self.decide(|context| retry(&state, &letters, "Ann", context, after_noon(100)));
        self.ledger.write(changes)
    }

    /// Ann discards these dead letters of the notification `id`, 100 s after noon, as known.
    pub(super) fn discard(&mut self, id: i64, letters: &[&str]) -> Committed {
        let state = self.ledger.read(&[StateKey::Notification(NotificationId(id))]);
        let letters: Vec<_> = letters.iter().map(|it| it.parse().unwrap()).collect();
        let discarding = DiscardReason { by: "Ann".to_owned(), reason: "known".to_owned() };
        let changes = discard(&state, &letters, &discarding, after_noon(100));
        self.ledger.write(changes)
    }

    /// Gives up, ten minutes after noon, the pending deliveries of the notification `id`.
    pub(super) fn give_up(&mut self, id: i64) -> Committed {
        let state = self.ledger.read(&[StateKey::Notification(NotificationId(id))]);
        let all: Vec<DeliveryId> = self.ledger.deliveries.keys().copied().collect();
        let changes = self.decide(|context| give_up(&state, &all, context, after_noon(600)));
        self.ledger.write(changes)
    }

    /// The steps that were taken, with the time in seconds after noon, as JSON.
    pub(super) fn steps(&self) -> Vec<String> {
        let step = |(_, at, step): &(NotificationId, Timestamp, Step)| {
            let seconds = at.duration_since(NOON).as_secs();
            format!("{seconds}: {}", serde_json::to_string(step).unwrap())
        };
        self.ledger.steps.iter().map(step).collect()
    }

    pub(super) fn delivery(&self, id: i64) -> &DeliveryState {
        &self.ledger.deliveries[&DeliveryId(id)].1
    }
}
