//! Writing the rows of a decision.

use fanfare_core::{
    AlertRef, AssignedIds, Changes, DeliveryChange, DeliveryUpdate, IncidentUpdate, NewAlert, NewDelivery,
    NewNotification,
};
use rusqlite::Connection;

use crate::StoreError;
use crate::tables::incidents::IncidentValues;
use crate::tables::{
    acknowledgements, alerts, attempts, deliveries, holds, incidents, notification_alerts, notifications,
    sends, steps,
};

/// Writes `changes`, and returns the numbers of their new rows.
pub(super) fn write(db: &Connection, changes: &Changes) -> Result<AssignedIds, StoreError> {
    let Changes {
        alerts: new_alerts,
        repeats,
        incidents,
        notifications,
        updated_notifications,
        deliveries,
        updated_deliveries,
        attempts,
        steps,
        acknowledgements,
        ended_sends,
        holds,
        // No rows: for after the commit.
        rechecks: _,
        revived: _,
        retry_now: _,
        withdrawn: _,
        dead_letters: _,
    } = changes;
    let ids = insert(db, new_alerts, notifications, deliveries)?;
    repeats.iter().try_for_each(|it| alerts::repeat(db, it))?;
    incidents.iter().try_for_each(|it| update_incident(db, it, &ids))?;
    updated_notifications.iter().try_for_each(|it| notifications::update(db, it))?;
    updated_deliveries.iter().try_for_each(|it| update_delivery(db, it))?;
    attempts.iter().try_for_each(|it| attempts::upsert(db, it))?;
    steps.iter().try_for_each(|it| steps::insert(db, ids.notification(it.notification), &it.step, it.at))?;
    acknowledgements.iter().try_for_each(|it| acknowledgements::insert(db, it))?;
    ended_sends.iter().try_for_each(|it| sends::end(db, it.send, it.ended_at))?;
    holds.iter().try_for_each(|it| holds::upsert(db, it))?;
    Ok(ids)
}

/// Inserts the new rows that name each other.
fn insert(
    db: &Connection,
    new_alerts: &[NewAlert],
    new_notifications: &[NewNotification],
    new_deliveries: &[NewDelivery],
) -> Result<AssignedIds, StoreError> {
    let mut ids = AssignedIds::default();
    for (index, new) in new_alerts.iter().enumerate() {
        let incident =
            if new.incident == AlertRef::New(index) { None } else { Some(ids.alert(new.incident)) };
        ids.alerts.push(alerts::insert(db, new, incident)?);
    }
    for new in new_notifications {
        let (alert, incident) = (ids.alert(new.alert_id), ids.alert(new.incident));
        let id = notifications::insert(db, new, alert, incident)?;
        notification_alerts::insert(db, id, new.others.iter().map(|it| ids.alert(it.id)))?;
        ids.notifications.push(id);
    }
    for new in new_deliveries {
        let notification = ids.notification(new.notification);
        ids.deliveries.push(deliveries::insert(db, new, notification)?);
    }
    Ok(ids)
}

fn update_incident(db: &Connection, update: &IncidentUpdate, ids: &AssignedIds) -> Result<(), StoreError> {
    match update {
        IncidentUpdate::Keep { key, first, last, since, device, told, acknowledged } => {
            let values = IncidentValues {
                key,
                first_alert: ids.alert(*first),
                last_alert: ids.alert(*last),
                since: *since,
                device: device.as_ref(),
                told,
                acknowledged: acknowledged.as_ref(),
            };
            incidents::upsert(db, &values)
        }
        IncidentUpdate::Acknowledge { fingerprint, first, acknowledged } => {
            incidents::acknowledge(db, *fingerprint, *first, acknowledged)
        }
        IncidentUpdate::Close(key) => incidents::delete(db, key),
    }
}

fn update_delivery(db: &Connection, update: &DeliveryUpdate) -> Result<(), StoreError> {
    let id = update.id;
    match &update.change {
        DeliveryChange::Settled { status, attempts, settled_at, reason } => {
            deliveries::finish(db, id, *status, (*attempts, *settled_at, reason))
        }
        DeliveryChange::Again { attempts, next_at, failures, form, only, reason, digest } => {
            let next = deliveries::NextAttempt {
                attempts: *attempts,
                next_at: *next_at,
                failures: *failures,
                form: *form,
                only: only.as_deref(),
                reason,
                digest: digest.map(|it| it.id),
            };
            deliveries::postpone(db, id, &next)
        }
        DeliveryChange::Revived { next_at } => deliveries::revive(db, id, *next_at),
        DeliveryChange::Hastened { next_at } => deliveries::hasten(db, id, *next_at),
        DeliveryChange::Discarded { reason } => deliveries::discard(db, id, reason),
    }
}
