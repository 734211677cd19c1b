//! The table `expected_heartbeats`: the heartbeats that are expected, and their times when a life was stopped.

use fanfare_core::{HeartbeatKey, KnownHeartbeat, SavedDue};
use rusqlite::{Connection, Row, params};

use crate::StoreError;
use crate::column::{from_time, to_heartbeat_name, to_time};

/// Enters a heartbeat in place of an earlier row of it.
pub(crate) fn upsert(db: &Connection, known: &KnownHeartbeat) -> Result<(), StoreError> {
    let KnownHeartbeat { key, due } = known;
    db.prepare_cached(
        "INSERT INTO expected_heartbeats (source, name, saved_at, due_at, has_extension)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (source, name) DO UPDATE SET
           saved_at = excluded.saved_at, due_at = excluded.due_at, has_extension = excluded.has_extension",
    )?
    .execute(params![
        key.source.as_str(),
        name_of(key),
        due.map(|it| from_time(it.saved_at)),
        due.map(|it| from_time(it.due_at)),
        due.map(|it| it.has_extension),
    ])?;
    Ok(())
}

/// Deletes a heartbeat.
pub(crate) fn delete(db: &Connection, key: &HeartbeatKey) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM expected_heartbeats WHERE source = ?1 AND name = ?2")?
        .execute([key.source.as_str(), name_of(key)])?;
    Ok(())
}

/// Deletes the times of all heartbeats: from now on they change.
pub(crate) fn clear_times(db: &Connection) -> Result<(), StoreError> {
    db.execute(
        "UPDATE expected_heartbeats SET saved_at = NULL, due_at = NULL, has_extension = NULL
         WHERE saved_at IS NOT NULL",
        [],
    )?;
    Ok(())
}

/// Every heartbeat, by source and name.
pub(crate) fn all(db: &Connection) -> Result<Vec<KnownHeartbeat>, StoreError> {
    let mut statement = db.prepare(
        "SELECT source, name, saved_at, due_at, has_extension FROM expected_heartbeats ORDER BY source, name",
    )?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(StoreError::skip_damaged(known_heartbeat(row), &"of `expected_heartbeats`")?);
    }
    Ok(found)
}

fn name_of(key: &HeartbeatKey) -> &str {
    key.name.as_ref().map(|it| it.as_str()).unwrap_or_default()
}

fn known_heartbeat(row: &Row<'_>) -> Result<KnownHeartbeat, StoreError> {
    let (source, name): (String, String) = (row.get(0)?, row.get(1)?);
    let name = match name.as_str() {
        "" => None,
        name => Some(to_heartbeat_name(name)?),
    };
    let times: (Option<i64>, Option<i64>, Option<bool>) = (row.get(2)?, row.get(3)?, row.get(4)?);
    let due = match times {
        (Some(saved_at), Some(due_at), Some(has_extension)) => {
            Some(SavedDue { saved_at: to_time(saved_at)?, due_at: to_time(due_at)?, has_extension })
        }
        _ => None,
    };
    Ok(KnownHeartbeat { key: HeartbeatKey { source: source.as_str().into(), name }, due })
}
