//! The table `notifications`: what each receiver is told, once, and how its contract stands.

use std::sync::Arc;

use fanfare_core::{
    Acknowledgement, AlertId, ChannelName, ContractStatus, DeliveryTerms, GroupKey, Handled, IncidentStatus,
    NewNotification, Notification, NotificationContent, NotificationId, NotificationRecord,
    NotificationUpdate, Recheck, RoutePath, ToldChannel, ToldContent,
};
use jiff::Timestamp;
use rusqlite::types::ValueRef;
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
        (SELECT min(first.id) FROM acknowledgements first
         WHERE first.incident = n.incident AND first.up_to >= n.id AND typeof(first.up_to) = 'integer'
           AND typeof(first.by) = 'text' AND typeof(first.at) = 'integer' AND first.at BETWEEN ?2 AND ?3)
    WHERE n.id = ?1";

/// The notification `id` with the state of its contract; `None` if it or its alert is missing.
///
/// A damaged cell of the contract costs as little as it may: an acknowledgement that cannot be read is none, and a
/// state that cannot be read is that of a contract of which nothing was done yet. Rather somebody is told twice.
pub(crate) fn record(db: &Connection, id: NotificationId) -> Result<Option<NotificationRecord>, StoreError> {
    db.prepare_cached(RECORD)?
        .query_row([id.0, FIRST_MILLIS, LAST_MILLIS], |row| Ok(notification_record(db, row)))
        .optional()?
        .transpose()
}

fn notification_record(db: &Connection, row: &Row<'_>) -> Result<NotificationRecord, StoreError> {
    let terms: Option<String> = row.get(12)?;
    let terms: Option<Arc<DeliveryTerms>> =
        terms.map(|it| to_json("the terms of a notification", &it).map(Arc::new)).transpose()?;
    let acknowledged: Option<(String, i64)> = row.get::<_, Option<String>>(17)?.zip(row.get(18)?);
    Ok(NotificationRecord {
        notification: Arc::new(notification(db, row)?),
        leads: to_leads(row.get(20).unwrap_or(0), row.get(21).unwrap_or(0)),
        climbed: climbed(row, 13, terms.as_deref()),
        terms,
        status: status(row, 14),
        next_check_at: next_check_at(row, 15),
        handled: handled(row, 16),
        acknowledged_by: acknowledged
            .map(|(by, at)| Ok::<_, StoreError>(Acknowledgement { by, at: to_time(at)? }))
            .transpose()?,
        incident: if row.get(19)? { IncidentStatus::Open } else { IncidentStatus::Over },
    })
}

/// The first alert of the incident of `id`; `None` if there is no such notification, or it cannot be read.
pub(crate) fn incident(db: &Connection, id: NotificationId) -> Result<Option<AlertId>, StoreError> {
    let found = db
        .prepare_cached("SELECT incident FROM notifications WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0).map(AlertId))
        .optional();
    Ok(StoreError::skip_damaged(found.map_err(StoreError::from), &format!("notification {id}"))?.flatten())
}

/// A notification that [`record`] cannot read: as much of it as can be, and the time from which on it is owed.
pub(crate) fn unreadable(
    db: &Connection,
    id: NotificationId,
) -> Result<Option<(NotificationContent, Timestamp)>, StoreError> {
    let read = |row: &Row<'_>| {
        let content = NotificationContent::Unreadable {
            status: status(row, 0),
            next_check_at: next_check_at(row, 1),
            handled: handled(row, 2),
        };
        Ok((content, time_or_epoch(row, 3)))
    };
    Ok(db
        .prepare_cached("SELECT fulfilment, look_at, dealt_with, owed_at FROM notifications WHERE id = ?1")?
        .query_row([id.0], read)
        .optional()?)
}

/// The status of a contract; open, where no version has written such a word: the next evaluation then tells.
fn status(row: &Row<'_>, column: usize) -> ContractStatus {
    let word: Option<String> = row.get(column).ok();
    word.and_then(|it| to_contract_status(&it).ok()).unwrap_or(ContractStatus::Open)
}

/// The time of the next evaluation; long ago, where it is no time: rather early than late.
fn next_check_at(row: &Row<'_>, column: usize) -> Option<Timestamp> {
    let is_null = row.get_ref(column).is_ok_and(|it| it == ValueRef::Null);
    (!is_null).then(|| time_or_epoch(row, column))
}

fn time_or_epoch(row: &Row<'_>, column: usize) -> Timestamp {
    let millis: Option<i64> = row.get(column).ok();
    millis.and_then(|it| to_time(it).ok()).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn handled(row: &Row<'_>, column: usize) -> Option<Handled> {
    let word: Option<String> = row.get(column).ok();
    word.and_then(|it| to_handled(&it).ok())
}

/// The number of rungs that were dealt with; none, where it cannot be that of a ladder of these terms.
fn climbed(row: &Row<'_>, column: usize, terms: Option<&DeliveryTerms>) -> usize {
    let rungs = terms.map_or(0, |it| it.escalate.len());
    let climbed: i64 = row.get(column).unwrap_or(0);
    usize::try_from(climbed).ok().filter(|it| *it <= rungs).unwrap_or(0)
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
    let mut readable = Vec::new();
    for one in told {
        readable.extend(StoreError::skip_damaged(one.map_err(StoreError::from), &"of `deliveries`")?);
    }
    Ok(readable)
}

/// The newest notification of an incident.
pub(crate) fn newest(db: &Connection, incident: AlertId) -> Result<Option<NotificationId>, StoreError> {
    let newest: Option<i64> = db
        .prepare_cached("SELECT max(id) FROM notifications WHERE incident = ?1")?
        .query_row([incident.0], |row| row.get(0))?;
    Ok(newest.map(NotificationId))
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

/// The time after which a check that is further away is made at once, in milliseconds: a month. The check finds the
/// true time again where that of the row is damaged, and hardly any ladder is as long.
const FAR_AWAY: i64 = 31 * 24 * 60 * 60 * 1000;

/// Every notification that is scheduled for a check, with its time on the scale of promises.
pub(crate) fn scheduled(db: &Connection) -> Result<Vec<Recheck>, StoreError> {
    let mut statement = db.prepare(
        "SELECT id, iif(look_at - owed_at > ?1, NULL, look_at + promise_lead) FROM notifications
         WHERE look_at IS NOT NULL",
    )?;
    let mut rows = statement.query([FAR_AWAY])?;
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
