//! The table `digests`: messages that carry several deliveries.

use fanfare_core::{DeliveryId, DigestRef};
use jiff::Timestamp;
use rusqlite::Connection;

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

/// Deletes the digests made before a time that no delivery refers to.
pub(crate) fn delete_unused(db: &Connection, before: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "DELETE FROM digests WHERE made_at < ?1 AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.digest = digests.id)",
    )?
    .execute([from_time(before)])?;
    Ok(())
}
