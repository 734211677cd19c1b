//! Reading the state that a decision needs.

use std::sync::Arc;

use fanfare_core::{
    AlertId, DecisionState, IncidentKey, IncidentNotifications, NotificationId, NotificationState,
    OpenIncident, StateKey,
};
use rusqlite::Connection;
use tracing::error;

use crate::StoreError;
use crate::tables::incidents::StoredIncident;
use crate::tables::{alerts, deliveries, incidents, notifications};

/// The state of `keys`.
pub(super) fn load(db: &Connection, keys: &[StateKey]) -> Result<DecisionState, StoreError> {
    let mut state = DecisionState::default();
    for key in keys {
        match key {
            StateKey::Incident(key) => {
                if let Some(StoredIncident { key: kept, incident, last_alert }) = incident(db, key)? {
                    state.newest_alert = alerts::newest(db, key, Some(last_alert))?;
                    state.incident = Some(OpenIncident { key: kept, incident, last_alert: None });
                }
            }
            StateKey::WholeIncident(key) => load_incident(db, key, &mut state)?,
            StateKey::Notification(id) => state.notifications.extend(notification(db, *id)?),
            StateKey::IncidentOf(id) => {
                state.notifications.extend(notification(db, *id)?);
                if let Some((incident, _)) = notifications::incident_and_time(db, *id)? {
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
    let last = StoreError::skip_damaged(alerts::find(db, last_alert), &format!("alert {last_alert}"))?;
    state.of_incident = notifications_of(db, incident.id)?;
    state.incident = Some(OpenIncident { key: kept, incident, last_alert: last.flatten().map(Arc::new) });
    Ok(())
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
///
/// One that cannot be read any more is left to its deliveries, which are given up
/// for it: it must not keep what is written with it from being so.
fn notification(db: &Connection, id: NotificationId) -> Result<Option<NotificationState>, StoreError> {
    let Some(record) = readable(notifications::record(db, id), id)? else { return unreadable(db, id) };
    let mut all = Vec::new();
    for delivery in deliveries::states(db, id, record.notification.owed_at)? {
        match readable(delivery.map(Some), id)? {
            Some(delivery) => all.push(delivery),
            None => return unreadable(db, id),
        }
    }
    Ok(Some(NotificationState { id, deliveries: all, record: Some(record) }))
}

/// A notification that cannot be read, with those of its deliveries that can be.
fn unreadable(db: &Connection, id: NotificationId) -> Result<Option<NotificationState>, StoreError> {
    let Some((_, owed_at)) = notifications::incident_and_time(db, id)? else { return Ok(None) };
    let deliveries = deliveries::states(db, id, owed_at)?.into_iter().filter_map(Result::ok).collect();
    Ok(Some(NotificationState { id, deliveries, record: None }))
}

/// The value that was read; `None` if there is none, or a damaged one.
fn readable<T>(read: Result<Option<T>, StoreError>, id: NotificationId) -> Result<Option<T>, StoreError> {
    match read {
        Ok(found) => Ok(found),
        Err(err @ StoreError::Damaged { .. }) => {
            error!(notification.id = %id, error = %err, "A notification cannot be followed up any more");
            Ok(None)
        }
        Err(
            err
            @ (StoreError::Sqlite(_) | StoreError::Refused(_) | StoreError::Panicked | StoreError::Closed),
        ) => Err(err),
    }
}
