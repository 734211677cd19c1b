//! What is still owed, after a restart.

use std::sync::Arc;

use fanfare_core::{AlertId, DeliveryId, Fingerprint, Form, Notification, NotificationId};
use rusqlite::{OptionalExtension, Row};

use crate::column::{to_json, to_severity, to_time};
use crate::{Delivery, Store, StoreError};

impl Store {
    /// Every delivery that is still owed, oldest first.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn pending(&self) -> Result<Vec<Delivery>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare(
                "SELECT d.id, d.notification, a.fingerprint, d.channel, d.severity, n.owed_at, d.next_at,
                        d.attempts, d.failures, d.form, d.only_to
                 FROM deliveries d JOIN notifications n ON n.id = d.notification JOIN alerts a ON a.id = n.alert
                 WHERE d.state = 'pending' ORDER BY d.id",
            )?;
            let mut rows = statement.query([])?;
            let mut pending = Vec::new();
            while let Some(row) = rows.next()? {
                pending.push(delivery(row)?);
            }
            Ok(pending)
        })
        .await
    }

    /// The notification number `id`; `None` if there is none.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn notification(&self, id: NotificationId) -> Result<Option<Notification>, StoreError> {
        self.read(move |db| {
            db.prepare_cached(
                "SELECT n.id, n.alert, a.incident, n.receiver, n.why, a.alert, a.since, n.owed_at
                 FROM notifications n JOIN alerts a ON a.id = n.alert WHERE n.id = ?1",
            )?
            .query_row([id.0], |row| Ok(notification(row)))
            .optional()?
            .transpose()
        })
        .await
    }
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
        owed_at: to_time(row.get(5)?)?,
        next_at: to_time(row.get(6)?)?,
        attempts: row.get(7)?,
        failures: row.get(8)?,
        form: if form == "plain" { Form::Plain } else { Form::Full },
        only: only.map(|it| to_json("recipients", &it)).transpose()?,
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
    })
}

#[cfg(test)]
mod tests;
