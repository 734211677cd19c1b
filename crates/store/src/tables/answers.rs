//! The table `answers`: the answers to requests with an `Idempotency-Key`.

use fanfare_core::SourceName;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::StoreError;
use crate::column::from_time;

/// The key of a request, within its source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestKey {
    /// Source that sent the request.
    pub source: SourceName,
    /// Digest of the key that the request shows.
    pub key: String,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Digest of the request's body.
    pub body: String,
    /// Answer as JSON.
    pub answer: String,
}

/// Inserts the first answer to a request; a later one changes nothing.
pub(crate) fn insert(
    db: &Connection,
    request: &RequestKey,
    kept: &KeptAnswer,
    at: Timestamp,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT OR IGNORE INTO answers (source, key, body, answer, at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![request.source.as_str(), request.key, kept.body, kept.answer, from_time(at)])?;
    Ok(())
}

/// The answer to a request that was given after `since`, if there was one.
pub(crate) fn find(
    db: &Connection,
    request: &RequestKey,
    since: Timestamp,
) -> Result<Option<KeptAnswer>, StoreError> {
    let sql = "SELECT body, answer FROM answers WHERE source = ?1 AND key = ?2 AND at > ?3";
    let found = db
        .prepare_cached(sql)?
        .query_row(params![request.source.as_str(), request.key, from_time(since)], |row| {
            Ok(KeptAnswer { body: row.get(0)?, answer: row.get(1)? })
        });
    StoreError::skip_damaged(found.optional().map_err(StoreError::from), &"of `answers`").map(Option::flatten)
}

/// Deletes up to `most` answers that were given at `before` or earlier, and returns their number.
pub(crate) fn delete_old(db: &Connection, before: Timestamp, most: u32) -> Result<usize, StoreError> {
    let sql = "DELETE FROM answers WHERE (source, key) IN (
                 SELECT source, key FROM answers WHERE at <= ?1 ORDER BY at LIMIT ?2)";
    Ok(db.prepare_cached(sql)?.execute(params![from_time(before), most])?)
}
