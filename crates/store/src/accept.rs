//! Accepting alerts: what arrived, what is then known and what is then owed, in
//! one transaction.

use std::sync::Arc;

use fanfare_core::{
    Acknowledgement, Alert, AlertId, ChannelDelivery, ChannelName, ContractState, ContractStatus, DeliveryId,
    DeliveryProgress, DeliveryTerms, EscalationDecision, Fingerprint, IncidentChange, Kind, MessageForm,
    NewAlert, NewNotification, Notification, NotificationId, Plan, ReceiverName, RepeatKey, RoutePath,
    Severity, Status, Unless, Verdict, Why,
};
use jiff::Timestamp;
use rusqlite::Connection;

use crate::column::{as_kept, to_json};
use crate::recheck::{Consequences, add_delivery, carry_out, recheck_incident};
use crate::tables::incidents::{IncidentRow, IncidentValues};
use crate::tables::notifications::NotificationHead;
use crate::tables::{alerts, incidents, notifications};
use crate::{Decider, Gathered, Store, StoreError};

/// An accepted alert that is on the disk, with all it calls for.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// Number of the alert.
    pub id: AlertId,
    /// Alert as it was written; a resolution is completed with what was known of its incident.
    pub alert: Arc<Alert>,
    /// Decisions of who is told or not, and why.
    pub plan: Plan,
    /// Notifications that are owed, with their deliveries.
    pub owed: Vec<Owed>,
    /// Consequences for earlier notifications.
    pub consequences: Consequences,
}

/// One notification and its deliveries.
#[derive(Debug, Clone)]
pub struct Owed {
    /// Notification that is told.
    pub notification: Arc<Notification>,
    /// Deliveries on its channels.
    pub deliveries: Vec<Delivery>,
}

/// One notification owed to one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Number of the delivery.
    pub id: DeliveryId,
    /// Notification that it tells.
    pub notification: NotificationId,
    /// Fingerprint of the alert; a channel is told of one fingerprint in order.
    pub fingerprint: Fingerprint,
    /// Channel on which it goes out.
    pub channel: ChannelName,
    /// Severity of the alert: the worst goes first.
    pub severity: Severity,
    /// Time from which on it is owed.
    pub owed_at: Timestamp,
    /// Time before which it is not attempted.
    pub next_at: Timestamp,
    /// Number of attempts so far.
    pub attempts: u32,
    /// Number of attempts that failed, other than by being told to wait.
    pub failures: u32,
    /// Form of the next attempt.
    pub form: MessageForm,
    /// Recipients still owed; `None` means all.
    pub only: Option<Vec<String>>,
    /// Condition of the rung it stands on, which has not come about.
    pub escalated: Option<Unless>,
    /// Flag of a message that asks somebody to acknowledge it.
    pub asks: bool,
    /// Flag of a delivery whose outcome may call for more: its notification is followed up.
    pub watched: bool,
    /// Digest it went out in, which is repeated with the same deliveries.
    pub gathered: Option<Gathered>,
}

impl From<fanfare_core::Delivery> for Delivery {
    fn from(it: fanfare_core::Delivery) -> Self {
        Self {
            id: it.id,
            notification: it.notification,
            fingerprint: it.fingerprint,
            channel: it.channel,
            severity: it.severity,
            owed_at: it.owed_at,
            next_at: it.next_at,
            attempts: it.attempts,
            failures: it.failures,
            form: it.form,
            only: it.only,
            escalated: it.escalated,
            asks: it.asks,
            watched: it.needs_recheck,
            gathered: it.digest,
        }
    }
}

impl Store {
    /// Writes `alerts` and all that `decider` says they call for.
    ///
    /// `then` runs after the commit and before the answer, and also if the
    /// caller no longer waits for it.
    ///
    /// # Errors
    ///
    /// If they cannot be kept; then nothing of them is.
    pub async fn accept(
        &self,
        alerts: Vec<Alert>,
        now: Timestamp,
        decider: Arc<dyn Decider>,
        then: impl FnOnce(&Vec<Accepted>) + Send + 'static,
    ) -> Result<Vec<Accepted>, StoreError> {
        let now = as_kept(now)?;
        let work = move |db: &Connection| {
            alerts
                .iter()
                .map(|alert| accept_one(db, alert, now, decider.as_ref()))
                .collect::<Result<Vec<_>, _>>()
        };
        self.write(work, then).await
    }
}

