//! Lists of accepted alerts.

use fanfare_core::{Alert, AlertId, ContractStatus, Fingerprint, NotificationId, ReceiverName, Why};
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::column::{from_bits, to_alert, to_contract_status, to_count, to_json, to_time};
use crate::read::deliveries::CONTRACT_STATUS;
use crate::tables::alerts::{SuppressionRecord, suppressions};
use crate::{DeliveryCounts, Store, StoreError};

/// A choice of alerts.
#[derive(Debug, Clone)]
pub struct AlertFilter {
    /// Alert before which the page begins: only older ones are returned.
    pub before: Option<AlertId>,
    /// Fingerprint of the alerts; `None`: any.
    pub fingerprint: Option<Fingerprint>,
    /// The most alerts that are returned, the newest first.
    pub limit: u32,
}

/// One accepted alert.
#[derive(Debug, Clone)]
pub struct AlertRow {
    /// Number of the alert.
    pub id: AlertId,
    /// Time of its acceptance.
    pub received_at: Timestamp,
    /// The first alert of its incident.
    pub incident: AlertId,
    /// Alert as it was accepted.
    pub alert: Alert,
    /// Receivers that were not told, and the reasons.
    pub suppressed: Vec<SuppressionRecord>,
    /// Notifications of those who are told, and their state.
    pub notifications: Vec<NotificationRow>,
}

/// One notification, for people.
#[derive(Debug, Clone)]
pub struct NotificationRow {
    /// Number of the notification.
    pub id: NotificationId,
    /// Receiver that is told.
    pub receiver: ReceiverName,
    /// Reason for which it is told now.
    pub why: String,
    /// Counts of its deliveries by state.
    pub deliveries: DeliveryCounts,
    /// State of its contract.
    pub contract: ContractStatus,
}

impl Store {
    /// Accepted alerts, the newest first.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn alerts(&self, filter: AlertFilter) -> Result<Vec<AlertRow>, StoreError> {
        self.read_report(move |db| {
            let mut statement = db.prepare_cached(
                "SELECT a.id, a.received_at, a.incident, a.alert, a.held, a.identity
                 FROM alerts a
                 WHERE (?1 IS NULL OR a.id < ?1) AND (?2 IS NULL OR a.fingerprint = ?2)
                 ORDER BY a.id DESC LIMIT ?3",
            )?;
            let fingerprint = filter.fingerprint.map(|it| from_bits(it.to_bits()));
            let mut rows =
                statement.query(params![filter.before.map(|it| it.0), fingerprint, filter.limit])?;
            let mut alerts = Vec::new();
            while let Some(row) = rows.next()? {
                alerts.extend(StoreError::skip_damaged(alert_row(db, row), &"of `alerts`")?);
            }
            Ok(alerts)
        })
        .await
    }
}

/// The alert of a row that begins with number, acceptance, incident, alert and suppressions.
pub(super) fn alert_row(db: &Connection, row: &Row<'_>) -> Result<AlertRow, StoreError> {
    let id = AlertId(row.get(0)?);
    Ok(AlertRow {
        id,
        received_at: to_time(row.get(1)?)?,
        incident: AlertId(row.get(2)?),
        alert: to_alert(&row.get::<_, String>(3)?, row.get::<_, Option<Vec<u8>>>(5)?.as_deref())?,
        suppressed: suppressions(row.get(4)?)?,
        notifications: notifications(db, id)?,
    })
}

fn notifications(db: &Connection, alert: AlertId) -> Result<Vec<NotificationRow>, StoreError> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT n.id, n.receiver, n.why, count(*) FILTER (WHERE d.state = 'delivered'),
                count(*) FILTER (WHERE d.state = 'pending'),
                count(*) FILTER (WHERE d.state = 'dead'), count(*) FILTER (WHERE d.state = 'discarded'), {CONTRACT_STATUS}
         FROM notifications n JOIN deliveries d ON d.notification = n.id
         WHERE n.alert = ?1 OR n.id IN (SELECT notification FROM notification_alerts WHERE alert = ?1)
         GROUP BY n.id ORDER BY n.id",
    ))?;
    let mut rows = statement.query([alert.0])?;
    let mut notifications = Vec::new();
    while let Some(row) = rows.next()? {
        let why: Why = to_json("a reason", &row.get::<_, String>(2)?)?;
        notifications.push(NotificationRow {
            id: NotificationId(row.get(0)?),
            receiver: row.get::<_, String>(1)?.as_str().into(),
            why: why.to_string(),
            deliveries: DeliveryCounts {
                delivered: to_count(row.get(3)?),
                pending: to_count(row.get(4)?),
                dead: to_count(row.get(5)?),
                discarded: to_count(row.get(6)?),
            },
            contract: to_contract_status(&row.get::<_, String>(7)?)?,
        });
    }
    Ok(notifications)
}
