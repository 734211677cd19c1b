//! Taking alerts in: what arrived, what we then know and what we then owe, in
//! one transaction.

use std::sync::Arc;

use fanfare_core::{
    Acknowledgement, Alert, AlertId, ChannelDelivery, ChannelName, ContractState, ContractStatus, DeliveryId,
    DeliveryProgress, DeliveryTerms, EscalationDecision, Fingerprint, Incident, IncidentChange, Kind,
    MessageForm, Notification, NotificationId, Plan, ReceiverName, RoutePath, Severity, Status, Unless,
    Verdict, Why,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use crate::column::{as_kept, from_bits, from_count, from_json, from_time, to_json, to_time};
use crate::pursue::{Consequences, Head, call_in, carry_out, pursue_incident};
use crate::send::Gathered;
use crate::{Decider, Store, StoreError};

/// An alert that is on the disk, with all it calls for.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// Its number.
    pub id: AlertId,
    /// The alert; a resolution is completed with what was known of its incident.
    pub alert: Arc<Alert>,
    /// Who is told or not, and why.
    pub plan: Plan,
    /// What is owed, one for each notification.
    pub owed: Vec<Owed>,
    /// What else follows from it.
    pub consequences: Consequences,
}

/// One notification and its deliveries.
#[derive(Debug, Clone)]
pub struct Owed {
    /// What is told.
    pub notification: Arc<Notification>,
    /// On which channels.
    pub deliveries: Vec<Delivery>,
}

/// One notification owed to one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its number.
    pub id: DeliveryId,
    /// What is told.
    pub notification: NotificationId,
    /// What it is about; a channel is told of one thing in order.
    pub fingerprint: Fingerprint,
    /// Where.
    pub channel: ChannelName,
    /// How bad the alert is: the worst goes first.
    pub severity: Severity,
    /// When it came to be.
    pub owed_at: Timestamp,
    /// Not before then.
    pub next_at: Timestamp,
    /// Attempts so far.
    pub attempts: u32,
    /// Those of them that failed, other than by being told to wait.
    pub failures: u32,
    /// The form of the next attempt.
    pub form: MessageForm,
    /// The recipients still owed; `None` means all.
    pub only: Option<Vec<String>>,
    /// The rung it stands on: told because this has not come about.
    pub escalated: Option<Unless>,
    /// Whether its message asks somebody to take care.
    pub asks: bool,
    /// Whether its notification is followed up: whatever becomes of it may call for more.
    pub watched: bool,
    /// The digest it went out in, which is repeated as it was.
    pub gathered: Option<Gathered>,
}

impl Store {
    /// Writes down `alerts` and all that `decider` says they call for.
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
        self.writer.write(work, then).await
    }
}

fn accept_one(
    db: &Connection,
    alert: &Alert,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<Accepted, StoreError> {
    let known = known_incident(db, alert)?;
    let plan = decider.plan(alert, known.as_ref().map(|it| &it.incident), now);
    let alert = complete(db, alert, known.as_ref())?;
    write_down(db, alert, known.as_ref(), plan, now, decider)
}

/// Takes in an alert that touches no incident and about which all is decided.
pub(crate) fn accept_planned(
    db: &Connection,
    alert: Alert,
    plan: Plan,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<Accepted, StoreError> {
    write_down(db, alert, None, plan, now, decider)
}

fn write_down(
    db: &Connection,
    alert: Alert,
    known: Option<&Known>,
    plan: Plan,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<Accepted, StoreError> {
    let alert = Arc::new(alert);
    let since = known.map_or_else(|| as_kept(alert.starts_at), |it| Ok(it.incident.since))?;
    let first = known.map(|it| it.incident.id);
    let id = insert_alert(db, &alert, first, since, now, &plan, decider)?;
    let incident = first.unwrap_or(id);
    change_incident(db, &alert, id, incident, since, &plan)?;
    let mut consequences = match plan.incident {
        IncidentChange::Close => pursue_incident(db, incident, now, decider)?,
        IncidentChange::Leave | IncidentChange::Keep { .. } => Consequences::default(),
    };
    let mut owed = Vec::new();
    for decision in &plan.decisions {
        let Verdict::Notify { why, terms } = &decision.verdict else { continue };
        let about = About { id, incident, since, alert: &alert };
        let telling = Telling {
            receiver: &decision.receiver,
            route: decision.route.as_ref(),
            why: *why,
            terms: Arc::clone(terms),
            acknowledgement: None,
        };
        let (notification, more) = owe(db, &about, telling, now, decider)?;
        owed.push(notification);
        consequences.add(more);
    }
    Ok(Accepted { id, alert, plan, owed, consequences })
}

/// An incident, and where its newest told alert stands.
struct Known {
    incident: Incident,
    last_alert: i64,
}

fn known_incident(db: &Connection, alert: &Alert) -> Result<Option<Known>, StoreError> {
    match alert.kind {
        Kind::Notice => return Ok(None),
        Kind::Alarm => {}
    }
    let row = db
        .prepare_cached(
            "SELECT first_alert, last_alert, since, told, acknowledged FROM incidents WHERE fingerprint = ?1",
        )?
        .query_row([from_bits(alert.fingerprint.to_bits())], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, i64>(2)?,
                row.get::<_, String>(3)?,
                row.get::<_, Option<String>>(4)?,
            ))
        })
        .optional()?;
    let Some((first, last_alert, since, told, acknowledged)) = row else { return Ok(None) };
    let incident = Incident {
        id: AlertId(first),
        since: to_time(since)?,
        told: to_json("what was last told", &told)?,
        acknowledged: acknowledged.map(|it| to_json("an acknowledgement", &it)).transpose()?,
    };
    Ok(Some(Known { incident, last_alert }))
}

