//! The table `sends`: the requests that spend an account's budget.

use std::collections::BTreeMap;

use fanfare_core::{Account, DeliveryId, SendId};
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::column::{FIRST_MILLIS, LAST_MILLIS, from_time, to_time};
use crate::{StoreError, engine};

/// The sends that no budget looks back at, by the times at which they ended.
///
/// Each account has a time of its own: one that no channel uses for a while has no budget meanwhile, and what it
/// sent counts all the same once a channel uses it again.
#[derive(Debug, Clone, Default)]
pub struct OldSends {
    /// Sends of these accounts that ended at this time or before.
    pub of: BTreeMap<Account, Timestamp>,
    /// Sends of all other accounts that ended at this time or before.
    pub others: Timestamp,
}

/// Inserts a send that is about to be made; `first` is the first delivery it carries.
pub(crate) fn insert(
    db: &Connection,
    account: &Account,
    first: Option<DeliveryId>,
    now: Timestamp,
) -> Result<SendId, StoreError> {
    let sql = "INSERT INTO sends (account, delivery, started_at) VALUES (?1, ?2, ?3)";
    let values = params![account.as_str(), first.map_or(0, |it| it.0), from_time(now)];
    engine::insert(db, sql, values).map(SendId)
}

/// Enters the end of one send.
pub(crate) fn end(db: &Connection, send: SendId, at: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE sends SET ended_at = ?2 WHERE id = ?1")?
        .execute(params![send.0, from_time(at)])?;
    Ok(())
}

/// The pending deliveries of the sends that have not ended: those sent by themselves, and those of a digest.
pub(crate) fn unseen(db: &Connection) -> Result<Vec<DeliveryId>, StoreError> {
    let mut statement = db.prepare(
        "SELECT d.id FROM sends s JOIN deliveries first ON first.id = s.delivery
         JOIN deliveries d ON d.id = first.id OR (d.digest = first.digest AND first.digest IS NOT NULL)
         WHERE s.ended_at IS NULL AND d.state = 'pending'",
    )?;
    let ids = statement.query_map([], |row| row.get(0).map(DeliveryId))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Enters `now` as the end of the sends whose end nobody saw, or whose end is no time.
pub(crate) fn end_unseen(db: &Connection, now: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE sends SET ended_at = ?1
               WHERE ended_at IS NULL OR typeof(ended_at) <> 'integer' OR ended_at NOT BETWEEN ?2 AND ?3";
    db.execute(sql, [from_time(now), FIRST_MILLIS, LAST_MILLIS])?;
    Ok(())
}

/// Every send that is kept: its account and its end. All have ended.
pub(crate) fn all(db: &Connection) -> Result<Vec<(Account, Timestamp)>, StoreError> {
    let mut statement = db.prepare("SELECT account, ended_at FROM sends")?;
    let mut rows = statement.query([])?;
    let mut sends = Vec::new();
    while let Some(row) = rows.next()? {
        sends.extend(StoreError::skip_damaged(send(row), &"of `sends`")?);
    }
    Ok(sends)
}

fn send(row: &Row<'_>) -> Result<(Account, Timestamp), StoreError> {
    Ok((Account::from_stored(row.get(0)?), to_time(row.get(1)?)?))
}

/// Deletes the sends that are `old`.
pub(crate) fn delete(db: &Connection, old: &OldSends) -> Result<(), StoreError> {
    delete_among(db, (SendId(0), SendId(i64::MAX)), old)
}

/// Deletes those of the `limit` sends after the number `after` that are `old`. Returns the number after which to go
/// on; `None` when there are no more.
pub(crate) fn delete_some(
    db: &Connection,
    after: SendId,
    old: &OldSends,
    limit: u32,
) -> Result<Option<SendId>, StoreError> {
    let last = "SELECT max(id) FROM (SELECT id FROM sends WHERE id > ?1 ORDER BY id LIMIT ?2)";
    let last: Option<i64> = db.prepare_cached(last)?.query_row(params![after.0, limit], |row| row.get(0))?;
    let last = last.map(SendId);
    if let Some(last) = last {
        delete_among(db, (after, last), old)?;
    }
    Ok(last)
}

/// Deletes the sends with numbers above the first and up to the second that are `old`.
fn delete_among(db: &Connection, (after, last): (SendId, SendId), old: &OldSends) -> Result<(), StoreError> {
    let of: serde_json::Map<String, serde_json::Value> = old
        .of
        .iter()
        .map(|(account, until)| (account.as_str().to_owned(), from_time(*until).into()))
        .collect();
    db.prepare_cached(
        "DELETE FROM sends WHERE id > ?1 AND id <= ?2
           AND ended_at <= coalesce((SELECT value FROM json_each(?3) WHERE key = account), ?4)",
    )?
    .execute(params![
        after.0,
        last.0,
        serde_json::Value::Object(of).to_string(),
        from_time(old.others)
    ])?;
    Ok(())
}
