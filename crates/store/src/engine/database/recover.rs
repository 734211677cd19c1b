//! Getting well again: the file is put back in its place, or takes up what was written in memory.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, Row};
use tokio::time::Instant;
use tracing::{error, info, warn};

use super::open::open_writer;
use super::state::{Backing, Database, LogState};
use crate::OpenError;
use crate::engine::connection::{configure_memory, open_reader};
use crate::engine::copy_out::copy_out;
use crate::engine::files::{self, SAVED, StoreLock, beside};
use crate::engine::memory::{self, LARGEST_COPY, NewCopy};
use crate::engine::merge::merge;
use crate::engine::pace::PROMPT;
use crate::engine::readers::{Place, keep_log};
use crate::engine::watch::{DatabaseChange, DatabaseWatch, FileState};
use crate::fault::{StoreFault, StoreFile};

/// Reason why the store does not get well yet.
#[derive(Debug, thiserror::Error)]
pub(super) enum RecoveryObstacle {
    /// A fault of the files that only a person can mend.
    #[error("{0}")]
    Fault(StoreFault),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("somebody reads it")]
    Busy,
    #[error("another file stands at its path")]
    Occupied,
    #[error("the file lacks what was written to it")]
    Damaged,
}

/// The pause after which somebody who has something to keep may have it tried again.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// The largest database that is read through to find out whether it is sound: in some tenths of a second.
const CHECKED_WHOLE: i64 = 256 * 1024 * 1024;

impl Database {
    /// Tries to get well again, if the last time was long enough ago.
    pub(in crate::engine) fn recover_if_due(&mut self) {
        if self.condition.fault().is_some() && self.next_try <= Instant::now() {
            self.recover();
        }
    }

    /// Tries to get well again.
    pub(super) fn recover(&mut self) {
        match self.try_recover() {
            Ok(()) => {
                self.last_obstacle = None;
                if let Some(fault) = self.condition.recover() {
                    info!(store.path = %self.path.display(), was = %fault, "The store keeps alerts again");
                }
            }
            Err(obstacle) => {
                self.report(&obstacle);
                self.next_try = Instant::now() + RETRY_PAUSE;
            }
        }
    }

    /// Logs an obstacle once, however often it is met.
    fn report(&mut self, obstacle: &RecoveryObstacle) {
        if let RecoveryObstacle::Fault(fault) = obstacle {
            self.condition.fail(fault);
        }
        let words = obstacle.to_string();
        if self.last_obstacle.as_ref() != Some(&words) {
            warn!(store.path = %self.path.display(), reason = words, "The store cannot keep alerts yet");
            self.last_obstacle = Some(words);
        }
    }

    fn try_recover(&mut self) -> Result<(), RecoveryObstacle> {
        match &self.backing {
            Backing::File(watch) => match watch.check() {
                DatabaseChange::None if !self.has_wrong_contents() => self.prove(),
                DatabaseChange::None => self.mend_contents(self.fault()),
                DatabaseChange::Contents(fault) => self.mend_contents(Some(fault)),
                DatabaseChange::Fault(StoreFault::Missing(StoreFile::Database)) => self.write_back(),
                DatabaseChange::Fault(
                    StoreFault::Missing(StoreFile::Log) | StoreFault::Replaced(StoreFile::Log),
                ) => self.renew_log(),
                DatabaseChange::Fault(fault) => Err(RecoveryObstacle::Fault(fault)),
            },
            Backing::Memory(_, origin) => match FileState::read(&self.path) {
                Ok(now) if *origin == Some(now) => self.merge_back(),
                Ok(_) => Err(RecoveryObstacle::Occupied),
                Err(err) if err.kind() == io::ErrorKind::NotFound => self.write_back(),
                Err(err) => Err(err.into()),
            },
        }
    }

    /// Mends a file that was written to by somebody else, where the write-ahead log holds all that it lacks.
    fn mend_contents(&mut self, fault: Option<StoreFault>) -> Result<(), RecoveryObstacle> {
        let is_of_log = matches!(
            fault,
            Some(StoreFault::Truncated(StoreFile::Log) | StoreFault::Overwritten(StoreFile::Log))
        );
        // First: to a new connection a file without a page would look like a new one, whose log is deleted. But what
        // somebody wrote into the log must not come into the file.
        if !is_of_log {
            self.checkpoint()?;
        }
        if self.is_sound() { self.prove() } else { Err(RecoveryObstacle::Damaged) }
    }

    fn has_wrong_contents(&self) -> bool {
        matches!(self.fault(), Some(StoreFault::Truncated(_) | StoreFault::Overwritten(_)))
    }

    /// Proves that the file can be written, with room left for the next time that it cannot.
    fn prove(&mut self) -> Result<(), RecoveryObstacle> {
        self.restore_reserve()?;
        let began = Instant::now();
        self.writing.execute("UPDATE instance SET id = id", [])?;
        if began.elapsed() > PROMPT {
            return Err(RecoveryObstacle::Fault(StoreFault::Slow));
        }
        if let Backing::File(watch) = &mut self.backing {
            watch.accept()?;
        }
        Ok(())
    }