/// A resolution says little by itself: its message is completed with what the
/// receivers were told while it fired.
fn complete(db: &Connection, alert: &Alert, known: Option<&Known>) -> Result<Alert, StoreError> {
    let mut completed = alert.clone();
    if let (Status::Resolved, Some(known)) = (alert.status, known) {
        let told: Option<String> = db
            .prepare_cached("SELECT alert FROM alerts WHERE id = ?1")?
            .query_row([known.last_alert], |row| row.get(0))
            .optional()?;
        if let Some(told) = told {
            let told: Alert = to_json("an alert", &told)?;
            completed.severity = told.severity;
            completed.labels.set("severity", told.severity.word());
            completed.labels.fill_from(&told.labels);
            completed.annotations.fill_from(&told.annotations);
            completed.extra.fill_from(&told.extra);
            completed.generator_url = completed.generator_url.or(told.generator_url);
        }
    }
    Ok(completed)
}

fn insert_alert(
    db: &Connection,
    alert: &Alert,
    first: Option<AlertId>,
    since: Timestamp,
    now: Timestamp,
    plan: &Plan,
    decider: &dyn Decider,
) -> Result<AlertId, StoreError> {
    // A first alert is its own incident: its number is one above the highest ever given.
    db.prepare_cached(
        "INSERT INTO alerts (received_at, fingerprint, incident, since, alert, held, policy, decided)
         VALUES (?1, ?2, coalesce(?3, (SELECT seq FROM sqlite_sequence WHERE name = 'alerts') + 1, 1), ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        from_time(now),
        from_bits(alert.fingerprint.to_bits()),
        first.map(|it| it.0),
        from_time(since),
        from_json(alert)?,
        held(plan)?,
        decider.policy().map(|it| it.0),
        from_count(plan.decisions.len()),
    ])?;
    Ok(AlertId(db.last_insert_rowid()))
}

#[derive(Serialize)]
struct HeldFrom<'a> {
    receiver: &'a ReceiverName,
    route: Option<String>,
    reason: String,
}

fn held(plan: &Plan) -> Result<Option<String>, StoreError> {
    let held: Vec<_> = plan
        .decisions
        .iter()
        .filter_map(|decision| match &decision.verdict {
            Verdict::Suppress(hold) => Some(HeldFrom {
                receiver: &decision.receiver,
                route: decision.route.as_ref().map(RoutePath::to_string),
                reason: hold.to_string(),
            }),
            Verdict::Notify { .. } => None,
        })
        .collect();
    if held.is_empty() { Ok(None) } else { from_json(&held).map(Some) }
}

fn change_incident(
    db: &Connection,
    alert: &Alert,
    id: AlertId,
    incident: AlertId,
    since: Timestamp,
    plan: &Plan,
) -> Result<(), StoreError> {
    let fingerprint = from_bits(alert.fingerprint.to_bits());
    match &plan.incident {
        IncidentChange::Leave => {}
        IncidentChange::Keep { .. } if told_nobody(plan) && incident != id => {} // nothing new to remember
        IncidentChange::Keep { told, acknowledged } => {
            db.prepare_cached(
                "INSERT INTO incidents (fingerprint, first_alert, last_alert, since, told, acknowledged)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (fingerprint) DO UPDATE
                 SET last_alert = excluded.last_alert, told = excluded.told, acknowledged = excluded.acknowledged",
            )?
            .execute(params![
                fingerprint,
                incident.0,
                id.0,
                from_time(since),
                from_json(told)?,
                acknowledged.as_ref().map(from_json).transpose()?,
            ])?;
        }
        IncidentChange::Close => {
            db.prepare_cached("DELETE FROM incidents WHERE fingerprint = ?1")?.execute([fingerprint])?;
        }
    }
    Ok(())
}

fn told_nobody(plan: &Plan) -> bool {
    plan.decisions.iter().all(|it| matches!(it.verdict, Verdict::Suppress(_)))
}

/// What the notifications of one alert have in common.
pub(crate) struct About<'a> {
    pub(crate) id: AlertId,
    pub(crate) incident: AlertId,
    pub(crate) since: Timestamp,
    pub(crate) alert: &'a Arc<Alert>,
}

