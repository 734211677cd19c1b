//! The record of the heartbeats that are expected.

use fanfare_core::{HeartbeatKey, KnownHeartbeat};
use rusqlite::Connection;

use crate::tables::expected_heartbeats;
use crate::{Store, StoreError};

impl Store {
    /// The heartbeats that an earlier life of the gateway knew. Their times are deleted: from now on they change.
    ///
    /// # Errors
    ///
    /// If the store cannot be used.
    pub async fn take_up_heartbeats(&self) -> Result<Vec<KnownHeartbeat>, StoreError> {
        let work = |db: &Connection| {
            let known = expected_heartbeats::all(db)?;
            expected_heartbeats::clear_times(db)?;
            Ok(known)
        };
        self.write(work, |_| ()).await
    }

    /// Enters heartbeats, in place of what was known of them.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    pub async fn save_heartbeats(&self, known: Vec<KnownHeartbeat>) -> Result<(), StoreError> {
        self.write(move |db| known.iter().try_for_each(|it| expected_heartbeats::upsert(db, it)), |()| ())
            .await
    }

    /// Deletes heartbeats that are not expected any more.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    pub async fn forget_heartbeats(&self, keys: Vec<HeartbeatKey>) -> Result<(), StoreError> {
        self.write(move |db| keys.iter().try_for_each(|it| expected_heartbeats::delete(db, it)), |()| ())
            .await
    }
}

#[cfg(test)]
mod tests;
