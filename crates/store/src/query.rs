//! What people and programs ask the store.

use fanfare_core::{
    Alert, AlertId, ChannelName, ContractStatus, DeliveryId, DeliveryTally, NotificationId, ReceiverName,
    Unless, Why,
};
use rusqlite::{Connection, Row, params};
use serde::Serialize;
use serde_json::value::Value;

use crate::column::{to_fulfilment, to_json, to_time, to_unless};
use crate::{Store, StoreError};

/// Which alerts.
#[derive(Debug, Clone)]
pub struct AlertFilter {
    /// Only those older than this one, for paging.
    pub before: Option<AlertId>,
    /// Only of this fingerprint.
    pub fingerprint: Option<fanfare_core::Fingerprint>,
    /// At most so many, newest first.
    pub limit: u32,
}

/// One accepted alert.
#[derive(Debug, Clone, Serialize)]
pub struct AlertRow {
    /// Its number.
    pub id: AlertId,
    /// When it was accepted.
    pub received_at: jiff::Timestamp,
    /// The first alert of its incident.
    pub incident: AlertId,
    /// The alert.
    pub alert: Alert,
    /// Receivers that were not told, and why.
    pub held: Value,
    /// Who is told, and how that stands.
    pub notifications: Vec<NotificationRow>,
}

/// One notification, for people.
#[derive(Debug, Clone, Serialize)]
pub struct NotificationRow {
    /// Its number.
    pub id: NotificationId,
    /// Who is told.
    pub receiver: ReceiverName,
    /// Why.
    pub why: String,
    /// How its deliveries stand; what was discarded counts as given up.
    pub tally: DeliveryTally,
    /// How its contract stands.
    pub fulfilment: ContractStatus,
}

/// Which deliveries.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// Only on this channel.
    pub channel: Option<ChannelName>,
    /// Only in this state: `pending`, `delivered`, `dead` or `discarded`.
    pub state: Option<String>,
    /// Only of this alert.
    pub alert: Option<AlertId>,
    /// Only those with a smaller number, for paging.
    pub before: Option<i64>,
    /// At most so many, newest first.
    pub limit: u32,
}

/// One delivery, for people.
#[derive(Debug, Clone, Serialize)]
pub struct DeliveryRow {
    /// Its number.
    pub id: i64,
    /// The alert that called for it.
    pub alert_id: i64,
    /// The notification it carries.
    pub notification_id: i64,
    /// Who is told.
    pub receiver: String,
    /// Where.
    pub channel: String,
    /// How bad.
    pub severity: String,
    /// `pending`, `delivered`, `dead` or `discarded`.
    pub state: String,
    /// Why the receiver is told.
    pub why: String,
    /// When it came to be.
    pub owed_at: jiff::Timestamp,
    /// Pending: not before then.
    pub next_at: Option<jiff::Timestamp>,
    /// How many attempts were made.
    pub attempts: i64,
    /// When it was delivered or given up.
    pub settled_at: Option<jiff::Timestamp>,
    /// The last answer, or why it was given up.
    pub reason: Option<String>,
    /// How the contract of its notification stands.
    pub fulfilment: ContractStatus,
    /// The rung of the ladder it stands on: told because this had not come about.
    pub escalated: Option<Unless>,
    /// The digest in which it last went out.
    pub digest: Option<i64>,
}

/// One attempt, for people.
#[derive(Debug, Clone, Serialize)]
pub struct AttemptRow {
    /// From 1.
    pub ordinal: i64,
    /// When it began.
    pub started_at: jiff::Timestamp,
    /// When it ended.
    pub ended_at: jiff::Timestamp,
    /// `delivered`, `transient`, `throttled`, …
    pub outcome: String,
    /// The provider's answer.
    pub words: String,
}

/// How the contract of a notification `n` stands: nobody follows up one without
/// terms, so that its deliveries tell.
pub(crate) const FULFILMENT: &str = "
    CASE WHEN n.terms IS NULL AND n.fulfilment = 'open'
              AND NOT EXISTS (SELECT 1 FROM deliveries o WHERE o.notification = n.id AND o.state <> 'delivered')
         THEN 'kept' ELSE n.fulfilment END";

