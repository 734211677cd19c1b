//! The record of the newest times, by which the next life of the gateway knows what has passed.

use std::time::Duration;

use fanfare_core::{Heartbeat, Moment};
use jiff::Timestamp;
use rusqlite::Connection;

use crate::tables::{deliveries, heartbeat, lives, notifications};
use crate::{Store, StoreError};

impl Store {
    /// Enters the newest times of this life.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    pub async fn beat(&self, beat: Heartbeat) -> Result<(), StoreError> {
        self.write(move |db| heartbeat::replace(db, &beat), |()| ()).await
    }

    /// Enters that this life began at `began_at`, by the wall clock, and its newest times.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    pub async fn begin_life(&self, began_at: Timestamp, beat: Heartbeat) -> Result<(), StoreError> {
        let write = move |db: &Connection| {
            lives::insert(db, began_at)?;
            heartbeat::replace(db, &beat)
        };
        self.write(write, |()| ()).await
    }

    /// The times, by the wall clock, at which the last hundred lives began that have entered it, the oldest first.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn life_beginnings(&self) -> Result<Vec<Timestamp>, StoreError> {
        self.read(lives::all).await
    }

    /// The newest times of an earlier life; `None` in a store that is empty. Of a store in which an earlier
    /// version entered none, they are the newest time that it holds, in a run of the machine that is not known.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn last_heartbeat(&self) -> Result<Option<Heartbeat>, StoreError> {
        self.read(last_heartbeat).await
    }

    /// The latest time, on the scale of promises, at which something is due next; `None` if nothing is.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn latest_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|db| Ok(notifications::latest_check(db)?.max(deliveries::latest_attempt(db)?))).await
    }
}

fn last_heartbeat(db: &Connection) -> Result<Option<Heartbeat>, StoreError> {
    let by_newest_time =
        |wall| Heartbeat { moment: Moment::at(wall), boot_id: String::new(), since_boot: Duration::ZERO };
    match heartbeat::find(db)? {
        Some(found) => Ok(Some(found)),
        None => Ok(heartbeat::newest_time(db)?.map(by_newest_time)),
    }
}

#[cfg(test)]
mod tests;
