//! The record of the newest times, by which the next life of the gateway knows what has passed.

use std::time::Duration;

use fanfare_core::TimeRecord;
use jiff::Timestamp;
use rusqlite::Connection;

use crate::tables::{deliveries, lives, notifications, time_record};
use crate::{Store, StoreError};

impl Store {
    /// Enters the newest times of this life.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    pub async fn record_times(&self, newest: TimeRecord) -> Result<(), StoreError> {
        self.write(move |db| time_record::replace(db, &newest), |()| ()).await
    }

    /// Enters that this life began at `began_at`, by the wall clock, and its newest times.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    pub async fn begin_life(&self, began_at: Timestamp, newest: TimeRecord) -> Result<(), StoreError> {
        let write = move |db: &Connection| {
            lives::insert(db, began_at)?;
            time_record::replace(db, &newest)
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
    /// version entered none, they are the newest that it holds, each on its scale, in a run of the machine that is not
    /// known.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn last_times(&self) -> Result<Option<TimeRecord>, StoreError> {
        self.read(last_times).await
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

fn last_times(db: &Connection) -> Result<Option<TimeRecord>, StoreError> {
    let in_unknown_run = |moment| TimeRecord { moment, boot_id: String::new(), since_boot: Duration::ZERO };
    match time_record::find(db)? {
        Some(found) => Ok(Some(found)),
        None => Ok(time_record::newest_times(db)?.map(in_unknown_run)),
    }
}

#[cfg(test)]
mod tests;
