//! The table `notifications`: what each receiver is told, once, and how its contract stands.

use std::sync::Arc;

use fanfare_core::{
    Acknowledgement, AlertId, ChannelName, GroupKey, Handled, IncidentStatus, NewNotification, Notification,
    NotificationId, NotificationRecord, NotificationUpdate, Recheck, RoutePath, ToldChannel, ToldContent,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::column::{
    FIRST_MILLIS, LAST_MILLIS, from_bits, from_count, from_json, from_lead, from_time, to_alert,
    to_contract_status, to_handled, to_json, to_leads, to_time,
};
use crate::tables::notification_alerts;
use crate::{StoreError, engine};

/// Inserts a notification of `alert`, which is of `incident`.
pub(crate) fn insert(
    db: &Connection,
    new: &NewNotification,
    alert: AlertId,
    incident: AlertId,
) -> Result<NotificationId, StoreError> {
    let sql = "INSERT INTO notifications (alert, incident, receiver, why, owed_at, route, owed, terms, asks,
                                          acknowledgement, fulfilment, climbed, look_at, group_key, alert_count,
                                          promise_lead, certain_lead)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
    let values = params![
        alert.0,
        incident.0,
        new.receiver.as_str(),
        from_json(&new.why)?,
        from_time(new.owed_at),
        new.route.as_ref().map(RoutePath::to_string),
        from_count(new.first_channels),
        new.terms.as_ref().map(from_json).transpose()?,
        new.asks,
        new.acknowledged_by.as_ref().map(from_json).transpose()?,
        new.status.word(),
        from_count(new.climbed),
        new.next_check_at.map(from_time),
        from_bits(new.group.to_bits()),
        from_count(new.others.len() + 1),
        from_lead(new.leads.promise),
        from_lead(new.leads.certain),
    ];
    engine::insert(db, sql, values).map(NotificationId)
}

/// Enters the new state of a contract, and what a person did about it.
pub(crate) fn update(db: &Connection, update: &NotificationUpdate) -> Result<(), StoreError> {
    let NotificationUpdate { id, status, climbed, next_check_at, handled } = update;
    db.prepare_cached(
        "UPDATE notifications SET fulfilment = ?2, climbed = ?3, look_at = ?4, dealt_with = ?5 WHERE id = ?1",
    )?
    .execute(params![
        id.0,
        status.word(),
        from_count(*climbed),
        next_check_at.map(from_time),
        handled.map(Handled::word),
    ])?;
    Ok(())
}

/// The notification `id`; `None` if there is none.
pub(crate) fn find(db: &Connection, id: NotificationId) -> Result<Option<Notification>, StoreError> {
    db.prepare_cached(
        "SELECT n.id, n.alert, a.incident, n.receiver, n.why, a.alert, a.since, n.owed_at, n.acknowledgement,
                n.group_key, n.alert_count, a.identity
         FROM notifications n JOIN alerts a ON a.id = n.alert WHERE n.id = ?1",
    )?
    .query_row([id.0], |row| Ok(notification(db, row)))
    .optional()?
    .transpose()
}

