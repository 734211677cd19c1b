//! The table `lives`: the times at which the gateway was started.

use jiff::Timestamp;
use rusqlite::Connection;

use crate::column::{from_time, to_time};
use crate::{StoreError, engine};

/// The lives that are kept, the last ones: some days of a gateway that is restarted every hour.
const MOST: i64 = 100;

/// Inserts a life that begins at `began_at`, and deletes all but the last ones.
pub(crate) fn insert(db: &Connection, began_at: Timestamp) -> Result<(), StoreError> {
    let id = engine::insert(db, "INSERT INTO lives (began_at) VALUES (?1)", [from_time(began_at)])?;
    db.execute("DELETE FROM lives WHERE id <= ?1", [id - MOST])?;
    Ok(())
}

/// The times at which the lives began, the first of them first.
pub(crate) fn all(db: &Connection) -> Result<Vec<Timestamp>, StoreError> {
    let mut statement = db.prepare_cached("SELECT began_at FROM lives ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let began_at = row.get(0).map_err(StoreError::from).and_then(to_time);
        found.extend(StoreError::skip_damaged(began_at, &"of `lives`")?);
    }
    Ok(found)
}