    /// Makes the reserve again where the disk was full: while there is no room for it, there is none for alerts.
    fn restore_reserve(&mut self) -> io::Result<()> {
        let was_full = self.fault() == Some(StoreFault::DiskFull);
        if was_full || self.reserve.is_given_up() {
            return self.reserve.restore();
        }
        self.reserve.keep();
        Ok(())
    }

    /// Writes everything to a new file at the path, at which none stands, and goes on with it.
    fn write_back(&mut self) -> Result<(), RecoveryObstacle> {
        files::create_folder(&self.path)?;
        self.restore_reserve()?;
        let draft = beside(&self.path, ".writing");
        remove(&draft)?;
        let lock = self.lock.for_new_file(&draft, &self.path)?;
        self.write_out(&draft)?;
        lock.sync()?;
        self.clear_log()?;
        match files::move_to_free_place(&draft, &self.path) {
            Ok(()) => {}
            Err(err) if err.kind() == io::ErrorKind::AlreadyExists => {
                return Err(RecoveryObstacle::Fault(StoreFault::Replaced(StoreFile::Database)));
            }
            Err(err) => return Err(err.into()),
        }
        let opened = open_writer(&self.path).map_err(RecoveryObstacle::from);
        if let Err(err) = opened.and_then(|writing| self.go_on_with(writing, Arc::new(lock))) {
            remove(&self.path)?; // it is ours, and what is open still holds everything
            return Err(err);
        }
        warn!(store.path = %self.path.display(), "The store was not in its place; all that it held was written back");
        Ok(())
    }

    /// Takes what stands at the path of the write-ahead log out of the way of a new database, which it does not
    /// belong to.
    fn clear_log(&self) -> io::Result<()> {
        let log = beside(&self.path, "-wal");
        let Ok(found) = FileState::read(&log) else { return Ok(()) };
        let is_ours = match &self.backing {
            Backing::File(watch) => watch.log_state().is_same_file(&found),
            Backing::Memory(..) => false,
        };
        if is_ours {
            return std::fs::remove_file(&log); // all that it held is in the new file
        }
        let aside = files::move_aside(&log)?;
        warn!(path = %aside.display(), "A write-ahead log that is not of this store was moved aside");
        Ok(())
    }

    /// Goes on with the file at the path, which is open for writing.
    fn go_on_with(&mut self, writing: Connection, lock: Arc<StoreLock>) -> Result<(), RecoveryObstacle> {
        let watch = DatabaseWatch::new(&self.path)?;
        let readers = Arc::clone(&self.readers);
        let mut held = readers.hold();
        held.close()?;
        held.open(Place::new_file(&self.path, &lock))?;
        keep_log(&self.writing)?;
        self.writing = writing;
        self.backing = Backing::File(watch);
        self.lock = lock;
        Ok(())
    }

    /// Goes on with a new write-ahead log: all that the old one holds is written to the file first.
    fn renew_log(&mut self) -> Result<(), RecoveryObstacle> {
        let Backing::File(watch) = &self.backing else { return Ok(()) };
        let (log, readers) = (watch.log().to_owned(), Arc::clone(&self.readers));
        let mut held = readers.hold();
        let is_busy = self.writing.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if is_busy {
            return Err(RecoveryObstacle::Busy);
        }
        if log.exists() {
            let aside = files::move_aside(&log)?;
            warn!(path = %aside.display(), "A write-ahead log that is not of this store was moved aside");
        }
        held.close()?;
        keep_log(&self.writing)?;
        self.writing = Connection::open_in_memory()?; // the old log is let go of before the new one is made
        self.writing = open_writer(&self.path)?;
        held.open(Place::new_file(&self.path, &self.lock))?;
        self.backing = Backing::File(DatabaseWatch::new(&self.path)?);
        warn!(store.path = %self.path.display(), "The write-ahead log was not in its place; all that it held is in the store");
        Ok(())
    }

    /// Brings what was written in memory to the file that the copy was made from.
    fn merge_back(&mut self) -> Result<(), RecoveryObstacle> {
        self.restore_reserve()?;
        let merged = self.merge();
        if let Backing::Memory(_, origin) = &mut self.backing {
            *origin = FileState::read(&self.path).ok(); // opening it was enough to write to it
        }
        self.go_on_with(merged?, Arc::clone(&self.lock))
    }

    fn merge(&self) -> Result<Connection, RecoveryObstacle> {
        let Backing::Memory(name, _) = &self.backing else { return Err(RecoveryObstacle::Occupied) };
        let mut writing = open_writer(&self.path)?;
        merge(&mut writing, name)?;
        Ok(writing)
    }

    /// Copies everything to memory, and goes on there.
    pub(super) fn copy_to_memory(&mut self) -> Result<(), RecoveryObstacle> {
        if size(&self.writing)? > i64::try_from(LARGEST_COPY).unwrap_or(i64::MAX) {
            return Err(io::Error::other("it is too large for a copy in memory").into());
        }
        let copy = memory::copy(&self.writing)?;
        let origin = match &self.backing {
            Backing::File(watch) => {
                FileState::read(&self.path).ok().filter(|it| it.is_same_file(&watch.database_state()))
            }
            Backing::Memory(..) => None,
        };
        self.go_on_in_memory(copy, origin)
    }