fn notification(db: &Connection, row: &Row<'_>) -> Result<Notification, StoreError> {
    let id = NotificationId(row.get(0)?);
    let identity: Option<Vec<u8>> = row.get(11)?;
    let alert = to_alert(&row.get::<_, String>(5)?, identity.as_deref())?;
    let others =
        if row.get::<_, i64>(10)? > 1 { notification_alerts::of_notification(db, id)? } else { Vec::new() };
    Ok(Notification {
        id,
        alert_id: AlertId(row.get(1)?),
        incident: AlertId(row.get(2)?),
        receiver: row.get::<_, String>(3)?.as_str().into(),
        why: to_json("a reason", &row.get::<_, String>(4)?)?,
        group: GroupKey::from_bits(row.get::<_, i64>(9)?.cast_unsigned()),
        alert: Arc::new(alert),
        others,
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

const RECORD: &str = "
    SELECT n.id, n.alert, a.incident, n.receiver, n.why, a.alert, a.since, n.owed_at, n.acknowledgement,
           n.group_key, n.alert_count, a.identity, n.terms, n.climbed, n.fulfilment, n.look_at, n.dealt_with, k.by, k.at,
           EXISTS (SELECT 1 FROM incidents i WHERE i.fingerprint = a.fingerprint AND i.first_alert = n.incident),
           n.promise_lead, n.certain_lead
    FROM notifications n JOIN alerts a ON a.id = n.alert
      LEFT JOIN acknowledgements k ON k.id =
        (SELECT min(first.id) FROM acknowledgements first WHERE first.incident = n.incident AND first.up_to >= n.id)
    WHERE n.id = ?1";

/// The notification `id` with the state of its contract; `None` if it or its alert is missing.
pub(crate) fn record(db: &Connection, id: NotificationId) -> Result<Option<NotificationRecord>, StoreError> {
    db.prepare_cached(RECORD)?
        .query_row([id.0], |row| Ok(notification_record(db, row)))
        .optional()?
        .transpose()
}

fn notification_record(db: &Connection, row: &Row<'_>) -> Result<NotificationRecord, StoreError> {
    let terms: Option<String> = row.get(12)?;
    let acknowledged: Option<(String, i64)> = row.get::<_, Option<String>>(17)?.zip(row.get(18)?);
    Ok(NotificationRecord {
        notification: Arc::new(notification(db, row)?),
        leads: to_leads(row.get(20)?, row.get(21)?),
        terms: terms.map(|it| to_json("the terms of a notification", &it).map(Arc::new)).transpose()?,
        climbed: usize::try_from(row.get::<_, i64>(13)?).unwrap_or(0),
        status: to_contract_status(&row.get::<_, String>(14)?)?,
        next_check_at: row.get::<_, Option<i64>>(15)?.map(to_time).transpose()?,
        handled: row.get::<_, Option<String>>(16)?.map(|it| to_handled(&it)).transpose()?,
        acknowledged_by: acknowledged
            .map(|(by, at)| Ok::<_, StoreError>(Acknowledgement { by, at: to_time(at)? }))
            .transpose()?,
        incident: if row.get(19)? { IncidentStatus::Open } else { IncidentStatus::Over },
    })
}

/// The first alert of the incident of `id`, and the time from which on `id` is owed; `None` if there is no such
/// notification.
pub(crate) fn incident_and_time(
    db: &Connection,
    id: NotificationId,
) -> Result<Option<(AlertId, Timestamp)>, StoreError> {
    let row = db
        .prepare_cached("SELECT incident, owed_at FROM notifications WHERE id = ?1")?
        .query_row([id.0], |row| Ok((row.get(0).map(AlertId)?, row.get::<_, i64>(1)?)))
        .optional()?;
    row.map(|(incident, owed_at)| Ok((incident, to_time(owed_at)?))).transpose()
}

/// The channels on which something of an incident was owed, in the order in which it came to be.
pub(crate) fn told(db: &Connection, incident: AlertId) -> Result<Vec<ToldChannel>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT n.receiver, d.channel, n.acknowledgement IS NOT NULL
         FROM notifications n JOIN deliveries d ON d.notification = n.id
         WHERE n.incident = ?1 ORDER BY n.id, d.id",
    )?;
    let told = statement.query_map([incident.0], |row| {
        let content = if row.get(2)? { ToldContent::Acknowledgement } else { ToldContent::Alert };
        Ok(ToldChannel {
            receiver: row.get_ref(0)?.as_str()?.into(),
            channel: row.get_ref(1)?.as_str()?.into(),
            content,
        })
    })?;
    Ok(told.collect::<Result<_, _>>()?)
}

/// The newest notification of an incident.
pub(crate) fn newest(db: &Connection, incident: AlertId) -> Result<Option<NotificationId>, StoreError> {
    let newest: Option<i64> = db
        .prepare_cached("SELECT max(id) FROM notifications WHERE incident = ?1")?
        .query_row([incident.0], |row| row.get(0))?;
    Ok(newest.map(NotificationId))
}

/// Takes a notification off the schedule of checks.
pub(crate) fn unschedule(db: &Connection, id: NotificationId) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE notifications SET look_at = NULL WHERE id = ?1")?.execute([id.0])?;
    Ok(())
}

/// True of a notification whose contract is abandoned and unhandled.
pub(crate) fn is_unhandled(db: &Connection, id: NotificationId) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached(
            "SELECT 1 FROM notifications WHERE id = ?1 AND fulfilment = 'abandoned' AND dealt_with IS NULL",
        )?
        .query_row([id.0], |_| Ok(()))
        .optional()?
        .is_some())
}

