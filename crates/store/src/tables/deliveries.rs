//! The table `deliveries`: each notification owed to one channel, until it is settled.

use std::collections::BTreeSet;

use fanfare_core::{
    ChannelName, Delivery, DeliveryId, DeliveryState, DeliveryStatus, DigestRef, Fingerprint, IncidentKey,
    LedgerSentence, MessageForm, NewDelivery, NotificationId,
};
use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, Rows, params, params_from_iter};

use crate::column::{
    FIRST_MILLIS, LAST_MILLIS, from_json, from_time, placeholders, to_delivery_status, to_identity, to_json,
    to_leads, to_severity, to_time, to_unless,
};
use crate::{StoreError, engine};

/// Inserts a delivery of `notification`.
pub(crate) fn insert(
    db: &Connection,
    new: &NewDelivery,
    notification: NotificationId,
) -> Result<DeliveryId, StoreError> {
    let added_at = (new.owed_at != new.notification_owed_at).then_some(new.owed_at);
    let sql = "INSERT INTO deliveries (notification, channel, severity, next_at, called_at, escalated)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let values = params![
        notification.0,
        new.channel.as_str(),
        new.severity.word(),
        from_time(new.next_at()),
        added_at.map(from_time),
        new.escalated.map(|it| it.to_string()),
    ];
    engine::insert(db, sql, values).map(DeliveryId)
}

/// The statement that reads pending deliveries.
const PENDING: &str = "
    SELECT d.id, d.notification, a.fingerprint, d.channel, d.severity, n.owed_at, d.next_at,
           d.attempts, d.failures, d.form, d.only_to, d.called_at, d.escalated, n.asks,
           n.terms IS NOT NULL OR n.fulfilment = 'abandoned', d.digest, g.made_at, n.promise_lead, n.certain_lead, a.source, a.identity
    FROM deliveries d INDEXED BY deliveries_pending
      JOIN notifications n ON n.id = d.notification JOIN alerts a ON a.id = n.alert
      LEFT JOIN digests g ON g.id = d.digest
    WHERE d.state = 'pending'";

/// Every pending delivery, the oldest first.
pub(crate) fn pending(db: &Connection) -> Result<Vec<Delivery>, StoreError> {
    deliveries(db.prepare(PENDING)?.query([])?)
}

/// The pending deliveries of `channels`, the oldest first.
pub(crate) fn pending_on(
    db: &Connection,
    channels: &BTreeSet<ChannelName>,
) -> Result<Vec<Delivery>, StoreError> {
    if channels.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{PENDING} AND d.channel IN ({})", placeholders(1, channels.len()));
    let names = params_from_iter(channels.iter().map(ChannelName::as_str));
    deliveries(db.prepare(&sql)?.query(names)?)
}

fn deliveries(mut rows: Rows<'_>) -> Result<Vec<Delivery>, StoreError> {
    let mut pending = Vec::new();
    while let Some(row) = rows.next()? {
        // Those that cannot be read were given up at the start: see `unreadable`.
        pending.extend(StoreError::skip_damaged(delivery(row), &"of `deliveries`")?);
    }
    pending.sort_unstable_by_key(|it| it.id); // not by SQLite: it may need a file for that, and the disk may be full
    Ok(pending)
}

/// The pending deliveries that cannot be sent, because they or what they tell cannot be read; each with its
/// notification, if it has a number, and the reason.
pub(crate) fn unreadable(db: &Connection) -> Result<Vec<(DeliveryId, String)>, StoreError> {
    let sql = PENDING
        .replace("JOIN notifications", "LEFT JOIN notifications")
        .replace(" JOIN alerts", " LEFT JOIN alerts");
    let mut statement = db.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let reason = match (row.get_ref(5)?, row.get_ref(2)?) {
            (ValueRef::Null, _) => LedgerSentence::NotificationMissing.to_string(),
            (_, ValueRef::Null) => LedgerSentence::AlertMissing.to_string(),
            _ => match delivery(row) {
                Ok(_) => continue,
                Err(err) => err.to_string(),
            },
        };
        found.push((DeliveryId(row.get(0)?), reason));
    }
    Ok(found)
}

/// Gives up a pending delivery that cannot be read, and has the contract of its notification checked at once.
pub(crate) fn give_up_unreadable(
    db: &Connection,
    (id, reason): &(DeliveryId, String),
    now: Timestamp,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE deliveries SET state = 'dead', settled_at = ?2, reason = ?3,
           attempts = iif(typeof(attempts) = 'integer' AND attempts BETWEEN 0 AND 4294967295, attempts, 0),
           channel = iif(typeof(channel) = 'text', channel, '?')
         WHERE id = ?1",
    )?
    .execute(params![id.0, from_time(now), reason])?;
    db.prepare_cached(
        "UPDATE notifications SET look_at = ?2
         WHERE id = (SELECT notification FROM deliveries WHERE id = ?1) AND terms IS NOT NULL
           AND fulfilment IN ('open', 'broken')",
    )?
    .execute(params![id.0, from_time(now)])?;
    Ok(())
}

