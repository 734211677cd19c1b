//! The table `digests`: messages that carry several deliveries.

use fanfare_core::{DeliveryId, DigestRef};
use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::column::from_time;
use crate::{StoreError, engine};

/// Inserts a digest that carries `deliveries`.
pub(crate) fn insert(
    db: &Connection,
    deliveries: &[DeliveryId],
    now: Timestamp,
) -> Result<DigestRef, StoreError> {
    let id = engine::insert(db, "INSERT INTO digests (made_at) VALUES (?1)", [from_time(now)])?;
    for delivery in deliveries {
        db.prepare_cached("UPDATE deliveries SET digest = ?2 WHERE id = ?1")?.execute([delivery.0, id])?;
    }
    Ok(DigestRef { id, made_at: now })
}

/// Deletes those of the `limit` digests after `after` that were made before a time and that no delivery refers to.
/// Returns the last of them that was looked at; `None`: there are no more.
pub(crate) fn delete_unused(
    db: &Connection,
    after: i64,
    before: Timestamp,
    limit: u32,
) -> Result<Option<i64>, StoreError> {
    let last = "SELECT max(id) FROM (SELECT id FROM digests WHERE id > ?1 ORDER BY id LIMIT ?2)";
    let last: Option<i64> = db.prepare_cached(last)?.query_row(params![after, limit], |row| row.get(0))?;
    if let Some(last) = last {
        db.prepare_cached(
            "DELETE FROM digests WHERE id > ?1 AND id <= ?2 AND made_at < ?3
               AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.digest = digests.id)",
        )?
        .execute(params![after, last, from_time(before)])?;
    }
    Ok(last)
}
