//! Lists of accepted alerts.

use fanfare_core::{Alert, AlertId, ContractStatus, Fingerprint, NotificationId, ReceiverName, Why};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Rows, params};

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
        self.read_report(move |db| match filter.fingerprint {
            None => newest(db, &filter),
            Some(fingerprint) => of_fingerprint(db, fingerprint, &filter),
        })
        .await
    }
}

/// The alerts whose entries stand side by side in the index `alerts_by_fingerprint`; its statement has the number, too.
pub(super) const BLOCK: i64 = 1024;

const NEWEST: &str = "
    SELECT a.id, a.received_at, a.incident, a.alert, a.held, a.identity
    FROM alerts a WHERE a.id < ?1 ORDER BY a.id DESC LIMIT ?2";

/// The alerts of the fingerprint ?2 in the block ?1.
const OF_FINGERPRINT: &str = "
    SELECT a.id, a.received_at, a.incident, a.alert, a.held, a.identity
    FROM alerts a INDEXED BY alerts_by_fingerprint
    WHERE a.id / 1024 = ?1 AND a.fingerprint = ?2 AND a.id < ?3 ORDER BY a.id DESC LIMIT ?4";

/// Tells whether the greatest fingerprint of the block ?1 that is not above ?2 is ?2 itself: one look into the index, as
/// most blocks have none of a fingerprint.
const IS_IN_BLOCK: &str = "
    SELECT a.fingerprint = ?2 FROM alerts a INDEXED BY alerts_by_fingerprint
    WHERE a.id / 1024 = ?1 AND a.fingerprint <= ?2 ORDER BY a.fingerprint DESC LIMIT 1";

const NEWEST_BEFORE: &str = "SELECT id FROM alerts WHERE id < ?1 ORDER BY id DESC LIMIT 1";

fn newest(db: &Connection, filter: &AlertFilter) -> Result<Vec<AlertRow>, StoreError> {
    let before = filter.before.map_or(i64::MAX, |it| it.0);
    let mut statement = db.prepare_cached(NEWEST)?;
    read_all(db, statement.query([before, filter.limit.into()])?)
}

/// The alerts of a fingerprint: a look into each block in which there are alerts, the newest first.
fn of_fingerprint(
    db: &Connection,
    fingerprint: Fingerprint,
    filter: &AlertFilter,
) -> Result<Vec<AlertRow>, StoreError> {
    let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
    let moment = db.unchecked_transaction()?; // or each of some thousand statements takes SQLite's lock and gives it back
    let mut statement = moment.prepare_cached(OF_FINGERPRINT)?;
    let mut is_in_block = moment.prepare_cached(IS_IN_BLOCK)?;
    let before = filter.before.map_or(i64::MAX, |it| it.0);
    let (mut found, mut next) = (Vec::new(), newest_block(db, before)?);
    while let Some(block) = next.filter(|_| found.len() < limit) {
        let bits = from_bits(fingerprint.to_bits());
        let is_in: Option<bool> = is_in_block.query_row([block, bits], |row| row.get(0)).optional()?;
        if is_in == Some(true) {
            let missing = filter.limit - u32::try_from(found.len()).unwrap_or(filter.limit);
            found.extend(read_all(db, statement.query(params![block, bits, before, missing])?)?);
        }
        next = match is_in {
            _ if block <= 0 => None,
            Some(_) => Some(block - 1),
            None => newest_block(db, block * BLOCK)?, // it may be empty, and many before it
        };
    }
    drop((is_in_block, statement));
    moment.commit()?;
    Ok(found)
}

/// The block of the newest alert before that number.
fn newest_block(db: &Connection, before: i64) -> Result<Option<i64>, StoreError> {
    let mut newest = db.prepare_cached(NEWEST_BEFORE)?;
    Ok(newest.query_row([before], |row| row.get::<_, i64>(0)).optional()?.map(|it| it / BLOCK))
}

/// The alerts of `rows`; those that cannot be read are left out.
fn read_all(db: &Connection, mut rows: Rows<'_>) -> Result<Vec<AlertRow>, StoreError> {
    let mut alerts = Vec::new();
    while let Some(row) = rows.next()? {
        alerts.extend(StoreError::skip_damaged(alert_row(db, row), &"of `alerts`")?);
    }
    Ok(alerts)
}

/// The alert of a row that begins with number, acceptance, incident, alert, suppressions and identity.
pub(super) fn alert_row(db: &Connection, row: &Row<'_>) -> Result<AlertRow, StoreError> {
    row_with(db, row, alert(row)?)
}

/// The content of the alert of such a row.
pub(super) fn alert(row: &Row<'_>) -> Result<Alert, StoreError> {
    to_alert(&row.get::<_, String>(3)?, row.get::<_, Option<Vec<u8>>>(5)?.as_deref())
}

/// The alert of such a row, of which the content is known.
pub(super) fn row_with(db: &Connection, row: &Row<'_>, alert: Alert) -> Result<AlertRow, StoreError> {
    let id = AlertId(row.get(0)?);
    Ok(AlertRow {
        id,
        received_at: to_time(row.get(1)?)?,
        incident: AlertId(row.get(2)?),
        alert,
        suppressed: suppressions(row.get(4)?)?,
        notifications: notifications(db, id)?,
    })
}

/// The notifications that tell of the alert ?1, with the counts of their deliveries.
fn notifications_sql() -> String {
    format!(
        "SELECT n.id, n.receiver, n.why, count(*) FILTER (WHERE d.state = 'delivered'),
                count(*) FILTER (WHERE d.state = 'pending'),
                count(*) FILTER (WHERE d.state = 'dead'), count(*) FILTER (WHERE d.state = 'discarded'), {CONTRACT_STATUS}
         FROM notifications n JOIN deliveries d ON d.notification = n.id
         WHERE n.alert = ?1 OR n.id IN (SELECT notification FROM notification_alerts WHERE alert = ?1)
         GROUP BY n.id ORDER BY n.id"
    )
}

fn notifications(db: &Connection, alert: AlertId) -> Result<Vec<NotificationRow>, StoreError> {
    let mut statement = db.prepare_cached(&notifications_sql())?;
    let mut rows = statement.query([alert.0])?;
    let mut notifications = Vec::new();
    while let Some(row) = rows.next()? {
        notifications.extend(StoreError::skip_damaged(notification(row), &"of `notifications`")?);
    }
    Ok(notifications)
}

fn notification(row: &Row<'_>) -> Result<NotificationRow, StoreError> {
    let why: Why = to_json("a reason", &row.get::<_, String>(2)?)?;
    Ok(NotificationRow {
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
    })
}

#[cfg(test)]
mod tests;
