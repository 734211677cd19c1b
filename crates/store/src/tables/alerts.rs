//! The table `alerts`: every alert that was accepted.

use std::sync::Arc;

use fanfare_core::{
    Alert, AlertId, Decision, IncidentKey, NewAlert, NewestAlert, ReceiverName, RepeatKey, RepeatedAlert,
    RoutePath, Suppression,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::column::{
    from_bits, from_count, from_identity, from_json, from_lead, from_time, to_alert, to_json, to_time,
};
use crate::tables::notifications;
use crate::{StoreError, engine};

/// Inserts an alert of `incident`; `None`: it is the first of its own.
pub(crate) fn insert(
    db: &Connection,
    new: &NewAlert,
    incident: Option<AlertId>,
) -> Result<AlertId, StoreError> {
    let NewAlert { received_at, leads, incident: _, since, alert, json, policy, decisions, repeat_key } = new;
    let json = json.clone().map_or_else(|| from_json(alert).map(Arc::from), Ok)?;
    let own = incident.is_none().then(|| engine::next_alert(db)).transpose()?;
    let sql =
        "INSERT INTO alerts (received_at, fingerprint, incident, since, alert, held, policy, decided, source,
                             severity, status, kind, ends_at, last_seen, repeat_key, id, certain_lead, identity)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?1, ?14, ?15, ?16, ?17)";
    let values = params![
        from_time(*received_at),
        from_bits(alert.fingerprint.to_bits()),
        incident.map(|it| it.0).or(own),
        from_time(*since),
        json,
        suppressed(decisions)?,
        policy.map(|it| it.0),
        from_count(decisions.len()),
        alert.source.as_str(),
        alert.severity.word(),
        alert.status.word(),
        alert.kind.word(),
        alert.ends_at.map(from_time),
        repeat_key.map(|it| from_bits(it.to_bits())),
        own, // none: the next one
        from_lead(leads.certain),
        from_identity(alert.fingerprint),
    ];
    engine::insert(db, sql, values).map(AlertId)
}

/// Enters that the alert was merely repeated, and why nobody was told.
pub(crate) fn repeat(db: &Connection, repeat: &RepeatedAlert) -> Result<(), StoreError> {
    let RepeatedAlert { id, seen_at, leads, alert: _, decisions: _ } = repeat;
    let reasons: Vec<String> = repeat.reasons().iter().map(Suppression::to_string).collect();
    db.prepare_cached(
        "UPDATE alerts SET last_seen = ?2, repeats = min(repeats, 9223372036854775806) + 1, repeat_reasons = ?3, certain_lead = ?4 WHERE id = ?1",
    )?
    .execute(params![id.0, from_time(*seen_at), from_json(&reasons)?, from_lead(leads.certain)])?;
    Ok(())
}

/// The newest alarm of the thing `key`, whose open incident was last told with the alert `last_told`.
///
/// An alarm that is newer than that is an end, or some receiver was not told of it: few are, and those
/// have an index. An index on the fingerprint of each would be one more page to write for each alert.
pub(crate) fn newest(
    db: &Connection,
    key: &IncidentKey,
    last_told: Option<AlertId>,
) -> Result<Option<NewestAlert>, StoreError> {
    let IncidentKey { source, fingerprint } = key;
    let values = params![
        from_bits(fingerprint.to_bits()),
        last_told.map_or(0, |it| it.0),
        source.as_str(),
        from_identity(*fingerprint),
    ];
    let newest = |row: &Row<'_>| {
        let repeat_key: Option<i64> = row.get(1)?;
        Ok(NewestAlert {
            id: AlertId(row.get(0)?),
            repeat_key: repeat_key.map(|it| RepeatKey::from_bits(it.cast_unsigned())),
            received_at: row.get(2).ok().and_then(|it| to_time(it).ok()),
        })
    };
    Ok(db.prepare_cached(NEWEST)?.query_row(values, newest).optional()?)
}

/// The statement of [`newest`]. A key that cannot be read is none, so that the next alert is told: an alarm must not be
/// refused for the rest of its life because of it.
pub(crate) const NEWEST: &str = "
    SELECT id, CASE typeof(repeat_key) WHEN 'integer' THEN repeat_key END, received_at FROM alerts
    WHERE id IN (?2, (SELECT id FROM alerts WHERE fingerprint = ?1 AND repeat_key IS NOT NULL
                                              AND (status = 'resolved' OR held IS NOT NULL)
                                              AND source = ?3 AND (identity = ?4 OR identity IS NULL)
                      ORDER BY id DESC LIMIT 1))
    ORDER BY id DESC LIMIT 1";

/// A receiver that was not told, and the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuppressionRecord {
    /// Receiver that was not told.
    pub receiver: ReceiverName,
    /// Route that points at it; `None` where it was told before.
    #[serde(default)]
    pub route: Option<String>,
    /// Reason why it was not told.
    pub reason: String,
}

