//! An alert comes in.

use std::sync::Arc;

use jiff::Timestamp;

use super::builder::{ChangesBuilder, EvaluationTime, NotificationSubject};
use super::changes::{AlertRef, Changes, IncidentUpdate, NewAlert, RepeatedAlert};
use super::complete::complete;
use super::context::DecisionContext;
use super::meant::{Meant, meant};
use super::repeat::{ContentDigest, RepeatKey};
use super::state::{
    DecisionState, IncidentStatus, NewestAlert, NotificationContent, NotificationState, OpenIncident,
    StateKey,
};
use crate::clock::whole_millis;
use crate::{
    AlarmNumbers, Alert, IncidentChange, Kind, Plan, Policy, RoutedReceiver, Status, StatusBasis,
    plan_routed, plan_unclear, plan_words, route_alert, shifted,
};

/// An alert that was reported, and routed.
#[derive(Debug, Clone)]
pub struct IncomingAlert {
    /// The alert as reported.
    pub alert: Arc<Alert>,
    /// The alert as JSON, so that it need not be made in the transaction.
    pub json: Option<Arc<str>>,
    /// The receivers that routing points at.
    pub routed: Vec<RoutedReceiver>,
    /// Tells whether all its messages ask for an acknowledgement.
    pub asks: bool,
    content: ContentDigest,
}

impl IncomingAlert {
    /// `alert` with the receivers to which `policy` routes it.
    #[must_use]
    pub fn new(alert: Alert, policy: &Policy) -> Self {
        let routed = route_alert(policy, &alert);
        Self { asks: false, ..Self::to_receivers(alert, routed) }
    }

    /// `alert` for these receivers, who are asked for an acknowledgement.
    #[must_use]
    pub fn to_receivers(alert: Alert, routed: Vec<RoutedReceiver>) -> Self {
        let content = ContentDigest::new(&alert);
        Self { alert: Arc::new(alert), json: None, routed, asks: true, content }
    }

    /// The state that [`accept`] needs.
    #[must_use]
    pub fn keys(&self) -> Vec<StateKey> {
        let key = || self.alert.incident_key();
        match (self.alert.kind, self.alert.status) {
            (Kind::Notice, _) => Vec::new(),
            (Kind::Alarm, Status::Firing) => vec![StateKey::Incident(key())],
            (Kind::Alarm, Status::Resolved) => {
                let device = self.alert.device_key().map(StateKey::OpenOfDevice);
                [StateKey::WholeIncident(key())].into_iter().chain(device).collect()
            }
        }
    }

    /// The state that [`accept`] needs beside that of [`IncomingAlert::keys`], which is `state`.
    #[must_use]
    pub fn further_keys(&self, state: &DecisionState) -> Vec<StateKey> {
        match (&state.incident, meant(&self.alert, &state.open_of_device)) {
            (None, Meant::One(known)) => vec![StateKey::WholeIncident(known.key.clone())],
            (None, Meant::Nothing | Meant::Several(_)) | (Some(_), _) => Vec::new(),
        }
    }
}

/// Takes an alert in: what it calls for, and what is then known.
///
/// Needs the state of [`IncomingAlert::keys`] and, with that, of [`IncomingAlert::further_keys`].
#[must_use]
pub fn accept(
    state: &DecisionState,
    incoming: &IncomingAlert,
    context: &DecisionContext<'_>,
    now: Timestamp,
) -> Changes {
    let now = whole_millis(now);
    let IncomingAlert { alert, json, routed: _, asks, content } = incoming;
    let known = match alert.kind {
        Kind::Notice => None,
        Kind::Alarm => state.incident.as_ref(),
    };
    let plan = plan_of(incoming, known, state, context, now);
    if let Some(repeated) = repeated(state, incoming, &plan, context, now) {
        return Changes { repeats: vec![repeated], ..Changes::default() };
    }
    let completed = known.and_then(|it| complete(alert, it));
    let (alert, json) = match completed {
        Some(completed) => (Arc::new(completed), None),
        None => (Arc::clone(alert), json.clone()),
    };
    let since = known.map_or_else(|| whole_millis(alert.starts_at), |it| it.incident.since);
    let id = AlertRef::New(0);
    let incident = known.map_or(id, |it| AlertRef::Existing(it.incident.id));
    let mut builder = ChangesBuilder::new(context);
    builder.changes.incidents.extend(update_incident(&alert, known, since, &plan));
    builder.changes.alerts.push(NewAlert {
        received_at: now,
        leads: context.leads,
        incident,
        since,
        alert: Arc::clone(&alert),
        json,
        policy: context.policy_id,
        repeat_key: repeat_key(alert.kind, content, &plan),
        decisions: plan.decisions.clone(),
    });
    let mut told = state.of_incident.told.clone();
    if plan.incident == IncidentChange::Close {
        for notification in state.of_incident.scheduled.iter().map(ended) {
            told.extend(builder.recheck(&notification, EvaluationTime::Event(now)));
        }
    }
    let asks = *asks && alert.status == Status::Firing; // nobody acknowledges an end
    let subject =
        NotificationSubject { asks, ..NotificationSubject::from_alert(id, incident, since, &alert) };
    builder.add_notifications(subject, &plan.decisions, &told, now);
    builder.changes
}

