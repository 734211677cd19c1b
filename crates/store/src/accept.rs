//! Taking alerts in: what arrived, what we then know and what we then owe, in
//! one transaction.

use std::sync::Arc;

use fanfare_core::{
    Alert, AlertId, ChannelName, DeliveryId, Fingerprint, Form, Incident, IncidentChange, Kind, Notification,
    NotificationId, Plan, ReceiverName, Severity, Status, Verdict, Why,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use crate::column::{as_kept, from_bits, from_json, from_time, to_json, to_time};
use crate::{Store, StoreError};

/// Decides what is owed because of an alert, given what was last said.
pub type Decide = dyn Fn(&Alert, Option<&Incident>) -> Plan + Send + Sync;

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
    pub form: Form,
    /// The recipients still owed; `None` means all.
    pub only: Option<Vec<String>>,
}

impl Store {
    /// Writes down `alerts` and all that `decide` says they call for.
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
        decide: Arc<Decide>,
        then: impl FnOnce(&Vec<Accepted>) + Send + 'static,
    ) -> Result<Vec<Accepted>, StoreError> {
        let now = as_kept(now)?;
        let work = move |db: &Connection| {
            alerts
                .iter()
                .map(|alert| accept_one(db, alert, now, decide.as_ref()))
                .collect::<Result<Vec<_>, _>>()
        };
        self.writer.write(work, then).await
    }
}

fn accept_one(
    db: &Connection,
    alert: &Alert,
    now: Timestamp,
    decide: &Decide,
) -> Result<Accepted, StoreError> {
    let known = known_incident(db, alert)?;
    let plan = decide(alert, known.as_ref().map(|it| &it.incident));
    let alert = Arc::new(complete(db, alert, known.as_ref())?);
    let since = known.as_ref().map_or_else(|| as_kept(alert.starts_at), |it| Ok(it.incident.since))?;
    let first = known.as_ref().map(|it| it.incident.id);
    let id = insert_alert(db, &alert, first, since, now, &plan)?;
    let incident = first.unwrap_or(id);
    change_incident(db, &alert, id, incident, since, &plan)?;
    let mut owed = Vec::new();
    for decision in &plan.decisions {
        let Verdict::Notify { why, channels } = &decision.verdict else { continue };
        let about = About { id, incident, since, alert: &alert };
        owed.push(owe(db, &about, &decision.receiver, *why, channels, now)?);
    }
    Ok(Accepted { id, alert, plan, owed })
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
        .prepare_cached("SELECT first_alert, last_alert, since, told FROM incidents WHERE fingerprint = ?1")?
        .query_row([from_bits(alert.fingerprint.to_bits())], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, i64>(2)?,
                row.get::<_, String>(3)?,
            ))
        })
        .optional()?;
    let Some((first, last_alert, since, told)) = row else { return Ok(None) };
    let incident =
        Incident { id: AlertId(first), since: to_time(since)?, told: to_json("what was last told", &told)? };
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
) -> Result<AlertId, StoreError> {
    // A first alert is its own incident: its number is one above the highest ever given.
    db.prepare_cached(
        "INSERT INTO alerts (received_at, fingerprint, incident, since, alert, held)
         VALUES (?1, ?2, coalesce(?3, (SELECT seq FROM sqlite_sequence WHERE name = 'alerts') + 1, 1), ?4, ?5, ?6)",
    )?
    .execute(params![
        from_time(now),
        from_bits(alert.fingerprint.to_bits()),
        first.map(|it| it.0),
        from_time(since),
        from_json(alert)?,
        held(plan)?,
    ])?;
    Ok(AlertId(db.last_insert_rowid()))
}

#[derive(Serialize)]
struct HeldFrom<'a> {
    receiver: &'a ReceiverName,
    reason: String,
}

fn held(plan: &Plan) -> Result<Option<String>, StoreError> {
    let held: Vec<_> = plan
        .decisions
        .iter()
        .filter_map(|decision| match &decision.verdict {
            Verdict::Hold(hold) => Some(HeldFrom { receiver: &decision.receiver, reason: hold.to_string() }),
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
        IncidentChange::Keep(_) if told_nobody(plan) && incident != id => {} // nothing new to remember
        IncidentChange::Keep(told) => {
            db.prepare_cached(
                "INSERT INTO incidents (fingerprint, first_alert, last_alert, since, told) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (fingerprint) DO UPDATE SET last_alert = excluded.last_alert, told = excluded.told",
            )?
            .execute(params![fingerprint, incident.0, id.0, from_time(since), from_json(told)?])?;
        }
        IncidentChange::Close => {
            db.prepare_cached("DELETE FROM incidents WHERE fingerprint = ?1")?.execute([fingerprint])?;
        }
    }
    Ok(())
}

fn told_nobody(plan: &Plan) -> bool {
    plan.decisions.iter().all(|it| matches!(it.verdict, Verdict::Hold(_)))
}

/// What the notifications of one alert have in common.
struct About<'a> {
    id: AlertId,
    incident: AlertId,
    since: Timestamp,
    alert: &'a Arc<Alert>,
}

fn owe(
    db: &Connection,
    about: &About<'_>,
    receiver: &ReceiverName,
    why: Why,
    channels: &[ChannelName],
    now: Timestamp,
) -> Result<Owed, StoreError> {
    db.prepare_cached("INSERT INTO notifications (alert, receiver, why, owed_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![about.id.0, receiver.as_str(), from_json(&why)?, from_time(now)])?;
    let notification = Arc::new(Notification {
        id: NotificationId(db.last_insert_rowid()),
        alert_id: about.id,
        incident: about.incident,
        receiver: receiver.clone(),
        why,
        alert: Arc::clone(about.alert),
        since: about.since,
        owed_at: now,
    });
    let deliveries = channels
        .iter()
        .map(|channel| owe_to(db, &notification, channel))
        .collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Owed { notification, deliveries })
}

fn owe_to(
    db: &Connection,
    notification: &Notification,
    channel: &ChannelName,
) -> Result<Delivery, StoreError> {
    let severity = notification.alert.severity;
    db.prepare_cached(
        "INSERT INTO deliveries (notification, channel, severity, next_at) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        notification.id.0,
        channel.as_str(),
        severity.word(),
        from_time(notification.owed_at)
    ])?;
    Ok(Delivery {
        id: DeliveryId(db.last_insert_rowid()),
        notification: notification.id,
        fingerprint: notification.alert.fingerprint,
        channel: channel.clone(),
        severity,
        owed_at: notification.owed_at,
        next_at: notification.owed_at,
        attempts: 0,
        failures: 0,
        form: Form::Full,
        only: None,
    })
}

#[cfg(test)]
mod tests;