/// The receivers that are not told, as JSON; `None` if all are.
fn suppressed(decisions: &[Decision]) -> Result<Option<String>, StoreError> {
    let suppressed = decisions.iter().filter_map(|decision| {
        Some(SuppressionRecord {
            receiver: decision.receiver.clone(),
            route: decision.route.as_ref().map(RoutePath::to_string),
            reason: decision.suppression()?.to_string(),
        })
    });
    let suppressed: Vec<_> = suppressed.collect();
    if suppressed.is_empty() { Ok(None) } else { from_json(&suppressed).map(Some) }
}

/// The receivers that were not told, from the column `held`.
pub(crate) fn suppressions(held: Option<String>) -> Result<Vec<SuppressionRecord>, StoreError> {
    held.map_or(Ok(Vec::new()), |it| to_json("a suppression", &it))
}

/// The alert `id`.
pub(crate) fn find(db: &Connection, id: AlertId) -> Result<Option<Alert>, StoreError> {
    db.prepare_cached("SELECT alert, identity FROM alerts WHERE id = ?1")?
        .query_row([id.0], |row| {
            Ok(to_alert(&row.get::<_, String>(0)?, row.get::<_, Option<Vec<u8>>>(1)?.as_deref()))
        })
        .optional()?
        .transpose()
}

/// The condition of an alert `a` that may be deleted: it was last seen before the time ?1, by what has passed for
/// certain; it is of no incident that fires, and nothing of it is pending, dead or scheduled.
const IS_EXPIRED: &str = "
    a.last_seen + a.certain_lead < ?1
      AND NOT EXISTS (SELECT 1 FROM incidents i
                      WHERE i.fingerprint = a.fingerprint AND a.id IN (i.first_alert, i.last_alert))
      AND NOT EXISTS (SELECT 1 FROM notifications n JOIN deliveries d ON d.notification = n.id
                      WHERE n.alert = a.id AND d.state IN ('pending', 'dead'))
      AND NOT EXISTS (SELECT 1 FROM notifications n
                      WHERE n.alert = a.id
                        AND (n.look_at IS NOT NULL OR n.fulfilment = 'abandoned' AND n.dealt_with IS NULL))
      AND NOT EXISTS (SELECT 1 FROM notification_alerts x JOIN notifications n ON n.id = x.notification
                      WHERE x.alert = a.id
                        AND (n.look_at IS NOT NULL OR n.fulfilment = 'abandoned' AND n.dealt_with IS NULL
                             OR EXISTS (SELECT 1 FROM deliveries d
                                        WHERE d.notification = n.id AND d.state IN ('pending', 'dead'))))";

/// An alert, as the walk through the old ones finds it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AgedAlert {
    pub(crate) id: AlertId,
    /// Set if it may be deleted.
    pub(crate) is_expired: bool,
    /// Set if it is young and was never repeated: those that follow were accepted later, and are young, too.
    pub(crate) is_young: bool,
}

/// The statement of [`walk`].
pub(crate) fn walk_sql() -> String {
    format!(
        "SELECT a.id, {IS_EXPIRED}, a.last_seen + a.certain_lead >= ?1 AND a.repeats = 0
         FROM alerts a WHERE a.id > ?2 ORDER BY a.id LIMIT ?3"
    )
}

/// The alerts that follow `after`, the oldest first, at most `limit`: which of them may be deleted.
pub(crate) fn walk(
    db: &Connection,
    after: AlertId,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<AgedAlert>, StoreError> {
    let mut statement = db.prepare_cached(&walk_sql())?;
    let aged = statement.query_map(params![from_time(before), after.0, limit], |row| {
        Ok(AgedAlert { id: AlertId(row.get(0)?), is_expired: row.get(1)?, is_young: row.get(2)? })
    })?;
    Ok(aged.collect::<Result<_, _>>()?)
}

/// Tells whether the alert `id` may be deleted now.
pub(crate) fn is_expired(db: &Connection, id: AlertId, before: Timestamp) -> Result<bool, StoreError> {
    let sql = format!("SELECT {IS_EXPIRED} FROM alerts a WHERE a.id = ?2");
    let found = db.prepare_cached(&sql)?.query_row(params![from_time(before), id.0], |row| row.get(0));
    Ok(found.optional()?.unwrap_or(false))
}

/// The statements that delete an alert, in this order: each row is found through
/// those that go after it.
const DELETE: [&str; 6] = [
    "DELETE FROM attempts WHERE delivery IN
       (SELECT d.id FROM deliveries d JOIN notifications n ON n.id = d.notification WHERE n.alert = ?1)",
    "DELETE FROM deliveries WHERE notification IN (SELECT id FROM notifications WHERE alert = ?1)",
    "DELETE FROM steps WHERE notification IN (SELECT id FROM notifications WHERE alert = ?1)",
    "DELETE FROM notifications WHERE alert = ?1",
    "DELETE FROM acknowledgements WHERE incident = (SELECT incident FROM alerts WHERE id = ?1)
       AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.incident = acknowledgements.incident)",
    "DELETE FROM alerts WHERE id = ?1",
];

/// Deletes the alert `id` with all that came of it and of no other alert.
pub(crate) fn delete(db: &Connection, id: AlertId) -> Result<(), StoreError> {
    notifications::remove_alert(db, id)?;
    for sql in DELETE {
        db.prepare_cached(sql)?.execute([id.0])?;
    }
    Ok(())
}
