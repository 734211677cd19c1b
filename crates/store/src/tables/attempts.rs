//! The table `attempts`: each try of a delivery, with the provider's answer.

use fanfare_core::{DeliveryId, NewAttempt};
use jiff::Timestamp;
use rusqlite::{Connection, params};

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

/// The statement of [`of_delivery`].
pub(crate) const OF_DELIVERY: &str =
    "SELECT ordinal, started_at, ended_at, outcome, words FROM attempts WHERE delivery = ?1 ORDER BY ordinal";

/// The attempts of one delivery, the oldest first.
pub(crate) fn of_delivery(db: &Connection, delivery: DeliveryId) -> Result<Vec<AttemptRow>, StoreError> {
    let mut statement = db.prepare_cached(OF_DELIVERY)?;
    let mut rows = statement.query([delivery.0])?;
    let mut attempts = Vec::new();
    while let Some(row) = rows.next()? {
        attempts.push(AttemptRow {
            ordinal: row.get(0)?,
            started_at: to_time(row.get(1)?)?,
            ended_at: to_time(row.get(2)?)?,
            outcome: row.get(3)?,
            words: row.get(4)?,
        });
    }
    Ok(attempts)
}