/// Who is told of it, and how.
pub(crate) struct Telling<'a> {
    pub(crate) receiver: &'a ReceiverName,
    pub(crate) route: Option<&'a RoutePath>,
    pub(crate) why: Why,
    pub(crate) terms: Arc<DeliveryTerms>,
    pub(crate) acknowledgement: Option<&'a Acknowledgement>,
}

/// Owes a notification to the channels that are told first, and to those that
/// must be told at once instead of them. What else follows is returned beside it.
pub(crate) fn owe(
    db: &Connection,
    about: &About<'_>,
    telling: Telling<'_>,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<(Owed, Consequences), StoreError> {
    let first = told_first(db, about, &telling, decider)?;
    let begun = telling.terms.needs_recheck().then(|| just_begun(&first, now));
    let pursuit = begun.as_ref().map(|it| decider.pursue(&telling.terms, it, now));
    let notification = insert_notification(db, about, &telling, first.len(), pursuit.as_ref(), now)?;
    let head = Head {
        id: notification.id,
        fingerprint: about.alert.fingerprint,
        severity: about.alert.severity,
        owed_at: now,
        terms: telling.terms,
    };
    let called = first.iter().map(|channel| call_in(db, &head, channel, None, now));
    let mut deliveries = called.collect::<Result<Vec<_>, StoreError>>()?;
    let mut consequences = Consequences::default();
    if let (Some(begun), Some(pursuit)) = (begun, pursuit) {
        consequences = carry_out(db, &head, &begun, &pursuit, now, decider)?;
        deliveries.append(&mut consequences.deliveries);
    }
    Ok((Owed { notification: Arc::new(notification), deliveries }, consequences))
}

/// The channels that are told at once. That it is over is told to those who were
/// called in too, when their turn came or by the ladder: they were alarmed by it.
fn told_first(
    db: &Connection,
    about: &About<'_>,
    telling: &Telling<'_>,
    decider: &dyn Decider,
) -> Result<Vec<ChannelName>, StoreError> {
    let mut channels = telling.terms.first().to_vec();
    match telling.why {
        Why::Started | Why::Worsened { .. } | Why::StillFiring | Why::Notice | Why::Acknowledged => {}
        Why::Resolved => {
            for channel in called_in(db, about.incident, telling.receiver)? {
                if !channels.contains(&channel) && decider.knows(&channel) {
                    channels.push(channel);
                }
            }
        }
    }
    Ok(channels)
}

/// The channels on which `receiver` was owed something of an incident, other than
/// its acknowledgements; some of them several times.
fn called_in(
    db: &Connection,
    incident: AlertId,
    receiver: &ReceiverName,
) -> Result<Vec<ChannelName>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT d.channel FROM notifications n JOIN deliveries d ON d.notification = n.id
         WHERE n.incident = ?1 AND n.receiver = ?2 AND n.acknowledgement IS NULL
         ORDER BY n.id, d.id",
    )?;
    let names = statement
        .query_map(params![incident.0, receiver.as_str()], |row| Ok(row.get_ref(0)?.as_str()?.into()))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// How a notification stands when its first channels have just been called.
fn just_begun(first: &[ChannelName], now: Timestamp) -> ContractState {
    let called = |channel: &ChannelName| ChannelDelivery {
        channel: channel.clone(),
        at: now,
        answer: DeliveryProgress::Awaited,
    };
    ContractState {
        owed_at: now,
        deliveries: first.iter().map(called).collect(),
        climbed: 0,
        fulfilment: ContractStatus::Open,
        acknowledged: false,
        resolved: false,
    }
}

fn insert_notification(
    db: &Connection,
    about: &About<'_>,
    telling: &Telling<'_>,
    owed: usize,
    pursuit: Option<&EscalationDecision>,
    now: Timestamp,
) -> Result<Notification, StoreError> {
    let Telling { receiver, route, why, terms, acknowledgement } = telling;
    db.prepare_cached(
        "INSERT INTO notifications (alert, incident, receiver, why, owed_at, route, owed, terms, asks, acknowledgement,
                                    fulfilment, climbed, look_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute(params![
        about.id.0,
        about.incident.0,
        receiver.as_str(),
        from_json(why)?,
        from_time(now),
        route.map(RoutePath::to_string),
        from_count(owed),
        pursuit.map(|_| from_json(terms.as_ref())).transpose()?,
        terms.ask_for_acknowledgement(),
        acknowledgement.map(from_json).transpose()?,
        pursuit.map_or(ContractStatus::Open, |it| it.fulfilment).word(),
        from_count(pursuit.map_or(0, |it| it.climbed)),
        pursuit.and_then(|it| it.look_again).map(from_time),
    ])?;
    Ok(Notification {
        id: NotificationId(db.last_insert_rowid()),
        alert_id: about.id,
        incident: about.incident,
        receiver: (*receiver).clone(),
        why: *why,
        alert: Arc::clone(about.alert),
        since: about.since,
        owed_at: now,
        acknowledged_by: acknowledgement.cloned(),
        ack_url: None,
        escalated: None,
    })
}

#[cfg(test)]
mod tests;