    fn go_on_in_memory(
        &mut self,
        (name, db): NewCopy,
        origin: Option<FileState>,
    ) -> Result<(), RecoveryObstacle> {
        configure_memory(&db)?;
        let readers = Arc::clone(&self.readers);
        let mut held = readers.hold();
        held.close()?;
        held.open(Place::Memory(name.clone()))?;
        keep_log(&self.writing)?;
        self.writing = db;
        self.backing = Backing::Memory(name, origin);
        Ok(())
    }

    /// Saves what can still be read of a file in which something else stands now.
    pub(super) fn rescue(&mut self) {
        let rescued = memory::copy_readable(&self.writing).map_err(RecoveryObstacle::from);
        match rescued.and_then(|copy| self.go_on_in_memory(copy, None)) {
            Ok(()) => self.save_aside(),
            Err(err) => error!(error = %err, "What the store held cannot be saved"),
        }
    }

    /// Writes everything to a file of its own beside the path, at which another stands.
    pub(super) fn save_aside(&self) {
        let path = files::free_name(&self.path, SAVED);
        let saved = files::create(&path).map_err(RecoveryObstacle::from).and_then(|()| self.write_out(&path));
        match saved {
            Ok(()) => warn!(path = %path.display(), "What the store held is saved beside it"),
            Err(err) => {
                error!(path = %path.display(), error = %err, "What the store held cannot be saved beside it")
            }
        }
    }

    /// Writes everything to the file at `path`, which is empty or missing, and looks whether it is there.
    fn write_out(&self, path: &Path) -> Result<(), RecoveryObstacle> {
        copy_out(&self.writing, path)?;
        let written = open_reader(path)?;
        if is_newer(&written, &self.writing)? { Ok(()) } else { Err(RecoveryObstacle::Damaged) }
    }

    /// Takes the contents of the files for sound if they are, although somebody else has written to them.
    pub(super) fn accept_contents(&mut self) -> Result<(), RecoveryObstacle> {
        if !self.is_sound() {
            return Err(RecoveryObstacle::Damaged);
        }
        if let Backing::File(watch) = &mut self.backing {
            watch.accept()?;
        }
        Ok(())
    }

    /// True if the files hold what this process has written to them.
    pub(super) fn is_sound(&self) -> bool {
        self.compare().unwrap_or(false)
    }

    fn compare(&self) -> Result<bool, RecoveryObstacle> {
        let Backing::File(watch) = &self.backing else { return Ok(true) };
        let db = open_reader(&self.path)?; // what is on the disk, and not what this process remembers of it
        keep_log(&db)?;
        let LogState { frames, .. } = LogState::read(&db)?;
        let page_size: i64 = db.pragma_query_value(None, "page_size", |row| row.get(0))?;
        let (header, frame_header) = (32, 24); // https://www.sqlite.org/fileformat2.html#walformat
        let needed = if frames > 0 { header + frames * (frame_header + page_size) } else { 0 };
        let is_log_whole = std::fs::metadata(watch.log())?.len() >= needed.unsigned_abs();
        Ok(is_log_whole && is_newer(&db, &self.writing)? && is_readable(&db)?)
    }
}

impl LogState {
    /// The state of the log of `db`.
    pub(super) fn read(db: &Connection) -> rusqlite::Result<Self> {
        let state = |row: &Row<'_>| Ok(Self { frames: row.get(1)?, in_database: row.get(2)? });
        db.query_row("PRAGMA wal_checkpoint(NOOP)", [], state)
    }
}

/// True if `db` is the same store as `known`, and has all numbers that were given in it.
fn is_newer(db: &Connection, known: &Connection) -> rusqlite::Result<bool> {
    let instance =
        |db: &Connection| db.query_row("SELECT id FROM instance", [], |row| row.get::<_, String>(0));
    let numbers = |db: &Connection| -> rusqlite::Result<BTreeMap<String, i64>> {
        let mut statement = db.prepare("SELECT name, seq FROM sqlite_sequence")?;
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    };
    let found = numbers(db)?;
    let has_all = numbers(known)?.iter().all(|(table, number)| found.get(table) >= Some(number));
    Ok(has_all && instance(db)? == instance(known)?)
}

fn is_readable(db: &Connection) -> rusqlite::Result<bool> {
    if size(db)? > CHECKED_WHOLE {
        return Ok(true);
    }
    let words: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    Ok(words == "ok")
}

/// The size of a database in bytes.
fn size(db: &Connection) -> rusqlite::Result<i64> {
    let number = |pragma| db.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    Ok(number("page_count")? * number("page_size")?)
}

/// Removes the file at `path`, if there is one.
fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(err) if err.kind() != io::ErrorKind::NotFound => Err(err),
        _ => Ok(()),
    }
}