fn accept_one(
    db: &Connection,
    alert: &Alert,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<Accepted, StoreError> {
    let known = find_incident(db, alert)?;
    let plan = decider.plan(alert, known.as_ref().map(|it| &it.incident), now);
    let alert = complete(db, alert, known.as_ref())?;
    insert_alert_and_notifications(db, alert, known.as_ref(), plan, now, decider)
}

/// Accepts an alert that touches no incident and about which all is decided.
pub(crate) fn accept_planned(
    db: &Connection,
    alert: Alert,
    plan: Plan,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<Accepted, StoreError> {
    insert_alert_and_notifications(db, alert, None, plan, now, decider)
}

fn find_incident(db: &Connection, alert: &Alert) -> Result<Option<IncidentRow>, StoreError> {
    match alert.kind {
        Kind::Notice => Ok(None),
        Kind::Alarm => incidents::find(db, alert.fingerprint),
    }
}

fn insert_alert_and_notifications(
    db: &Connection,
    alert: Alert,
    known: Option<&IncidentRow>,
    plan: Plan,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<Accepted, StoreError> {
    let alert = Arc::new(alert);
    let since = known.map_or_else(|| as_kept(alert.starts_at), |it| Ok(it.incident.since))?;
    let first = known.map(|it| it.incident.id);
    let id = insert_alert(db, &alert, first, (since, now), &plan, decider)?;
    let incident = first.unwrap_or(id);
    change_incident(db, &alert, id, incident, since, &plan)?;
    let mut consequences = match plan.incident {
        IncidentChange::Close => recheck_incident(db, incident, now, decider)?,
        IncidentChange::Leave | IncidentChange::Keep { .. } => Consequences::default(),
    };
    let mut owed = Vec::new();
    for decision in &plan.decisions {
        let Verdict::Notify { why, terms } = &decision.verdict else { continue };
        let about = AlertRef { id, incident, since, alert: &alert };
        let draft = NotificationDraft {
            receiver: &decision.receiver,
            route: decision.route.as_ref(),
            why: *why,
            terms: Arc::clone(terms),
            acknowledgement: None,
        };
        let (notification, more) = create_notification(db, &about, draft, now, decider)?;
        owed.push(notification);
        consequences.add(more);
    }
    Ok(Accepted { id, alert, plan, owed, consequences })
}

/// The alert, completed if it is a resolution: it says little by itself, and its
/// message needs what the receivers were told while it fired.
fn complete(db: &Connection, alert: &Alert, known: Option<&IncidentRow>) -> Result<Alert, StoreError> {
    let mut completed = alert.clone();
    if let (Status::Resolved, Some(known)) = (alert.status, known)
        && let Some(told) = alerts::json(db, known.last_alert)?
    {
        let told: Alert = to_json("an alert", &told)?;
        completed.severity = told.severity;
        completed.labels.fill_from(&told.labels);
        completed.annotations.fill_from(&told.annotations);
        completed.extra.fill_from(&told.extra);
        completed.generator_url = completed.generator_url.or(told.generator_url);
    }
    Ok(completed)
}

fn insert_alert(
    db: &Connection,
    alert: &Arc<Alert>,
    first: Option<AlertId>,
    (since, now): (Timestamp, Timestamp),
    plan: &Plan,
    decider: &dyn Decider,
) -> Result<AlertId, StoreError> {
    let new = NewAlert {
        received_at: now,
        incident: fanfare_core::AlertRef::New(0),
        since,
        alert: Arc::clone(alert),
        json: None,
        policy: decider.policy(),
        decisions: plan.decisions.clone(),
        repeat_key: RepeatKey::from_bits(0), // not written yet
    };
    alerts::insert(db, &new, first)
}

fn change_incident(
    db: &Connection,
    alert: &Alert,
    id: AlertId,
    incident: AlertId,
    since: Timestamp,
    plan: &Plan,
) -> Result<(), StoreError> {
    match &plan.incident {
        IncidentChange::Leave => {}
        IncidentChange::Keep { .. } if told_nobody(plan) && incident != id => {} // nothing new to remember
        IncidentChange::Keep { told, acknowledged } => {
            let update = IncidentValues {
                fingerprint: alert.fingerprint,
                first_alert: incident,
                last_alert: id,
                since,
                told,
                acknowledged: acknowledged.as_ref(),
            };
            incidents::upsert(db, &update)?;
        }
        IncidentChange::Close => incidents::delete(db, alert.fingerprint)?,
    }
    Ok(())
}

fn told_nobody(plan: &Plan) -> bool {
    plan.decisions.iter().all(|it| matches!(it.verdict, Verdict::Suppress(_)))
}

/// The alert that notifications tell of.
pub(crate) struct AlertRef<'a> {
    pub(crate) id: AlertId,
    pub(crate) incident: AlertId,
    pub(crate) since: Timestamp,
    pub(crate) alert: &'a Arc<Alert>,
}

/// A notification that is to be created.
pub(crate) struct NotificationDraft<'a> {
    pub(crate) receiver: &'a ReceiverName,
    pub(crate) route: Option<&'a RoutePath>,
    pub(crate) why: Why,
    pub(crate) terms: Arc<DeliveryTerms>,
    pub(crate) acknowledgement: Option<&'a Acknowledgement>,
}

/// Creates a notification, with deliveries on the channels that are told first and
/// on those that must be told at once instead of them. Other consequences are
/// returned beside it.
pub(crate) fn create_notification(
    db: &Connection,
    alert: &AlertRef<'_>,
    draft: NotificationDraft<'_>,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<(Owed, Consequences), StoreError> {
    let first = first_channels(db, alert, &draft, decider)?;
    let begun = draft.terms.needs_recheck().then(|| initial_state(&first, now));
    let decision = begun.as_ref().map(|it| decider.pursue(&draft.terms, it, now));
    let notification = insert_notification(db, alert, &draft, first.len(), decision.as_ref(), now)?;
    let head = NotificationHead {
        id: notification.id,
        fingerprint: alert.alert.fingerprint,
        severity: alert.alert.severity,
        owed_at: now,
        terms: draft.terms,
    };
    let added = first.iter().map(|channel| add_delivery(db, &head, channel, None, now));
    let mut deliveries = added.collect::<Result<Vec<_>, StoreError>>()?;
    let mut consequences = Consequences::default();
    if let (Some(begun), Some(decision)) = (begun, decision) {
        consequences = carry_out(db, &head, &begun, &decision, now, decider)?;
        deliveries.append(&mut consequences.deliveries);
    }
    Ok((Owed { notification: Arc::new(notification), deliveries }, consequences))
}

/// The channels that are told at once. A resolution is told on the channels that
/// were added later too, in turn or by the ladder: they were alarmed by it.
fn first_channels(
    db: &Connection,
    alert: &AlertRef<'_>,
    draft: &NotificationDraft<'_>,
    decider: &dyn Decider,
) -> Result<Vec<ChannelName>, StoreError> {
    let mut channels = draft.terms.first().to_vec();
    match draft.why {
        Why::Started | Why::Worsened { .. } | Why::StillFiring | Why::Notice | Why::Acknowledged => {}
        Why::Resolved => {
            for channel in notifications::channels_told(db, alert.incident, draft.receiver)? {
                if !channels.contains(&channel) && decider.knows(&channel) {
                    channels.push(channel);
                }
            }
        }
    }
    Ok(channels)
}

/// The state of a contract when its first channels have just been told.
fn initial_state(first: &[ChannelName], now: Timestamp) -> ContractState {
    let awaited = |channel: &ChannelName| ChannelDelivery {
        channel: channel.clone(),
        at: now,
        answer: DeliveryProgress::Awaited,
    };
    ContractState {
        owed_at: now,
        deliveries: first.iter().map(awaited).collect(),
        climbed: 0,
        fulfilment: ContractStatus::Open,
        acknowledged: false,
        resolved: false,
    }
}

fn insert_notification(
    db: &Connection,
    alert: &AlertRef<'_>,
    draft: &NotificationDraft<'_>,
    owed: usize,
    decision: Option<&EscalationDecision>,
    now: Timestamp,
) -> Result<Notification, StoreError> {
    let NotificationDraft { receiver, route, why, terms, acknowledgement } = draft;
    let new = NewNotification {
        alert_id: fanfare_core::AlertRef::Existing(alert.id),
        incident: fanfare_core::AlertRef::Existing(alert.incident),
        alert: Arc::clone(alert.alert),
        since: alert.since,
        receiver: (*receiver).clone(),
        why: *why,
        owed_at: now,
        route: route.cloned(),
        first_channels: owed,
        terms: decision.map(|_| Arc::clone(terms)),
        asks: terms.ask_for_acknowledgement(),
        acknowledged_by: acknowledgement.cloned(),
        status: decision.map_or(ContractStatus::Open, |it| it.fulfilment),
        climbed: decision.map_or(0, |it| it.climbed),
        next_check_at: decision.and_then(|it| it.look_again),
    };
    Ok(Notification {
        id: notifications::insert(db, &new, alert.id, alert.incident)?,
        alert_id: alert.id,
        incident: alert.incident,
        group: new.alert.fingerprint.into(),
        receiver: new.receiver,
        why: new.why,
        alert: new.alert,
        others: Vec::new(),
        since: alert.since,
        owed_at: now,
        acknowledged_by: new.acknowledged_by,
        ack_url: None,
        escalated: None,
    })
}

#[cfg(test)]
mod tests;
