//! Changes while they are being worked out: the parts that several decisions share.

use std::sync::Arc;

use jiff::Timestamp;

use super::changes::{
    AlertRef, Changes, NewAlert, NewDelivery, NewGroupedAlert, NewNotification, NewStep, NotificationRef,
    NotificationUpdate, RecheckAt,
};
use super::context::DecisionContext;
use super::state::{
    Handled, NotificationContent, NotificationRecord, NotificationState, ToldChannel, ToldContent,
};
use crate::clock::whole_millis;
use crate::{
    Acknowledgement, Alert, ChannelDelivery, ChannelName, ClockLeads, ContractState, ContractStatus,
    Decision, DeliveryProgress, DeliveryTerms, EscalationDecision, GroupKey, GroupedAlert, IncidentDigest,
    Notification, Plan, ReceiverName, RoutePath, Severity, SourceName, Step, Unless, Verdict, Why,
    evaluate_contract, shifted,
};

/// The time at which a notification is evaluated: all that is due then is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvaluationTime {
    /// The time on the scale of promises, by which timers go off.
    Scheduled(Timestamp),
    /// The time by the wall clock, at which something happens to the notification.
    Event(Timestamp),
}

impl EvaluationTime {
    /// The time by the wall clock, while the time scales have these leads.
    fn wall(self, leads: ClockLeads) -> Timestamp {
        match self {
            Self::Scheduled(promise) => shifted(promise, -leads.promise),
            Self::Event(wall) => wall,
        }
    }

    /// The times of an evaluation of a notification in this state, while the time scales have these leads.
    ///
    /// What is due counts on the scale of promises in either case, which nobody can set: an attempt that ends before
    /// the timers of a new life have gone off must not count as one within a time that is over.
    fn times_for(
        self,
        state: &NotificationState,
        record: &NotificationRecord,
        leads: ClockLeads,
    ) -> EvaluationTimes {
        let wall = self.wall(leads);
        let promise = shifted(wall, leads.promise);
        EvaluationTimes { due: contract_time(record, promise), steps: state.step_time(wall) }
    }
}

/// The time `promise` by the clock of a contract: the wall clock when it began, as if nobody had set that since.
fn contract_time(record: &NotificationRecord, promise: Timestamp) -> Timestamp {
    shifted(promise, -record.leads.promise)
}

/// The times of one evaluation.
#[derive(Debug, Clone, Copy)]
struct EvaluationTimes {
    /// The time by the clock of the contract, by which is decided what is due, and from which new deliveries count.
    due: Timestamp,
    /// The time of the steps, for people: not before anything that leads to them.
    steps: Timestamp,
}

/// Changes while they are being worked out.
#[derive(Debug)]
pub(super) struct ChangesBuilder<'a> {
    pub(super) changes: Changes,
    pub(super) context: &'a DecisionContext<'a>,
}

/// The group of alerts that notifications tell of.
#[derive(Debug, Clone, Copy)]
pub(super) struct NotificationSubject<'a> {
    pub(super) group: GroupKey,
    /// The number of the alert that calls for them.
    pub(super) id: AlertRef,
    pub(super) incident: AlertRef,
    pub(super) since: Timestamp,
    pub(super) alert: &'a Arc<Alert>,
    pub(super) others: &'a [GroupedAlert],
    /// Tells whether messages ask for an acknowledgement, also where no rung waits for one.
    pub(super) asks: bool,
}

impl<'a> NotificationSubject<'a> {
    /// The subject of an alert that is a group of its own.
    pub(super) fn from_alert(
        id: AlertRef,
        incident: AlertRef,
        since: Timestamp,
        alert: &'a Arc<Alert>,
    ) -> Self {
        Self { group: alert.fingerprint.into(), id, incident, since, alert, others: &[], asks: false }
    }
}

/// A notification that is to be created: who is told, and how.
#[derive(Debug)]
pub(super) struct NotificationDraft<'a> {
    pub(super) receiver: &'a ReceiverName,
    pub(super) route: Option<&'a RoutePath>,
    pub(super) why: Why,
    pub(super) terms: Arc<DeliveryTerms>,
    pub(super) acknowledgement: Option<&'a Acknowledgement>,
    /// The channels on which something was owed of the incident.
    pub(super) told: &'a [ToldChannel],
}

