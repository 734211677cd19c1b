//! The table `usage`: the messages that went out in a day or a month.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::StoreError;
use crate::column::{from_time, to_count};

/// Counts one more message of the pool's allowance in a period, and returns how
/// many there are with it.
pub(crate) fn add(db: &Connection, (pool, period): (&str, &str), now: Timestamp) -> Result<u64, StoreError> {
    Ok(db
        .prepare_cached(
            "INSERT INTO usage (pool, period, messages, used_at) VALUES (?1, ?2, 1, ?3)
             ON CONFLICT (pool, period) DO UPDATE SET messages = usage.messages + 1, used_at = excluded.used_at
             RETURNING messages",
        )?
        .query_row(params![pool, period, from_time(now)], |row| row.get(0).map(to_count))?)
}

/// The number of messages of the pool's allowance that went out in a period, which began at `since` by what has
/// passed for certain. Messages that went out after that count under whatever name of a period they were entered.
pub(crate) fn messages(
    db: &Connection,
    (pool, period): (&str, &str),
    since: Timestamp,
) -> Result<u64, StoreError> {
    let sql =
        "SELECT coalesce(sum(messages), 0) FROM usage WHERE pool = ?1 AND (period = ?2 OR used_at > ?3)";
    Ok(db
        .prepare_cached(sql)?
        .query_row(params![pool, period, from_time(since)], |row| row.get(0).map(to_count))?)
}

/// Deletes the counts whose last message went out before a time.
pub(crate) fn delete(db: &Connection, before: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM usage WHERE used_at < ?1")?.execute([from_time(before)])?;
    Ok(())
}
