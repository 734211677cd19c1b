//! The table `sends`: the requests that spend an account's budget.

use fanfare_core::{Account, DeliveryId, SendId};
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::column::{FIRST_MILLIS, LAST_MILLIS, from_time, to_time};
use crate::{StoreError, engine};

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

/// Deletes the sends that ended at `until` or before.
pub(crate) fn delete(db: &Connection, until: Timestamp) -> Result<(), StoreError> {
    db.execute("DELETE FROM sends WHERE ended_at <= ?1", [from_time(until)])?;
    Ok(())
}

/// Deletes those of the `limit` oldest sends that ended at `until` or before, and returns how many.
pub(crate) fn delete_some(db: &Connection, until: Timestamp, limit: u32) -> Result<usize, StoreError> {
    let sql = "DELETE FROM sends WHERE ended_at <= ?1 AND id IN (SELECT id FROM sends ORDER BY id LIMIT ?2)";
    Ok(db.prepare_cached(sql)?.execute(params![from_time(until), limit])?)
}
