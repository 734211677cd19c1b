//! The table `attempts`: each try of a delivery, with the provider's answer.

use fanfare_core::{DeliveryId, NewAttempt};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::StoreError;
use crate::column::{from_time, to_time};

/// One attempt, for people.
#[derive(Debug, Clone)]
pub struct AttemptRow {
    /// Ordinal of the attempt, from 1.
    pub ordinal: i64,
    /// Start of the attempt.
    pub started_at: Timestamp,
    /// End of the attempt.
    pub ended_at: Timestamp,
    /// Outcome in one word: `delivered`, `transient`, `throttled`, …
    pub outcome: String,
    /// Answer of the provider.
    pub words: String,
}

/// Inserts an attempt, or replaces the one of the same ordinal: its settlement is
/// written again where the first writing was not seen to succeed.
pub(crate) fn upsert(db: &Connection, new: &NewAttempt) -> Result<(), StoreError> {
    let NewAttempt { delivery, ordinal, started_at, ended_at, word, words } = new;
    db.prepare_cached(
        "INSERT INTO attempts (delivery, ordinal, started_at, ended_at, outcome, words)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (delivery, ordinal) DO UPDATE
         SET started_at = excluded.started_at, ended_at = excluded.ended_at, outcome = excluded.outcome,
             words = excluded.words",
    )?
    .execute(params![delivery.0, ordinal, from_time(*started_at), from_time(*ended_at), word, words])?;
    Ok(())
}

/// The statement of [`ordinals`].
pub(crate) const ORDINALS: &str = "SELECT ordinal FROM attempts WHERE delivery = ?1 ORDER BY ordinal";

/// The ordinals of the attempts of one delivery, the oldest first.
pub(crate) fn ordinals(db: &Connection, delivery: DeliveryId) -> Result<Vec<i64>, StoreError> {
    let mut statement = db.prepare_cached(ORDINALS)?;
    let ordinals = statement.query_map([delivery.0], |row| row.get(0))?;
    Ok(ordinals.collect::<Result<_, _>>()?)
}

/// The statement of [`read`].
pub(crate) const READ: &str =
    "SELECT started_at, ended_at, outcome, words FROM attempts WHERE delivery = ?1 AND ordinal = ?2";

/// The attempts of one delivery with these ordinals; those that cannot be read are left out.
pub(crate) fn read(
    db: &Connection,
    delivery: DeliveryId,
    ordinals: &[i64],
) -> Result<Vec<AttemptRow>, StoreError> {
    let mut statement = db.prepare_cached(READ)?;
    let mut attempts = Vec::new();
    for ordinal in ordinals {
        let found = statement.query_row([delivery.0, *ordinal], |row| Ok(attempt(*ordinal, row)));
        let found = found.optional()?.transpose();
        let name = format_args!("{delivery}/{ordinal} of `attempts`");
        attempts.extend(StoreError::skip_damaged(found, &name)?.flatten());
    }
    Ok(attempts)
}

fn attempt(ordinal: i64, row: &Row<'_>) -> Result<AttemptRow, StoreError> {
    Ok(AttemptRow {
        ordinal,
        started_at: to_time(row.get(0)?)?,
        ended_at: to_time(row.get(1)?)?,
        outcome: row.get(2)?,
        words: row.get(3)?,
    })
}