/// The common part of a notification's deliveries.
#[derive(Debug)]
struct DeliveryTemplate<'a> {
    notification: NotificationRef,
    source: &'a SourceName,
    about: IncidentDigest,
    severity: Severity,
    owed_at: Timestamp,
    leads: ClockLeads,
    asks: bool,
    needs_recheck: bool,
}

impl<'a> ChangesBuilder<'a> {
    pub(super) fn new(context: &'a DecisionContext<'a>) -> Self {
        Self { changes: Changes::default(), context }
    }

    /// Adds the notifications that `decisions` call for.
    pub(super) fn add_notifications(
        &mut self,
        subject: NotificationSubject<'_>,
        decisions: &[Decision],
        told: &[ToldChannel],
        now: Timestamp,
    ) {
        for decision in decisions {
            let Verdict::Notify { why, terms } = &decision.verdict else { continue };
            let draft = NotificationDraft {
                receiver: &decision.receiver,
                route: decision.route.as_ref(),
                why: *why,
                terms: Arc::clone(terms),
                acknowledgement: None,
                told,
            };
            self.add_notification(subject, draft, now);
        }
    }

    /// Adds an alert that is an incident of its own and touches no other.
    pub(super) fn add_planned(&mut self, alert: Arc<Alert>, plan: Plan, now: Timestamp) {
        let (id, since) = (AlertRef::New(self.changes.alerts.len()), whole_millis(alert.starts_at));
        self.changes.alerts.push(NewAlert {
            received_at: now,
            leads: self.context.leads,
            incident: id,
            since,
            alert: Arc::clone(&alert),
            json: None,
            policy: self.context.policy_id,
            repeat_key: None, // told every time
            decisions: plan.decisions.clone(),
        });
        let subject = NotificationSubject::from_alert(id, id, since, &alert);
        self.add_notifications(subject, &plan.decisions, &[], now);
    }

    /// Owes a notification to the channels that are told first, and to those that
    /// must be told at once instead of them.
    pub(super) fn add_notification(
        &mut self,
        subject: NotificationSubject<'_>,
        draft: NotificationDraft<'_>,
        now: Timestamp,
    ) {
        let first = self.first_channels(&draft);
        let decision = draft.terms.needs_recheck().then(|| self.evaluate_new(&draft.terms, &first, now));
        let template = DeliveryTemplate {
            notification: NotificationRef::New(self.changes.notifications.len()),
            source: &subject.alert.source,
            about: subject.alert.incident_key().digest(),
            severity: subject.alert.severity,
            owed_at: now,
            leads: self.context.leads,
            asks: subject.asks || draft.terms.ask_for_acknowledgement(),
            needs_recheck: decision.is_some(),
        };
        let new = new_notification(subject, draft, first.len(), decision.as_ref(), now);
        self.changes.notifications.push(NewNotification { leads: self.context.leads, ..new });
        first.iter().for_each(|channel| self.add_delivery(&template, channel, None, now));
        if let Some(decision) = decision {
            self.take_steps(&template, None, &decision, EvaluationTimes { due: now, steps: now });
        }
    }

    /// The channels that are told at once. The end is told to those who were added
    /// too, when their turn came or by the ladder: they were alarmed by it.
    fn first_channels(&self, draft: &NotificationDraft<'_>) -> Vec<ChannelName> {
        let mut channels = draft.terms.first().to_vec();
        match draft.why {
            Why::Started | Why::Worsened { .. } | Why::StillFiring | Why::Notice | Why::Acknowledged => {}
            Why::Resolved => {
                let added = draft
                    .told
                    .iter()
                    .filter(|it| it.receiver == *draft.receiver && it.content == ToldContent::Alert);
                for ToldChannel { channel, .. } in added {
                    if !channels.contains(channel) && self.context.is_configured(channel) {
                        channels.push(channel.clone());
                    }
                }
            }
        }
        channels
    }

