//! The dead letters that a filter lets through, in order: walks through the indexes of what is dead or abandoned.

use fanfare_core::{ChannelName, DeadLetterId, DeliveryId, NotificationId, ReceiverName};
use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use crate::StoreError;
use crate::column::from_time;

/// A choice of dead letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeadLetterFilter {
    /// Channel of the deliveries; `None`: any.
    pub channel: Option<ChannelName>,
    /// Receiver that was to be told; `None`: any.
    pub receiver: Option<ReceiverName>,
    /// Earliest time at which it was given up.
    pub since: Option<Timestamp>,
    /// Time before which it was given up.
    pub until: Option<Timestamp>,
}

/// The place of a dead letter among all: by its notification, then by its
/// delivery; 0 for that of the whole notification, which comes after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DeadLetterKey {
    pub(crate) notification: NotificationId,
    pub(super) delivery: i64,
}

impl DeadLetterKey {
    pub(crate) fn id(self) -> DeadLetterId {
        match self.delivery {
            0 => DeadLetterId::Notification(self.notification),
            delivery => DeadLetterId::Delivery(DeliveryId(delivery)),
        }
    }
}

/// The dead letters that `filter` lets through, the newest first, those after `after` only.
///
/// An abandoned contract counts by itself only while none of its deliveries is dead: one thing to do is one dead
/// letter.
pub(crate) fn find(
    db: &Connection,
    filter: &DeadLetterFilter,
    after: Option<DeadLetterKey>,
    limit: u32,
) -> Result<Vec<DeadLetterKey>, StoreError> {
    let after = after.unwrap_or(DeadLetterKey { notification: NotificationId(i64::MAX), delivery: i64::MAX });
    let mut found = dead(filter, after).run(db, limit)?;
    if filter.channel.is_none() {
        let is_full = u32::try_from(found.len()).is_ok_and(|it| it >= limit);
        let end = found.last().copied().filter(|_| is_full);
        found.extend(abandoned(filter, after, end).run(db, limit)?);
    }
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// The dead deliveries of which one step through those of a receiver looks for it: no index has them by receiver, and a
/// step takes less than 5 ms.
const STRETCH: u32 = 1_000;

/// The places that one step has found.
pub(super) struct KeyPage {
    pub(super) found: Vec<DeadLetterKey>,
    /// The place behind which the next step goes on.
    pub(super) next_after: Option<DeadLetterKey>,
}

/// The dead letters that [`find`] finds, in one step of a bounded length.
pub(super) fn find_page(
    db: &Connection,
    filter: &DeadLetterFilter,
    after: Option<DeadLetterKey>,
    limit: u32,
) -> Result<KeyPage, StoreError> {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let Some(receiver) = &filter.receiver else {
        let found = find(db, filter, after, limit)?;
        let next_after = found.last().copied().filter(|_| found.len() == most);
        return Ok(KeyPage { found, next_after });
    };
    let after = after.unwrap_or(DeadLetterKey { notification: NotificationId(i64::MAX), delivery: i64::MAX });
    let of_anybody = DeadLetterFilter { receiver: None, ..filter.clone() };
    let looked_at = dead(&of_anybody, after).run(db, STRETCH)?;
    let is_full = u32::try_from(looked_at.len()).is_ok_and(|it| it >= STRETCH);
    let end = looked_at.last().copied().filter(|_| is_full);
    let mut found = of_receiver(db, looked_at, receiver, most)?;
    if filter.channel.is_none() {
        let abandoned = abandoned(filter, after, end).run(db, limit)?;
        // What comes after the end of the stretch belongs to a later step.
        found.extend(abandoned.into_iter().filter(|it| end.is_none_or(|end| *it > end)));
    }
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.truncate(most);
    let next_after = if found.len() == most { found.last().copied() } else { end };
    Ok(KeyPage { found, next_after })
}

/// The places among `keys` that are for `receiver`, `most` of them at most.
fn of_receiver(
    db: &Connection,
    keys: Vec<DeadLetterKey>,
    receiver: &ReceiverName,
    most: usize,
) -> Result<Vec<DeadLetterKey>, StoreError> {
    let mut is_for = db.prepare_cached("SELECT 1 FROM notifications WHERE id = ?1 AND receiver = ?2")?;
    let mut found = Vec::new();
    for key in keys {
        if found.len() < most && is_for.exists((key.notification.0, receiver.as_str()))? {
            found.push(key);
        }
    }
    Ok(found)
}

/// A statement with those conditions only that are asked for: SQLite uses no index for one that may be absent.
#[derive(Debug)]
pub(super) struct Walk {
    sql: String,
    values: Vec<Value>,
    order: &'static str,
}

/// The walk through dead deliveries.
pub(super) fn dead(filter: &DeadLetterFilter, after: DeadLetterKey) -> Walk {
    let DeadLetterFilter { channel, receiver, since, until } = filter;
    let index = if channel.is_some() { "deliveries_dead_by_channel" } else { "deliveries_dead" };
    let mut walk = Walk {
        sql: format!(
            "SELECT d.notification, d.id FROM deliveries d INDEXED BY {index}
             WHERE d.state = 'dead' AND (d.notification, d.id) < (?1, ?2)"
        ),
        values: vec![after.notification.0.into(), after.delivery.into()],
        order: "d.notification DESC, d.id DESC",
    };
    walk.add("d.channel = ?", channel.as_ref().map(|it| Value::from(it.as_str().to_owned())));
    walk.add("d.settled_at >= ?", since.map(|it| from_time(it).into()));
    walk.add("d.settled_at < ?", until.map(|it| from_time(it).into()));
    let receiver = receiver.as_ref().map(|it| Value::from(it.as_str().to_owned()));
    walk.add("(SELECT n.receiver FROM notifications n WHERE n.id = d.notification) = ?", receiver);
    walk
}

/// The walk through abandoned contracts, as far as `end`: behind it there may be a great many of which some delivery is
/// dead, which do not count by themselves.
pub(super) fn abandoned(filter: &DeadLetterFilter, after: DeadLetterKey, end: Option<DeadLetterKey>) -> Walk {
    let DeadLetterFilter { channel: _, receiver, since, until } = filter;
    let index = match receiver {
        Some(_) => "notifications_abandoned_by_receiver",
        None => "notifications_abandoned",
    };
    let at = "(SELECT max(s.at) FROM steps s WHERE s.notification = n.id AND s.fulfilment = 'abandoned')";
    let mut walk = Walk {
        sql: format!(
            "SELECT n.id, 0 FROM notifications n INDEXED BY {index}
             WHERE n.fulfilment = 'abandoned' AND n.dealt_with IS NULL AND n.id <= ?1 AND (n.id, 0) < (?1, ?2)
               AND NOT EXISTS (SELECT 1 FROM deliveries d INDEXED BY deliveries_dead
                               WHERE d.notification = n.id AND d.state = 'dead')"
        ),
        values: vec![after.notification.0.into(), after.delivery.into()],
        order: "n.id DESC",
    };
    walk.add("n.id >= ?", end.map(|it| it.notification.0.into()));
    walk.add("n.receiver = ?", receiver.as_ref().map(|it| Value::from(it.as_str().to_owned())));
    walk.add(&format!("{at} >= ?"), since.map(|it| from_time(it).into()));
    walk.add(&format!("{at} < ?"), until.map(|it| from_time(it).into()));
    walk
}

impl Walk {
    /// Adds a condition on `value`, for which a question mark stands at its end, if there is a value.
    fn add(&mut self, condition: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.values.push(value);
            self.sql = format!("{} AND {condition}{}", self.sql, self.values.len());
        }
    }

    /// The whole statement, with its values, for at most `limit` dead letters.
    pub(super) fn finish(self, limit: u32) -> (String, Vec<Value>) {
        let Self { sql, mut values, order } = self;
        values.push(limit.into());
        (format!("{sql} ORDER BY {order} LIMIT ?{}", values.len()), values)
    }

    fn run(self, db: &Connection, limit: u32) -> Result<Vec<DeadLetterKey>, StoreError> {
        let (sql, values) = self.finish(limit);
        let mut statement = db.prepare_cached(&sql)?;
        let keys = statement.query_map(params_from_iter(values), |row| Ok(key(row)))?;
        let mut found = Vec::new();
        for key in keys {
            found.extend(StoreError::skip_damaged(key?, &"of `deliveries`")?);
        }
        Ok(found)
    }
}

fn key(row: &Row<'_>) -> Result<DeadLetterKey, StoreError> {
    Ok(DeadLetterKey { notification: NotificationId(row.get(0)?), delivery: row.get(1)? })
}

#[cfg(test)]
mod tests;
