//! Reading the state that a decision needs.

use std::sync::Arc;

use fanfare_core::{
    Alert, AlertId, DecisionState, DeviceKey, IncidentKey, IncidentNotifications, NewestAlert,
    NotificationContent, NotificationId, NotificationState, OpenIncident, StateKey,
};
use jiff::Timestamp;
use rusqlite::Connection;
use tracing::error;

use crate::StoreError;
use crate::tables::incidents::StoredIncident;
use crate::tables::{alerts, deliveries, incidents, notifications};

/// `state` with that of `keys`.
pub(super) fn load(
    db: &Connection,
    mut state: DecisionState,
    keys: &[StateKey],
) -> Result<DecisionState, StoreError> {
    for key in keys {
        match key {
            StateKey::Incident(key) => {
                if let Some(StoredIncident { key: kept, incident, last_alert }) = incident(db, key)? {
                    state.newest_alert = alerts::newest(db, key, Some(last_alert))?;
                    state.incident =
                        Some(OpenIncident { key: kept, incident, last_alert: None, untold_alert: None });
                }
            }
            StateKey::WholeIncident(key) => load_incident(db, key, &mut state)?,
            StateKey::OpenOfDevice(_) if state.incident.is_some() => {}
            StateKey::OpenOfDevice(device) => state.open_of_device = open_of_device(db, device)?,
            StateKey::Notification(id) => state.notifications.extend(notification(db, *id)?),
            StateKey::IncidentOf(id) => {
                state.notifications.extend(notification(db, *id)?);
                if let Some(incident) = notifications::incident(db, *id)? {
                    state.of_incident = notifications_of(db, incident)?;
                }
            }
        }
    }
    Ok(state)
}

fn load_incident(db: &Connection, key: &IncidentKey, state: &mut DecisionState) -> Result<(), StoreError> {
    let Some(StoredIncident { key: kept, incident, last_alert }) = incident(db, key)? else {
        state.newest_alert = alerts::newest(db, key, None)?;
        return Ok(());
    };
    let newest = alerts::newest(db, &kept, Some(last_alert))?;
    let untold_alert = match newest {
        Some(NewestAlert { id, .. }) if id > last_alert => alert(db, id)?,
        Some(_) | None => None,
    };
    state.of_incident = notifications_of(db, incident.id)?;
    state.incident =
        Some(OpenIncident { key: kept, incident, last_alert: alert(db, last_alert)?, untold_alert });
    Ok(())
}

/// The alert `id`; `None` if it cannot be read.
fn alert(db: &Connection, id: AlertId) -> Result<Option<Arc<Alert>>, StoreError> {
    let found = StoreError::skip_damaged(alerts::find(db, id), &format!("alert {id}"))?;
    Ok(found.flatten().map(Arc::new))
}

/// The open incidents of `device`, each with the alert that was last told.
fn open_of_device(db: &Connection, device: &DeviceKey) -> Result<Vec<OpenIncident>, StoreError> {
    let open = incidents::of_device(db, device, OpenIncident::MOST_OF_DEVICE + 1)?;
    let read = |StoredIncident { key, incident, last_alert }| {
        Ok(OpenIncident { key, incident, last_alert: alert(db, last_alert)?, untold_alert: None })
    };
    open.into_iter().map(read).collect()
}

/// The incident of the thing `key`, if it fires. One that cannot be read is over: the next alert begins a new one.
fn incident(db: &Connection, key: &IncidentKey) -> Result<Option<StoredIncident>, StoreError> {
    let found = incidents::find(db, key);
    Ok(StoreError::skip_damaged(found, &format!("incident {}", key.fingerprint))?.flatten())
}

fn notifications_of(db: &Connection, incident: AlertId) -> Result<IncidentNotifications, StoreError> {
    let mut scheduled = Vec::new();
    for id in notifications::scheduled_of_incident(db, incident)? {
        scheduled.extend(notification(db, id)?);
    }
    Ok(IncidentNotifications {
        scheduled,
        told: notifications::told(db, incident)?,
        newest: notifications::newest(db, incident)?,
    })
}

/// The notification `id` with its deliveries; `None` if there is none.
fn notification(db: &Connection, id: NotificationId) -> Result<Option<NotificationState>, StoreError> {
    let Some((content, owed_at)) = content(db, id)? else { return Ok(None) };
    let deliveries = deliveries::states(db, id, owed_at)?;
    Ok(Some(NotificationState { id, deliveries, content }))
}

/// The content of the notification `id`, and the time from which on it is owed; `None` if there is no such notification.
fn content(
    db: &Connection,
    id: NotificationId,
) -> Result<Option<(NotificationContent, Timestamp)>, StoreError> {
    if let Some(record) = readable(notifications::record(db, id), id)? {
        let owed_at = record.notification.owed_at;
        return Ok(Some((NotificationContent::Readable(record), owed_at)));
    }
    notifications::unreadable(db, id)
}

/// The value that was read; `None` if there is none, or a damaged one.
fn readable<T>(read: Result<Option<T>, StoreError>, id: NotificationId) -> Result<Option<T>, StoreError> {
    match read {
        Ok(found) => Ok(found),
        Err(err @ StoreError::Damaged { .. }) => {
            error!(notification.id = %id, error = %err, "A notification cannot be followed up any more: its contract counts as abandoned");
            Ok(None)
        }
        Err(
            err
            @ (StoreError::Sqlite(_) | StoreError::Refused(_) | StoreError::Panicked | StoreError::Closed),
        ) => Err(err),
    }
}
