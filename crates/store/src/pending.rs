//! What is still owed, after a restart.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

use fanfare_core::{
    AlertId, ChannelName, DeliveryId, Fingerprint, MessageForm, Notification, NotificationId,
};
use rusqlite::{Connection, OptionalExtension, Row, Rows};

use crate::column::{from_json, to_json, to_severity, to_time, to_unless};
use crate::send::Gathered;
use crate::{Delivery, Store, StoreError};

/// What is read of a delivery that is still owed.
const OWED: &str = "
    SELECT d.id, d.notification, a.fingerprint, d.channel, d.severity, n.owed_at, d.next_at,
           d.attempts, d.failures, d.form, d.only_to, d.called_at, d.escalated, n.asks,
           n.terms IS NOT NULL OR n.fulfilment = 'abandoned', d.digest, g.made_at
    FROM deliveries d JOIN notifications n ON n.id = d.notification JOIN alerts a ON a.id = n.alert
      LEFT JOIN digests g ON g.id = d.digest
    WHERE d.state = 'pending'";

impl Store {
    /// Every delivery that is still owed, oldest first.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn pending(&self) -> Result<Vec<Delivery>, StoreError> {
        self.read(all_owed).await
    }

    /// Takes up what is still owed on `channels`, oldest first: `then` has it
    /// before anything more can come to be, so that nothing is missed or had twice.
    ///
    /// # Errors
    ///
    /// If the store cannot be used; then `then` does not run.
    pub async fn take_up(
        &self,
        channels: BTreeSet<ChannelName>,
        then: impl FnOnce(Vec<Delivery>) + Send + 'static,
    ) -> Result<(), StoreError> {
        let work = move |db: &Connection| {
            let owed = if channels.is_empty() { Vec::new() } else { owed_on(db, &channels)? };
            Ok(Cell::new(owed))
        };
        self.writer.write(work, |owed| then(owed.take())).await.map(|_| ())
    }

    /// The notification number `id`; `None` if there is none.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn notification(&self, id: NotificationId) -> Result<Option<Notification>, StoreError> {
        self.read(move |db| notification_of(db, id)).await
    }

    /// The notifications `ids`, in that order: of each what [`Store::notification`] says of it.
    ///
    /// # Errors
    ///
    /// If the store cannot be read at all.
    pub async fn notifications(
        &self,
        ids: Vec<NotificationId>,
    ) -> Result<Vec<Result<Option<Notification>, StoreError>>, StoreError> {
        self.read(move |db| Ok(ids.iter().map(|id| notification_of(db, *id)).collect())).await
    }
}

pub(crate) fn notification_of(
    db: &Connection,
    id: NotificationId,
) -> Result<Option<Notification>, StoreError> {
    db.prepare_cached(
        "SELECT n.id, n.alert, a.incident, n.receiver, n.why, a.alert, a.since, n.owed_at, n.acknowledgement
         FROM notifications n JOIN alerts a ON a.id = n.alert WHERE n.id = ?1",
    )?
    .query_row([id.0], |row| Ok(notification(row)))
    .optional()?
    .transpose()
}

fn all_owed(db: &Connection) -> Result<Vec<Delivery>, StoreError> {
    let mut statement = db.prepare(&format!("{OWED} ORDER BY d.id"))?;
    deliveries(statement.query([])?)
}

fn owed_on(db: &Connection, channels: &BTreeSet<ChannelName>) -> Result<Vec<Delivery>, StoreError> {
    let sql = format!("{OWED} AND d.channel IN (SELECT value FROM json_each(?1)) ORDER BY d.id");
    deliveries(db.prepare(&sql)?.query([from_json(channels)?])?)
}

fn deliveries(mut rows: Rows<'_>) -> Result<Vec<Delivery>, StoreError> {
    let mut owed = Vec::new();
    while let Some(row) = rows.next()? {
        owed.push(delivery(row)?);
    }
    Ok(owed)
}

/// A delivery that is still owed.
pub(crate) fn owed_delivery(db: &Connection, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
    db.prepare_cached(&format!("{OWED} AND d.id = ?1"))?
        .query_row([id.0], |row| Ok(delivery(row)))
        .optional()?
        .transpose()
}

fn delivery(row: &Row<'_>) -> Result<Delivery, StoreError> {
    let form: String = row.get(9)?;
    let only: Option<String> = row.get(10)?;
    Ok(Delivery {
        id: DeliveryId(row.get(0)?),
        notification: NotificationId(row.get(1)?),
        fingerprint: Fingerprint::from_bits(row.get::<_, i64>(2)?.cast_unsigned()),
        channel: row.get::<_, String>(3)?.as_str().into(),
        severity: to_severity(&row.get::<_, String>(4)?)?,
        owed_at: to_time(row.get::<_, Option<i64>>(11)?.map_or_else(|| row.get(5), Ok)?)?,
        next_at: to_time(row.get(6)?)?,
        attempts: row.get(7)?,
        failures: row.get(8)?,
        form: if form == "plain" { MessageForm::Plain } else { MessageForm::Full },
        only: only.map(|it| to_json("recipients", &it)).transpose()?,
        escalated: row.get::<_, Option<String>>(12)?.map(|it| to_unless(&it)).transpose()?,
        asks: row.get(13)?,
        watched: row.get(14)?,
        gathered: match (row.get::<_, Option<i64>>(15)?, row.get::<_, Option<i64>>(16)?) {
            (Some(id), Some(made_at)) => Some(Gathered { id, made_at: to_time(made_at)? }),
            (Some(_) | None, Some(_) | None) => None,
        },
    })
}

fn notification(row: &Row<'_>) -> Result<Notification, StoreError> {
    Ok(Notification {
        id: NotificationId(row.get(0)?),
        alert_id: AlertId(row.get(1)?),
        incident: AlertId(row.get(2)?),
        receiver: row.get::<_, String>(3)?.as_str().into(),
        why: to_json("a reason", &row.get::<_, String>(4)?)?,
        alert: Arc::new(to_json("an alert", &row.get::<_, String>(5)?)?),
        since: to_time(row.get(6)?)?,
        owed_at: to_time(row.get(7)?)?,
        acknowledged_by: row
            .get::<_, Option<String>>(8)?
            .map(|it| to_json("an acknowledgement", &it))
            .transpose()?,
        ack_url: None,
        escalated: None,
    })
}

#[cfg(test)]
mod tests;