/// The plan of `incoming`, whose incident is `known`.
fn plan_of(
    incoming: &IncomingAlert,
    known: Option<&OpenIncident>,
    state: &DecisionState,
    context: &DecisionContext<'_>,
    now: Timestamp,
) -> Plan {
    let IncomingAlert { alert, routed, .. } = incoming;
    let meant = match alert.kind {
        Kind::Notice => Meant::Nothing,
        Kind::Alarm => meant(alert, &state.open_of_device),
    };
    match (known, meant, alert.status_basis) {
        (None, Meant::Nothing | Meant::Several(_), StatusBasis::Words)
            if alert.status == Status::Resolved =>
        {
            plan_words(routed, |plan| told_at(state, incoming, plan), now)
        }
        (None, Meant::Several(alarms), _) => plan_unclear(routed, AlarmNumbers::new(&alarms)),
        (None, Meant::One(_) | Meant::Nothing, _) | (Some(_), _, _) => {
            // Repeats are told by the time that passes, whatever the wall clock is set to.
            let promise_now = shifted(now, context.leads.promise);
            plan_routed(context.policy, routed, alert, known.map(|it| &it.incident), promise_now)
        }
    }
}

/// The time at which the very content of `incoming` was last told by such a plan; `None` if something else is newer.
fn told_at(state: &DecisionState, incoming: &IncomingAlert, plan: &Plan) -> Option<Timestamp> {
    let NewestAlert { id: _, repeat_key, received_at } = state.newest_alert?;
    received_at.filter(|_| repeat_key == Some(RepeatKey::new(&incoming.content, &plan.decisions)))
}

/// The alert that `incoming` merely repeats, if it does: nobody is told, and nothing changes.
fn repeated(
    state: &DecisionState,
    incoming: &IncomingAlert,
    plan: &Plan,
    context: &DecisionContext<'_>,
    now: Timestamp,
) -> Option<RepeatedAlert> {
    let NewestAlert { id, repeat_key, received_at: _ } = state.newest_alert?;
    let is_over = plan.incident == IncidentChange::Close;
    let is_repeat = !is_over
        && tells_nobody(plan)
        && repeat_key == Some(RepeatKey::new(&incoming.content, &plan.decisions));
    is_repeat.then(|| RepeatedAlert {
        id,
        seen_at: now,
        leads: context.leads,
        alert: Arc::clone(&incoming.alert),
        decisions: plan.decisions.clone(),
    })
}

fn repeat_key(kind: Kind, content: &ContentDigest, plan: &Plan) -> Option<RepeatKey> {
    match kind {
        Kind::Alarm => Some(RepeatKey::new(content, &plan.decisions)),
        Kind::Notice => None, // told every time
    }
}

fn tells_nobody(plan: &Plan) -> bool {
    plan.decisions.iter().all(|it| it.suppression().is_some())
}

/// Takes in a notice about which all is decided.
///
/// Needs no state.
#[must_use]
pub fn accept_planned(
    alert: Arc<Alert>,
    plan: Plan,
    context: &DecisionContext<'_>,
    now: Timestamp,
) -> Changes {
    let mut builder = ChangesBuilder::new(context);
    builder.add_planned(alert, plan, whole_millis(now));
    builder.changes
}

/// The change of the incident of `alert`, which is about to be added; `None`: none.
fn update_incident(
    alert: &Alert,
    known: Option<&OpenIncident>,
    since: Timestamp,
    plan: &Plan,
) -> Option<IncidentUpdate> {
    let key = known.map_or_else(|| alert.incident_key(), |it| it.key.clone());
    match &plan.incident {
        IncidentChange::Leave => None,
        IncidentChange::Keep { .. } if tells_nobody(plan) && known.is_some() => None, // nothing new to remember
        IncidentChange::Keep { told, acknowledged } => Some(IncidentUpdate::Keep {
            key,
            first: known.map_or(AlertRef::New(0), |it| AlertRef::Existing(it.incident.id)),
            last: AlertRef::New(0),
            since,
            device: alert.device_key(),
            told: told.clone(),
            acknowledged: acknowledged.clone(),
        }),
        IncidentChange::Close => Some(IncidentUpdate::Close(key)),
    }
}

/// The same notification once its incident is over.
fn ended(notification: &NotificationState) -> NotificationState {
    let mut notification = notification.clone();
    match &mut notification.content {
        NotificationContent::Readable(record) => record.incident = IncidentStatus::Over,
        NotificationContent::Unreadable { .. } => {}
    }
    notification
}