/// Every notification that is scheduled for a check, with its time on the scale of promises.
pub(crate) fn scheduled(db: &Connection) -> Result<Vec<Recheck>, StoreError> {
    let mut statement =
        db.prepare("SELECT id, look_at + promise_lead FROM notifications WHERE look_at IS NOT NULL")?;
    let mut rows = statement.query([])?;
    let mut scheduled = Vec::new();
    while let Some(row) = rows.next()? {
        // A time that is none: at once, rather early than late.
        let at = row.get(1).map_err(StoreError::from).and_then(to_time).unwrap_or(Timestamp::UNIX_EPOCH);
        scheduled.push(Recheck { notification: NotificationId(row.get(0)?), at: Some(at) });
    }
    Ok(scheduled)
}

/// The latest time of a check, on the scale of promises; `None` if none is scheduled.
pub(crate) fn latest_check(db: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT max(look_at + promise_lead) FROM notifications
               WHERE look_at IS NOT NULL AND typeof(look_at + promise_lead) = 'integer'
                 AND look_at + promise_lead BETWEEN ?1 AND ?2";
    db.query_row(sql, [FIRST_MILLIS, LAST_MILLIS], |row| row.get::<_, Option<i64>>(0))?
        .map(to_time)
        .transpose()
}

/// The scheduled notifications of an incident.
pub(crate) fn scheduled_of_incident(
    db: &Connection,
    incident: AlertId,
) -> Result<Vec<NotificationId>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT id FROM notifications WHERE incident = ?1 AND look_at IS NOT NULL")?;
    let ids = statement.query_map([incident.0], |row| row.get(0).map(NotificationId))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// The notifications that are followed up, not yet told, and wait for `channel`.
pub(crate) fn waiting_for(db: &Connection, channel: &ChannelName) -> Result<Vec<NotificationId>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT DISTINCT n.id FROM deliveries d JOIN notifications n ON n.id = d.notification
         WHERE d.state = 'pending' AND d.channel = ?1 AND n.terms IS NOT NULL
           AND n.fulfilment IN ('open', 'broken')",
    )?;
    let ids = statement.query_map([channel.as_str()], |row| row.get(0).map(NotificationId))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// The newest notification of the incident of `alert` that does not tell of an acknowledgement.
pub(crate) fn newest_of_incident(
    db: &Connection,
    alert: AlertId,
) -> Result<Option<NotificationId>, StoreError> {
    let sql = "SELECT max(n.id) FROM notifications n
               WHERE (n.incident = (SELECT incident FROM alerts WHERE id = ?1)
                      OR n.id IN (SELECT notification FROM notification_alerts WHERE alert = ?1))
                 AND n.acknowledgement IS NULL";
    Ok(db.query_row(sql, [alert.0], |row| row.get::<_, Option<i64>>(0))?.map(NotificationId))
}

/// Removes `alert` from the notifications that tell of other alerts too: each belongs to the next of them, until the
/// last is deleted.
pub(crate) fn remove_alert(db: &Connection, alert: AlertId) -> Result<(), StoreError> {
    for id in notification_alerts::notifications_of(db, alert)? {
        notification_alerts::delete(db, id, alert)?;
        db.prepare_cached("UPDATE notifications SET alert_count = alert_count - 1 WHERE id = ?1")?
            .execute([id.0])?;
    }
    for id in grouped_of(db, alert)? {
        if let Some(next) = notification_alerts::first(db, id)? {
            notification_alerts::delete(db, id, next)?;
            db.prepare_cached(
                "UPDATE notifications SET alert = ?2, incident = (SELECT incident FROM alerts WHERE id = ?2),
                        alert_count = alert_count - 1
                 WHERE id = ?1",
            )?
            .execute([id.0, next.0])?;
        }
    }
    Ok(())
}

/// The notifications of `alert` that tell of other alerts too.
fn grouped_of(db: &Connection, alert: AlertId) -> Result<Vec<NotificationId>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT id FROM notifications WHERE alert = ?1 AND alert_count > 1")?;
    let ids = statement.query_map([alert.0], |row| row.get(0).map(NotificationId))?;
    Ok(ids.collect::<Result<_, _>>()?)
}
