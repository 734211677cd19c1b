//! The table `notification_alerts`: the alerts of a notification beside that of its own row.

use std::sync::Arc;

use fanfare_core::{AlertId, GroupedAlert, NotificationId};
use rusqlite::{Connection, OptionalExtension};

use crate::StoreError;
use crate::column::{from_count, to_alert};

/// Inserts the further alerts of `notification`, in the order in which they are told.
pub(crate) fn insert(
    db: &Connection,
    notification: NotificationId,
    alerts: impl IntoIterator<Item = AlertId>,
) -> Result<(), StoreError> {
    for (index, alert) in alerts.into_iter().enumerate() {
        db.prepare_cached(
            "INSERT INTO notification_alerts (notification, position, alert) VALUES (?1, ?2, ?3)",
        )?
        .execute((notification.0, from_count(index + 1), alert.0))?;
    }
    Ok(())
}

/// The further alerts of `notification`, in the order in which they are told.
pub(crate) fn of_notification(
    db: &Connection,
    notification: NotificationId,
) -> Result<Vec<GroupedAlert>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT x.alert, a.alert, a.identity FROM notification_alerts x JOIN alerts a ON a.id = x.alert
         WHERE x.notification = ?1 ORDER BY x.position",
    )?;
    let mut rows = statement.query([notification.0])?;
    let mut alerts = Vec::new();
    while let Some(row) = rows.next()? {
        let identity: Option<Vec<u8>> = row.get(2)?;
        let alert = Arc::new(to_alert(&row.get::<_, String>(1)?, identity.as_deref())?);
        alerts.push(GroupedAlert { id: AlertId(row.get(0)?), alert });
    }
    Ok(alerts)
}

/// The statement of [`ids`].
pub(crate) const IDS: &str =
    "SELECT alert FROM notification_alerts WHERE notification = ?1 ORDER BY position";

/// The numbers of the further alerts of `notification`, in the order in which they are told.
pub(crate) fn ids(db: &Connection, notification: NotificationId) -> Result<Vec<AlertId>, StoreError> {
    let mut statement = db.prepare_cached(IDS)?;
    let ids = statement.query_map([notification.0], |row| row.get(0).map(AlertId))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// The notifications that tell of `alert` beside that of their own row.
pub(crate) fn notifications_of(db: &Connection, alert: AlertId) -> Result<Vec<NotificationId>, StoreError> {
    let mut statement = db.prepare_cached("SELECT notification FROM notification_alerts WHERE alert = ?1")?;
    let ids = statement.query_map([alert.0], |row| row.get(0).map(NotificationId))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// The first of the further alerts of `notification`.
pub(crate) fn first(db: &Connection, notification: NotificationId) -> Result<Option<AlertId>, StoreError> {
    Ok(db
        .prepare_cached(
            "SELECT alert FROM notification_alerts WHERE notification = ?1 ORDER BY position LIMIT 1",
        )?
        .query_row([notification.0], |row| row.get(0).map(AlertId))
        .optional()?)
}

/// Deletes `alert` from the further alerts of `notification`.
pub(crate) fn delete(
    db: &Connection,
    notification: NotificationId,
    alert: AlertId,
) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM notification_alerts WHERE notification = ?1 AND alert = ?2")?
        .execute([notification.0, alert.0])?;
    Ok(())
}