fn delivery(row: &Row<'_>) -> Result<Delivery, StoreError> {
    let form: String = row.get(9)?;
    let only: Option<String> = row.get(10)?;
    let identity = to_identity(row.get::<_, Option<Vec<u8>>>(20)?.as_deref());
    let fingerprint = Fingerprint::from_bits(row.get::<_, i64>(2)?.cast_unsigned()).with_identity(identity);
    let key = IncidentKey { source: row.get::<_, String>(19)?.as_str().into(), fingerprint };
    Ok(Delivery {
        id: DeliveryId(row.get(0)?),
        notification: NotificationId(row.get(1)?),
        about: key.digest(),
        source: key.source,
        channel: row.get::<_, String>(3)?.as_str().into(),
        severity: to_severity(&row.get::<_, String>(4)?)?,
        owed_at: to_time(row.get::<_, Option<i64>>(11)?.map_or_else(|| row.get(5), Ok)?)?,
        leads: to_leads(row.get(17)?, row.get(18)?),
        next_at: to_time(row.get(6)?)?,
        attempts: row.get(7)?,
        failures: row.get(8)?,
        form: if form == "plain" { MessageForm::Plain } else { MessageForm::Full },
        only: only.map(|it| to_json("recipients", &it)).transpose()?,
        escalated: row.get::<_, Option<String>>(12)?.map(|it| to_unless(&it)).transpose()?,
        asks: row.get(13)?,
        needs_recheck: row.get(14)?,
        digest: match (row.get::<_, Option<i64>>(15)?, row.get::<_, Option<i64>>(16)?) {
            (Some(id), Some(made_at)) => Some(DigestRef { id, made_at: to_time(made_at)? }),
            (Some(_) | None, Some(_) | None) => None,
        },
    })
}

/// The state of each delivery of a notification, by number.
///
/// A damaged cell costs as little as it may: where it cannot be read whether people have the message, nobody has, and
/// nothing will bring it; all else is as of a delivery that was just owed.
pub(crate) fn states(
    db: &Connection,
    notification: NotificationId,
    owed_at: Timestamp,
) -> Result<Vec<DeliveryState>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT d.id, d.channel, d.called_at, d.state, d.next_at, d.attempts, d.only_to, d.escalated, d.reason,
                (SELECT t.ended_at FROM attempts t WHERE t.delivery = d.id ORDER BY t.ordinal DESC LIMIT 1)
         FROM deliveries d WHERE d.notification = ?1 ORDER BY d.id",
    )?;
    let states = statement.query_map([notification.0], |row| delivery_state(row, owed_at))?;
    Ok(states.collect::<Result<_, _>>()?)
}

fn delivery_state(row: &Row<'_>, owed_at: Timestamp) -> Result<DeliveryState, rusqlite::Error> {
    let text = |column| row.get_ref(column).ok().and_then(|it| it.as_str().ok());
    let time = |column| row.get(column).ok().and_then(|it| to_time(it).ok());
    Ok(DeliveryState {
        id: DeliveryId(row.get(0)?),
        channel: text(1).unwrap_or("?").into(),
        owed_at: time(2).unwrap_or(owed_at),
        status: text(3).and_then(|it| to_delivery_status(it).ok()).unwrap_or(DeliveryStatus::Dead),
        next_at: time(4).unwrap_or(owed_at),
        attempts: row.get(5).unwrap_or(0),
        last_attempt_at: time(9),
        only: text(6).and_then(|it| to_json("recipients", it).ok()),
        escalated: text(7).and_then(|it| to_unless(it).ok()),
        reason: text(8).map(str::to_owned),
    })
}

/// Enters the end of a delivery: the number of its attempts, the time, and the last answer or the reason.
pub(crate) fn finish(
    db: &Connection,
    id: DeliveryId,
    status: DeliveryStatus,
    (attempts, at, reason): (u32, Timestamp, &str),
) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE deliveries SET state = ?2, attempts = ?3, settled_at = ?4, reason = ?5 WHERE id = ?1",
    )?
    .execute(params![id.0, status.word(), attempts, from_time(at), reason])?;
    Ok(())
}

/// The next attempt of a pending delivery.
#[derive(Debug)]
pub(crate) struct NextAttempt<'a> {
    pub(crate) attempts: u32,
    pub(crate) next_at: Timestamp,
    pub(crate) failures: u32,
    pub(crate) form: MessageForm,
    pub(crate) only: Option<&'a [String]>,
    pub(crate) reason: &'a str,
    pub(crate) digest: Option<i64>,
}

