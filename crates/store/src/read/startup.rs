//! Reads of what was left to do, at the start and when channels come or go.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::Duration;

use fanfare_core::{ChannelName, Delivery, IncidentKey, Notification, NotificationId, Recheck};
use jiff::Timestamp;
use rusqlite::{Connection, Row};

use crate::column::{to_alert, to_time};
use crate::tables::{deliveries, notifications};
use crate::{Commit, Store, StoreError};

impl Store {
    /// Every pending delivery, the oldest first.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn pending_deliveries(&self) -> Result<Vec<Delivery>, StoreError> {
        self.read(deliveries::pending).await
    }

    /// Gives up the pending deliveries that cannot be read, or whose notification or alert cannot be found: each
    /// becomes a dead letter with its reason. Returns their number.
    ///
    /// # Errors
    ///
    /// If the store cannot be used.
    pub async fn give_up_unreadable(&self, now: Timestamp) -> Result<usize, StoreError> {
        let unreadable = self.read(deliveries::unreadable).await?;
        let found = unreadable.len();
        if found > 0 {
            let work = move |db: &Connection| {
                unreadable.iter().try_for_each(|it| deliveries::give_up_unreadable(db, it, now))
            };
            self.write(work, |()| ()).await?;
        }
        Ok(found)
    }

    /// Sends the pending deliveries of `channels`, the oldest first, to
    /// [`Store::commits`] as [`Commit::TakenUp`], at the place at which they are
    /// read: none is missed or sent twice.
    ///
    /// # Errors
    ///
    /// If the store cannot be used; then nothing is sent.
    pub async fn hand_over(&self, channels: BTreeSet<ChannelName>) -> Result<(), StoreError> {
        let commits = self.commit_sender();
        let work = move |db: &Connection| Ok(Cell::new(deliveries::pending_on(db, &channels)?));
        self.write(work, move |pending| commits.send(Commit::TakenUp(pending.take()))).await.map(|_| ())
    }

    /// The notification number `id`; `None` if there is none.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn notification(&self, id: NotificationId) -> Result<Option<Notification>, StoreError> {
        self.read(move |db| notifications::find(db, id)).await
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
        self.read(move |db| Ok(ids.iter().map(|id| notifications::find(db, *id)).collect())).await
    }

    /// The notifications that must be checked, now or later, with the times.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn rechecks(&self) -> Result<Vec<Recheck>, StoreError> {
        self.read(notifications::scheduled).await
    }

    /// The open alarms that are over by themselves, each with the time for which it is open after a report.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn expiring_alarms(&self) -> Result<Vec<(IncidentKey, Duration)>, StoreError> {
        self.read(expiring_alarms).await
    }

    /// The notifications that are followed up, not yet told, and wait for `channel`.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn waiting_for(&self, channel: ChannelName) -> Result<Vec<NotificationId>, StoreError> {
        self.read(move |db| notifications::waiting_for(db, &channel)).await
    }
}

fn expiring_alarms(db: &Connection) -> Result<Vec<(IncidentKey, Duration)>, StoreError> {
    let mut statement = db.prepare(
        "SELECT i.identity, a.alert, a.received_at FROM incidents i JOIN alerts a ON a.id = i.last_alert
         WHERE a.alert LIKE '%\"ends_at\"%'",
    )?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(StoreError::skip_damaged(expiring_alarm(row), &"of `alerts`")?.flatten());
    }
    Ok(found)
}

fn expiring_alarm(row: &Row<'_>) -> Result<Option<(IncidentKey, Duration)>, StoreError> {
    let alert = to_alert(&row.get::<_, String>(1)?, Some(&row.get::<_, Vec<u8>>(0)?))?;
    let received_at = to_time(row.get(2)?)?;
    let lasting =
        alert.ends_at.map(|end| Duration::try_from(end.duration_since(received_at)).unwrap_or_default());
    Ok(lasting.map(|lasting| (alert.incident_key(), lasting)))
}

#[cfg(test)]
mod tests;
