//! Lists of deliveries, and of the attempts of one.

mod selection;

use fanfare_core::{ContractStatus, DeliveryId, Unless, Why};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

pub use self::selection::DeliveryFilter;
use crate::column::{to_contract_status, to_json, to_time, to_unless};
use crate::read::excerpt::ends;
use crate::{AttemptRow, Store, StoreError, tables};

/// One delivery, for people.
#[derive(Debug, Clone)]
pub struct DeliveryRow {
    /// Number of the delivery.
    pub id: i64,
    /// Alert that called for it.
    pub alert_id: i64,
    /// Notification that it tells.
    pub notification_id: i64,
    /// Receiver that is told.
    pub receiver: String,
    /// Channel on which it goes out.
    pub channel: String,
    /// Severity of the alert.
    pub severity: String,
    /// State: `pending`, `delivered`, `dead` or `discarded`.
    pub state: String,
    /// Reason for which the receiver is told.
    pub why: String,
    /// Time from which on it is owed.
    pub owed_at: Timestamp,
    /// Time of the next attempt, while it is pending.
    pub next_at: Option<Timestamp>,
    /// Number of attempts so far.
    pub attempts: i64,
    /// Time at which it was delivered or given up.
    pub settled_at: Option<Timestamp>,
    /// Last answer, or the reason why it was given up.
    pub reason: Option<String>,
    /// State of its notification's contract.
    pub contract: ContractStatus,
    /// Condition of the rung it stands on, which had not come about.
    pub escalated: Option<Unless>,
    /// Digest in which it last went out.
    pub digest: Option<i64>,
}

/// The state of the contract of a notification `n`. One without terms is not
/// followed up; its deliveries tell.
pub(crate) const CONTRACT_STATUS: &str = "
    CASE WHEN n.terms IS NULL AND n.fulfilment = 'open'
              AND NOT EXISTS (SELECT 1 FROM deliveries o WHERE o.notification = n.id AND o.state <> 'delivered')
         THEN 'kept' ELSE n.fulfilment END";

impl Store {
    /// Deliveries, the newest first.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn deliveries(&self, filter: DeliveryFilter) -> Result<Vec<DeliveryRow>, StoreError> {
        self.read_report(move |db| {
            let snapshot = db.unchecked_transaction()?; // or one that is settled meanwhile could be found twice
            let mut statement = snapshot.prepare_cached(&format!("{} WHERE d.id = ?1", columns()))?;
            let mut deliveries = Vec::new();
            for id in selection::ids(&snapshot, &filter)? {
                let row = statement.query_row([id], |row| Ok(delivery_row(row))).optional()?;
                let row = row.transpose();
                deliveries
                    .extend(StoreError::skip_damaged(row, &format_args!("{id} of `deliveries`"))?.flatten());
            }
            Ok(deliveries)
        })
        .await
    }

    /// The delivery `id`; `None` if there is none.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<DeliveryRow>, StoreError> {
        self.read_report(move |db| {
            let mut statement = db.prepare_cached(&format!("{} WHERE d.id = ?1", columns()))?;
            let mut rows = statement.query([id.0])?;
            rows.next()?.map(delivery_row).transpose()
        })
        .await
    }

    /// The attempts of one delivery, the oldest first. Of more than a thousand, those of both ends: the ordinals tell
    /// how many are left out.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn attempts(&self, delivery: DeliveryId) -> Result<Vec<AttemptRow>, StoreError> {
        self.read_report(move |db| attempts(db, delivery)).await
    }
}

/// The most attempts of a delivery in one answer: with an answer of a few hundred bytes each some 300 KB.
const MOST_ATTEMPTS: usize = 1_000;

fn attempts(db: &Connection, delivery: DeliveryId) -> Result<Vec<AttemptRow>, StoreError> {
    let (ordinals, _left_out) = ends(tables::attempts::ordinals(db, delivery)?, MOST_ATTEMPTS);
    tables::attempts::read(db, delivery, &ordinals)
}

/// The columns of a delivery `d` and its notification `n`, in the order of [`delivery_row`].
fn columns() -> String {
    format!(
        "SELECT d.id, n.alert, n.id, n.receiver, d.channel, d.severity, d.state, n.why, n.owed_at, d.next_at,
                        d.attempts, d.settled_at, d.reason, {CONTRACT_STATUS}, d.escalated, d.digest
                 FROM deliveries d JOIN notifications n ON n.id = d.notification"
    )
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
        contract: to_contract_status(&row.get::<_, String>(13)?)?,
        escalated: row.get::<_, Option<String>>(14)?.map(|it| to_unless(&it)).transpose()?,
        digest: row.get(15)?,
    })
}

#[cfg(test)]
mod tests;