    /// The first evaluation of a notification whose first channels have just been told.
    fn evaluate_new(
        &self,
        terms: &DeliveryTerms,
        first: &[ChannelName],
        now: Timestamp,
    ) -> EscalationDecision {
        let owed = |channel: &ChannelName| ChannelDelivery {
            channel: channel.clone(),
            at: now,
            progress: DeliveryProgress::Pending,
        };
        let contract = ContractState {
            owed_at: now,
            deliveries: first.iter().map(owed).collect(),
            climbed: 0,
            status: ContractStatus::Open,
            acknowledged: false,
            resolved: false,
        };
        evaluate_contract(terms, &contract, &|it| self.context.is_blocked(it), now)
    }

    /// Does all that is due about a notification; returns the channels that are told of it by that.
    pub(super) fn recheck(&mut self, state: &NotificationState, time: EvaluationTime) -> Vec<ToldChannel> {
        let before = self.changes.deliveries.len();
        match &state.content {
            NotificationContent::Readable(record) => {
                self.evaluate(state, record, time.times_for(state, record, self.context.leads));
                let is_its = |it: &&NewDelivery| it.notification == NotificationRef::Existing(state.id);
                let told = |it: &NewDelivery| ToldChannel {
                    receiver: record.notification.receiver.clone(),
                    channel: it.channel.clone(),
                    content: ToldContent::Alert,
                };
                self.changes.deliveries.iter().skip(before).filter(is_its).map(told).collect()
            }
            NotificationContent::Unreadable { status, next_check_at, .. } => {
                match (status, next_check_at) {
                    (ContractStatus::Kept | ContractStatus::Abandoned | ContractStatus::Late, None) => {}
                    (ContractStatus::Open | ContractStatus::Broken, _)
                    | (ContractStatus::Kept | ContractStatus::Abandoned | ContractStatus::Late, Some(_)) => {
                        self.abandon_unreadable(state, time);
                    }
                }
                Vec::new()
            }
        }
    }

    /// Abandons a contract that cannot be read any more, and what is left of its ladder: so people hear of it.
    fn abandon_unreadable(&mut self, state: &NotificationState, time: EvaluationTime) {
        let notification = NotificationRef::Existing(state.id);
        let status = ContractStatus::Abandoned;
        let at = state.step_time(time.wall(self.context.leads));
        self.changes.steps.push(NewStep { notification, subject: None, at, step: Step::Settle { status } });
        let update =
            NotificationUpdate { id: state.id, status, climbed: 0, next_check_at: None, handled: None };
        self.changes.updated_notifications.push(update);
        self.changes.rechecks.push(RecheckAt { notification, at: None });
    }

    /// Does all that is due about a notification in this state.
    fn evaluate(&mut self, state: &NotificationState, record: &NotificationRecord, times: EvaluationTimes) {
        let (terms, contract) = (state.terms(record), state.contract(record));
        let decision = self.decide(&terms, &contract, times.due);
        let before = (record.climbed, record.status, record.next_check_at);
        if (decision.climbed, decision.status, decision.next_check_at) != before {
            self.update_contract(state, &decision, record.handled);
        }
        self.carry_out(state, record, &decision, times);
    }

    /// Opens the contract of an abandoned notification again, which is in this state but for that.
    pub(super) fn reopen(&mut self, state: &NotificationState, record: &NotificationRecord, now: Timestamp) {
        let contract = ContractState { status: ContractStatus::Open, ..state.contract(record) };
        let due = self.contract_time(record, now);
        let decision = self.decide(&state.terms(record), &contract, due);
        self.update_contract(state, &decision, None);
        let times = EvaluationTimes { due, steps: state.step_time(now) };
        self.carry_out(state, record, &decision, times);
    }

    /// The time `wall`, which is now, on the scale of promises.
    pub(super) fn promise_time(&self, wall: Timestamp) -> Timestamp {
        shifted(wall, self.context.leads.promise)
    }

    /// The time `wall`, which is now, by the clock of a contract.
    pub(super) fn contract_time(&self, record: &NotificationRecord, wall: Timestamp) -> Timestamp {
        contract_time(record, self.promise_time(wall))
    }

