//! The database that is written: its file, or a copy in memory while the file cannot be written.

mod recover;
mod open;
mod state;

use std::sync::Arc;

use rusqlite::Connection;
use tokio::time::Instant;
use tracing::{error, warn};

pub(super) use self::state::Database;
use self::state::{Backing, LogState};
use crate::StoreError;
use crate::engine::commit_observer::CommitObserver;
use crate::engine::condition::ConditionSender;
use crate::engine::pace::WriterPace;
use crate::engine::readers::Readers;
use crate::engine::watch::DatabaseChange;
use crate::fault::{StoreFault, StoreFile};

/// The pages in the log, 2 MiB, from which on a writer that has little to do brings them into the file: some
/// milliseconds, for which a request waits behind it.
const EARLY_CHECKPOINT: i64 = 512;

impl Database {
    /// The connection that writes.
    pub(super) fn connection(&self) -> &Connection {
        &self.writing
    }

    /// The reading connections.
    pub(super) fn readers(&self) -> Arc<Readers> {
        Arc::clone(&self.readers)
    }

    /// The pace of the thread that writes.
    pub(super) fn pace(&self) -> WriterPace {
        self.pace.clone()
    }

    /// The observer of commits.
    pub(super) fn observer(&self) -> &CommitObserver {
        &self.observer
    }

    /// The name that tells this store from any other.
    pub(super) fn instance(&self) -> Arc<str> {
        Arc::clone(&self.instance)
    }

    /// The condition, for those who depend on it.
    pub(super) fn condition(&self) -> ConditionSender {
        self.condition.clone()
    }

    /// The fault for which nothing can be kept.
    pub(super) fn fault(&self) -> Option<StoreFault> {
        self.condition.fault()
    }

    /// Checks before a commit that the files are still the same: what is written to others would harm them.
    pub(super) fn before_commit(&mut self) {
        if let Backing::File(watch) = &self.backing
            && self.condition.fault().is_none()
        {
            let change = watch.check();
            self.take_note(change);
        }
    }

    /// Checks after a commit that it stands at the path: a copy of the file that is made now must have it.
    pub(super) fn after_commit(&mut self) {
        if let Backing::File(watch) = &mut self.backing {
            let change = watch.written();
            if self.condition.fault().is_none() {
                self.take_note(change);
            }
        }
    }

    /// Looks at the files, and tries to get well again.
    pub(super) fn look(&mut self) {
        if self.condition.fault().is_some() {
            self.recover();
        } else {
            self.before_commit();
        }
        self.last_log = LogState::read(&self.writing).ok();
    }

    /// The fault that `err` shows; `None` if it says nothing of the disk.
    pub(super) fn fault_of(&mut self, err: &StoreError) -> Option<StoreFault> {
        let Backing::File(watch) = &self.backing else { return None };
        let fault = match err {
            StoreError::Sqlite(err) => Some(StoreFault::from_sqlite(err)?.known_better(&self.path)),
            StoreError::Damaged { .. } => None,
            StoreError::Refused(_) | StoreError::Panicked | StoreError::Closed => return None,
        };
        // Files that are gone are the cause of much.
        match watch.check() {
            DatabaseChange::Fault(fault) => Some(fault),
            DatabaseChange::None | DatabaseChange::Contents(_) => fault,
        }
    }

    /// Notes that nothing can be kept, and does at once what can be done about it.
    pub(super) fn fail(&mut self, fault: &StoreFault) {
        if !self.condition.fail(fault) {
            return;
        }
        self.next_try = Instant::now();
        error!(store.path = %self.path.display(), reason = %fault, "The store cannot keep alerts; they are refused until it can. What is owed goes out");
        match fault {
            StoreFault::Replaced(StoreFile::Database) => self.save_aside(),
            StoreFault::Missing(_) | StoreFault::Replaced(StoreFile::Log) => self.recover(),
            StoreFault::Truncated(_) | StoreFault::Overwritten(_) => {
                self.recover();
                if self.condition.fault().is_some() {
                    self.rescue();
                }
            }
            StoreFault::DiskFull
            | StoreFault::ReadOnly
            | StoreFault::Io(_)
            | StoreFault::Slow
            | StoreFault::Locked => {}
        }
    }

    /// Makes what is owed writable in another way than before: by the room of the reserve, then in memory. False
    /// if there is no other way.
    pub(super) fn make_do(&mut self) -> bool {
        if matches!(self.backing, Backing::Memory(..)) {
            return false;
        }
        if self.reserve.release() {
            warn!(store.path = %self.path.display(), "The room of the reserve is given up, so that what is owed can go out");
            // The log's room is used again from its beginning once it is in the file.
            if let Err(err) = self.checkpoint() {
                warn!(error = %err, "The write-ahead log cannot be emptied");
            }
            return true;
        }
        self.move_to_memory()
    }

    /// Brings what the log holds into the file before it is much: a commit that has to do it waits for all of it.
    pub(super) fn empty_log_early(&mut self) {
        if !matches!(self.backing, Backing::File(_)) || self.condition.fault().is_some() {
            return;
        }
        // If it cannot be told, a commit does it later.
        let Ok(LogState { frames, in_database }) = LogState::read(&self.writing) else { return };
        if frames - in_database < EARLY_CHECKPOINT {
            return;
        }
        if let Err(err) = self.writing.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_is_busy| Ok(())) {
            warn!(error = %err, "What the write-ahead log holds cannot be brought into the store's file yet");
        }
        self.after_commit();
    }

    /// Brings everything into the one file, so that a copy of it is a whole copy.
    pub(super) fn checkpoint(&mut self) -> rusqlite::Result<()> {
        let Backing::File(watch) = &mut self.backing else { return Ok(()) };
        let done = self.writing.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_is_busy| Ok(()));
        watch.emptied();
        done
    }

    fn take_note(&mut self, change: DatabaseChange) {
        match change {
            DatabaseChange::None => {}
            DatabaseChange::Fault(fault) => self.fail(&fault),
            DatabaseChange::Contents(fault) => {
                if self.is_by_another_sqlite(&fault) && self.accept_contents().is_ok() {
                    return;
                }
                self.fail(&fault);
            }
        }
    }

    /// True if a change may be due to another program that knows SQLite: it writes to the database only what it
    /// takes from the log, and makes it no shorter.
    fn is_by_another_sqlite(&self, fault: &StoreFault) -> bool {
        match fault {
            StoreFault::Truncated(StoreFile::Database) => false,
            StoreFault::Overwritten(StoreFile::Database) => {
                LogState::read(&self.writing).ok() != self.last_log || self.last_log.is_none()
            }
            StoreFault::DiskFull
            | StoreFault::ReadOnly
            | StoreFault::Io(_)
            | StoreFault::Slow
            | StoreFault::Locked
            | StoreFault::Missing(_)
            | StoreFault::Replaced(_)
            | StoreFault::Truncated(StoreFile::Log)
            | StoreFault::Overwritten(StoreFile::Log) => true,
        }
    }

    /// Copies everything to memory and writes there; false if it cannot be copied.
    fn move_to_memory(&mut self) -> bool {
        match self.copy_to_memory() {
            Ok(()) => {
                warn!(store.path = %self.path.display(), "The store is in memory until the disk can be written: a delivery that goes out now can go out again after a restart");
                true
            }
            Err(err) => {
                error!(store.path = %self.path.display(), error = %err, "The store cannot be copied to memory");
                false
            }
        }
    }
}

#[cfg(test)]
mod tests;
