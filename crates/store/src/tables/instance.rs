//! The table `instance`: its one row tells this store from any other.

use rusqlite::Connection;
use tracing::error;

use crate::StoreError;

/// The key that signs acknowledgement links. `fresh` becomes it if there is none.
pub(crate) fn ack_key(db: &Connection, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
    db.execute("UPDATE instance SET ack_key = ?1 WHERE ack_key IS NULL", [fresh])?;
    match db.query_row("SELECT ack_key FROM instance", [], |row| row.get(0)).map_err(StoreError::from) {
        Err(StoreError::Damaged { .. }) => {
            error!(
                "The key that signs acknowledgement links cannot be read; there is a new one, and the links sent before open nothing"
            );
            db.execute("UPDATE instance SET ack_key = ?1", [fresh])?;
            Ok(fresh)
        }
        read => read,
    }
}