/// Enters when and how a delivery is attempted next.
pub(crate) fn postpone(db: &Connection, id: DeliveryId, next: &NextAttempt<'_>) -> Result<(), StoreError> {
    let NextAttempt { attempts, next_at, failures, form, only, reason, digest } = next;
    let form = match form {
        MessageForm::Full => "full",
        MessageForm::Plain => "plain",
    };
    db.prepare_cached(
        "UPDATE deliveries SET attempts = ?2, next_at = ?3, failures = ?4, form = ?5, only_to = ?6, reason = ?7,
                digest = ?8
         WHERE id = ?1",
    )?
    .execute(params![
        id.0,
        attempts,
        from_time(*next_at),
        failures,
        form,
        only.map(|it| from_json(&it)).transpose()?,
        reason,
        digest,
    ])?;
    Ok(())
}

/// A channel on which something is pending, behind the name ?1; in bytes, since a damaged text need not be UTF-8. Every
/// text stands before every blob, which is none.
const NEXT_PENDING_CHANNEL: &str = "
    SELECT CAST(channel AS BLOB) FROM deliveries INDEXED BY deliveries_pending
    WHERE state = 'pending' AND channel > CAST(?1 AS TEXT) AND channel < x'' ORDER BY channel LIMIT 1";

/// The channels on which something is pending: one search for each, however much it is. Those that are no text are left
/// out.
pub(crate) fn pending_channels(db: &Connection) -> Result<Vec<String>, StoreError> {
    let mut statement = db.prepare_cached(NEXT_PENDING_CHANNEL)?;
    let mut channels = Vec::new();
    let mut last: Vec<u8> = Vec::new();
    while let Some(next) = statement.query_row([&last], |row| row.get(0)).optional()? {
        last = next;
        channels.extend(String::from_utf8(last.clone()));
    }
    Ok(channels)
}

const PENDING_SINCE: &str = "
    SELECT d.id, d.notification FROM deliveries d INDEXED BY deliveries_pending
      JOIN notifications n ON n.id = d.notification
    WHERE d.state = 'pending' AND d.channel = ?1 AND d.id > ?2
      AND coalesce(d.called_at, n.owed_at) + n.promise_lead < ?3
    ORDER BY d.id LIMIT ?4";

/// The pending deliveries after `after` on channels other than `known` that were added before `before`, on the
/// scale of promises, at most `limit`, the oldest first.
pub(crate) fn on_unknown_channels(
    db: &Connection,
    known: &[ChannelName],
    before: Timestamp,
    after: DeliveryId,
    limit: u32,
) -> Result<Vec<(DeliveryId, NotificationId)>, StoreError> {
    let mut statement = db.prepare_cached(PENDING_SINCE)?;
    let mut found = Vec::new();
    for channel in pending_channels(db)? {
        if known.iter().any(|it| it.as_str() == channel) {
            continue;
        }
        let values = params![channel, after.0, from_time(before), limit];
        let rows =
            statement.query_map(values, |row| Ok((DeliveryId(row.get(0)?), NotificationId(row.get(1)?))))?;
        found.extend(rows.collect::<Result<Vec<_>, _>>()?);
    }
    found.sort_unstable();
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// The latest time, on the scale of promises, before which a pending delivery does not go; `None` if none is pending.
pub(crate) fn latest_attempt(db: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT max(next_at) FROM deliveries
               WHERE state = 'pending' AND typeof(next_at) = 'integer' AND next_at BETWEEN ?1 AND ?2";
    db.query_row(sql, [FIRST_MILLIS, LAST_MILLIS], |row| row.get::<_, Option<i64>>(0))?
        .map(to_time)
        .transpose()
}

/// True of a delivery that is dead.
pub(crate) fn is_dead(db: &Connection, id: DeliveryId) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("SELECT 1 FROM deliveries WHERE id = ?1 AND state = 'dead'")?
        .query_row([id.0], |_| Ok(()))
        .optional()?
        .is_some())
}

/// The notification that the delivery `id` tells.
pub(crate) fn notification_of(db: &Connection, id: DeliveryId) -> Result<Option<NotificationId>, StoreError> {
    Ok(db
        .prepare_cached("SELECT notification FROM deliveries WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0).map(NotificationId))
        .optional()?)
}

/// Makes a pending delivery due at `next_at`.
pub(crate) fn hasten(db: &Connection, id: DeliveryId, next_at: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE deliveries SET next_at = ?2 WHERE id = ?1")?
        .execute(params![id.0, from_time(next_at)])?;
    Ok(())
}

/// Enters that a dead delivery is discarded, and why.
pub(crate) fn discard(db: &Connection, id: DeliveryId, reason: &str) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE deliveries SET state = 'discarded', reason = ?2 WHERE id = ?1")?
        .execute(params![id.0, reason])?;
    Ok(())
}

/// Makes a dead delivery pending again, by itself and in full, to the recipients still owed.
pub(crate) fn revive(db: &Connection, id: DeliveryId, next_at: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE deliveries
         SET state = 'pending', next_at = ?2, failures = 0, form = 'full', settled_at = NULL, reason = NULL, digest = NULL
         WHERE id = ?1",
    )?
    .execute(params![id.0, from_time(next_at)])?;
    Ok(())
}