impl Store {
    /// Accepted alerts, newest first.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn alerts(&self, filter: AlertFilter) -> Result<Vec<AlertRow>, StoreError> {
        self.look_up(move |db| {
            let mut statement = db.prepare_cached(
                "SELECT a.id, a.received_at, a.incident, a.alert, a.held
                 FROM alerts a
                 WHERE (?1 IS NULL OR a.id < ?1) AND (?2 IS NULL OR a.fingerprint = ?2)
                 ORDER BY a.id DESC LIMIT ?3",
            )?;
            let fingerprint = filter.fingerprint.map(|it| crate::column::from_bits(it.to_bits()));
            let mut rows =
                statement.query(params![filter.before.map(|it| it.0), fingerprint, filter.limit])?;
            let mut alerts = Vec::new();
            while let Some(row) = rows.next()? {
                alerts.push(alert_row(db, row)?);
            }
            Ok(alerts)
        })
        .await
    }

    /// Deliveries, newest first.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn deliveries(&self, filter: DeliveryFilter) -> Result<Vec<DeliveryRow>, StoreError> {
        self.look_up(move |db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT d.id, n.alert, n.id, n.receiver, d.channel, d.severity, d.state, n.why, n.owed_at, d.next_at,
                        d.attempts, d.settled_at, d.reason, {FULFILMENT}, d.escalated, d.digest
                 FROM deliveries d JOIN notifications n ON n.id = d.notification
                 WHERE (?1 IS NULL OR d.channel = ?1) AND (?2 IS NULL OR d.state = ?2) AND (?3 IS NULL OR n.alert = ?3)
                   AND (?4 IS NULL OR d.id < ?4)
                 ORDER BY d.id DESC LIMIT ?5",
            ))?;
            let DeliveryFilter { channel, state, alert, before, limit } = filter;
            let channel = channel.as_ref().map(ChannelName::as_str);
            let mut rows = statement.query(params![channel, state, alert.map(|it| it.0), before, limit])?;
            let mut deliveries = Vec::new();
            while let Some(row) = rows.next()? {
                deliveries.push(delivery_row(row)?);
            }
            Ok(deliveries)
        })
        .await
    }

    /// The attempts of one delivery, oldest first.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn attempts(&self, delivery: DeliveryId) -> Result<Vec<AttemptRow>, StoreError> {
        self.look_up(move |db| attempts_of(db, delivery)).await
    }
}

pub(crate) const ATTEMPTS: &str =
    "SELECT ordinal, started_at, ended_at, outcome, words FROM attempts WHERE delivery = ?1 ORDER BY ordinal";

pub(crate) fn attempts_of(db: &Connection, delivery: DeliveryId) -> Result<Vec<AttemptRow>, StoreError> {
    let mut statement = db.prepare_cached(ATTEMPTS)?;
    let mut rows = statement.query([delivery.0])?;
    let mut attempts = Vec::new();
    while let Some(row) = rows.next()? {
        attempts.push(AttemptRow {
            ordinal: row.get(0)?,
            started_at: to_time(row.get(1)?)?,
            ended_at: to_time(row.get(2)?)?,
            outcome: row.get(3)?,
            words: row.get(4)?,
        });
    }
    Ok(attempts)
}

fn alert_row(db: &Connection, row: &Row<'_>) -> Result<AlertRow, StoreError> {
    let held: Option<String> = row.get(4)?;
    let id = AlertId(row.get(0)?);
    Ok(AlertRow {
        id,
        received_at: to_time(row.get(1)?)?,
        incident: AlertId(row.get(2)?),
        alert: to_json("an alert", &row.get::<_, String>(3)?)?,
        held: held.map_or(Ok(Value::Array(Vec::new())), |it| to_json("a suppression", &it))?,
        notifications: notifications(db, id)?,
    })
}

fn notifications(db: &Connection, alert: AlertId) -> Result<Vec<NotificationRow>, StoreError> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT n.id, n.receiver, n.why, sum(d.state = 'delivered'), sum(d.state = 'pending'),
                sum(d.state IN ('dead', 'discarded')), {FULFILMENT}
         FROM notifications n JOIN deliveries d ON d.notification = n.id
         WHERE n.alert = ?1 GROUP BY n.id ORDER BY n.id",
    ))?;
    let mut rows = statement.query([alert.0])?;
    let mut notifications = Vec::new();
    while let Some(row) = rows.next()? {
        let why: Why = to_json("a reason", &row.get::<_, String>(2)?)?;
        notifications.push(NotificationRow {
            id: NotificationId(row.get(0)?),
            receiver: row.get::<_, String>(1)?.as_str().into(),
            why: why.to_string(),
            tally: DeliveryTally { delivered: row.get(3)?, pending: row.get(4)?, dead: row.get(5)? },
            fulfilment: to_fulfilment(&row.get::<_, String>(6)?)?,
        });
    }
    Ok(notifications)
}

fn delivery_row(row: &Row<'_>) -> Result<DeliveryRow, StoreError> {
    let why: Why = to_json("a reason", &row.get::<_, String>(7)?)?;
    let state: String = row.get(6)?;
    let next_at = if state == "pending" { Some(to_time(row.get(9)?)?) } else { None };
    Ok(DeliveryRow {
        id: row.get(0)?,
        alert_id: row.get(1)?,
        notification_id: row.get(2)?,
        receiver: row.get(3)?,
        channel: row.get(4)?,
        severity: row.get(5)?,
        state,
        why: why.to_string(),
        owed_at: to_time(row.get(8)?)?,
        next_at,
        attempts: row.get(10)?,
        settled_at: row.get::<_, Option<i64>>(11)?.map(to_time).transpose()?,
        reason: row.get(12)?,
        fulfilment: to_fulfilment(&row.get::<_, String>(13)?)?,
        escalated: row.get::<_, Option<String>>(14)?.map(|it| to_unless(&it)).transpose()?,
        digest: row.get(15)?,
    })
}

#[cfg(test)]
mod tests;
