//! The table `policies`: every policy that alerts were decided by.

use fanfare_core::PolicyId;
use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::StoreError;
use crate::column::from_time;

/// Ends the policy in force, and puts `policy`, as JSON, in its place.
pub(crate) fn replace(db: &Connection, policy: &str, now: Timestamp) -> Result<PolicyId, StoreError> {
    db.execute("UPDATE policies SET until = ?1 WHERE until IS NULL", [from_time(now)])?;
    let id = db.query_row(
        "INSERT INTO policies (since, policy) VALUES (?1, ?2)
         ON CONFLICT (policy) DO UPDATE SET until = NULL RETURNING id",
        params![from_time(now), policy],
        |row| row.get(0),
    )?;
    Ok(PolicyId(id))
}

/// Deletes the policies that were replaced `margin` milliseconds before the oldest
/// alert was last seen; before `before` if there is no alert. All by what has passed for certain.
pub(crate) fn delete_unused(db: &Connection, before: Timestamp, margin: i64) -> Result<(), StoreError> {
    db.prepare_cached(
        "DELETE FROM policies WHERE until < coalesce((SELECT last_seen + certain_lead FROM alerts ORDER BY id LIMIT 1), ?1) - ?2",
    )?
    .execute([from_time(before), margin])?;
    Ok(())
}