    /// The evaluation of a contract in this state, at a time by its clock.
    pub(super) fn decide(
        &self,
        terms: &DeliveryTerms,
        contract: &ContractState,
        now: Timestamp,
    ) -> EscalationDecision {
        evaluate_contract(terms, contract, &|channel| self.context.is_blocked(channel), now)
    }

    fn update_contract(
        &mut self,
        state: &NotificationState,
        decision: &EscalationDecision,
        handled: Option<Handled>,
    ) {
        let EscalationDecision { steps: _, climbed, status, next_check_at } = decision;
        self.changes.updated_notifications.push(NotificationUpdate {
            id: state.id,
            status: *status,
            climbed: *climbed,
            next_check_at: *next_check_at,
            handled,
        });
    }

    fn carry_out(
        &mut self,
        state: &NotificationState,
        record: &NotificationRecord,
        decision: &EscalationDecision,
        times: EvaluationTimes,
    ) {
        let terms = state.terms(record);
        let template = DeliveryTemplate {
            notification: NotificationRef::Existing(state.id),
            source: &record.notification.alert.source,
            about: record.notification.alert.incident_key().digest(),
            severity: record.notification.alert.severity,
            owed_at: record.notification.owed_at,
            leads: record.leads,
            asks: terms.ask_for_acknowledgement(),
            needs_recheck: terms.needs_recheck(),
        };
        self.take_steps(&template, Some(&record.notification), decision, times);
    }

    /// Owes what was decided about a notification, and enters the reasons.
    fn take_steps(
        &mut self,
        template: &DeliveryTemplate<'_>,
        subject: Option<&Arc<Notification>>,
        decision: &EscalationDecision,
        times: EvaluationTimes,
    ) {
        let (notification, now) = (template.notification, times.due);
        for step in &decision.steps {
            let (subject, at) = (subject.cloned(), times.steps);
            self.changes.steps.push(NewStep { notification, subject, at, step: step.clone() });
            match step {
                Step::TakeTurn { channel, .. } => self.add_delivery(template, channel, None, now),
                Step::Climb { unless, to, .. } => {
                    to.iter().for_each(|channel| self.add_delivery(template, channel, Some(*unless), now));
                }
                Step::Skip { .. } | Step::Settle { .. } | Step::Retried { .. } | Step::Discarded { .. } => {}
            }
        }
        let at = decision.next_check_at.map(|at| shifted(at, template.leads.promise));
        self.changes.rechecks.push(RecheckAt { notification, at });
    }

    fn add_delivery(
        &mut self,
        template: &DeliveryTemplate<'_>,
        channel: &ChannelName,
        escalated: Option<Unless>,
        now: Timestamp,
    ) {
        let DeliveryTemplate { notification, source, about, severity, owed_at, leads, asks, needs_recheck } =
            *template;
        self.changes.deliveries.push(NewDelivery {
            notification,
            source: source.clone(),
            about,
            channel: channel.clone(),
            severity,
            owed_at: now,
            notification_owed_at: owed_at,
            leads,
            escalated,
            asks,
            needs_recheck,
        });
    }
}

fn new_notification(
    subject: NotificationSubject<'_>,
    draft: NotificationDraft<'_>,
    first_channels: usize,
    decision: Option<&EscalationDecision>,
    now: Timestamp,
) -> NewNotification {
    let NotificationSubject { group, id, incident, since, alert, others, asks } = subject;
    let other =
        |it: &GroupedAlert| NewGroupedAlert { id: AlertRef::Existing(it.id), alert: Arc::clone(&it.alert) };
    let NotificationDraft { receiver, route, why, terms, acknowledgement, told: _ } = draft;
    NewNotification {
        alert_id: id,
        incident,
        group,
        alert: Arc::clone(alert),
        others: others.iter().map(other).collect(),
        since,
        receiver: receiver.clone(),
        route: route.cloned(),
        why,
        owed_at: now,
        leads: ClockLeads::default(),
        first_channels,
        asks: asks || terms.ask_for_acknowledgement(),
        terms: decision.map(|_| terms),
        acknowledged_by: acknowledgement.cloned(),
        status: decision.map_or(ContractStatus::Open, |it| it.status),
        climbed: decision.map_or(0, |it| it.climbed),
        next_check_at: decision.and_then(|it| it.next_check_at),
    }
}
