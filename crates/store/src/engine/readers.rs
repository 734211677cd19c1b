//! The reading connections.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard, TryLockError};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::StoreError;
use crate::engine::connection::{open_reader, plan_once};
use crate::engine::files::StoreLock;
use crate::engine::memory::MemoryName;

/// The place of the database that is read.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// A file, whose lock is held for as long as a connection to it is open: closing another descriptor of the
    /// file would drop SQLite's own locks.
    File { path: PathBuf, _lock: Arc<StoreLock> },
    /// A copy in memory.
    Memory(MemoryName),
}

/// The connections for reports, and so the most reports that are read at the same time: a list, an explanation and
/// the gateway's own checks do not wait for each other, and the machine has other work.
pub(super) const REPORTS: usize = 4;

/// The reading connections, for everybody who reads at the same time.
#[derive(Debug)]
pub(super) struct Readers {
    delivery: Mutex<Reader>,
    /// Held as a whole by somebody who keeps everybody from reading.
    reports: RwLock<Vec<Mutex<Reader>>>,
    /// One at a time reads the whole ledger.
    ledger: Mutex<Reader>,
}

/// The purpose of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A delivery that goes out.
    Delivery,
    /// A report, which must not keep a delivery waiting.
    Report,
    /// The whole ledger, for which reports do not wait either.
    Ledger,
}

/// A reading connection, closed before its place is left.
#[derive(Debug)]
struct Reader {
    db: Connection,
    _place: Place,
}

/// All reading connections, while nobody reads.
#[derive(Debug)]
pub(super) struct HeldReaders<'a> {
    delivery: MutexGuard<'a, Reader>,
    reports: RwLockWriteGuard<'a, Vec<Mutex<Reader>>>,
    ledger: MutexGuard<'a, Reader>,
}

impl Place {
    /// The file at `path`, which is locked.
    pub(super) fn new_file(path: &Path, lock: &Arc<StoreLock>) -> Self {
        Self::File { path: path.to_owned(), _lock: Arc::clone(lock) }
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        match self {
            Self::File { path, _lock: _ } => open_reader(path),
            Self::Memory(name) => {
                let db = Connection::open(name.address())?;
                db.pragma_update(None, "query_only", true)?;
                plan_once(&db)?;
                Ok(db)
            }
        }
    }

    fn reader(&self) -> rusqlite::Result<Reader> {
        Ok(Reader { db: self.open()?, _place: self.clone() })
    }

    /// All readers for reports. None is opened later: another file might stand at the path then.
    fn report_readers(&self) -> rusqlite::Result<Vec<Mutex<Reader>>> {
        (0..REPORTS).map(|_| self.reader().map(Mutex::new)).collect()
    }
}

impl Readers {
    /// Connections to `place`.
    pub(super) fn open(place: Place) -> rusqlite::Result<Self> {
        Ok(Self {
            delivery: Mutex::new(place.reader()?),
            reports: RwLock::new(place.report_readers()?),
            ledger: Mutex::new(place.reader()?),
        })
    }

    /// Runs `work` on the connection for this purpose.
    pub(super) fn read<T>(
        &self,
        purpose: Purpose,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match purpose {
            Purpose::Delivery => work(&lock(&self.delivery).db),
            Purpose::Report => {
                let reports = self.reports.read().unwrap_or_else(PoisonError::into_inner);
                let reader = reports.iter().find_map(try_lock).or_else(|| reports.first().map(lock));
                work(&reader.ok_or(StoreError::Closed)?.db)
            }
            Purpose::Ledger => work(&lock(&self.ledger).db),
        }
    }

    /// Waits until nobody reads, and keeps everybody from it.
    pub(super) fn hold(&self) -> HeldReaders<'_> {
        let ledger = lock(&self.ledger);
        let reports = self.reports.write().unwrap_or_else(PoisonError::into_inner);
        HeldReaders { delivery: lock(&self.delivery), reports, ledger }
    }
}

impl HeldReaders<'_> {
    /// Closes the connections, and leaves the files beside the database as they are.
    pub(super) fn close(&mut self) -> rusqlite::Result<()> {
        for reader in self.reports.drain(..) {
            keep_log(&reader.into_inner().unwrap_or_else(PoisonError::into_inner).db)?;
        }
        for reader in [&mut self.delivery, &mut self.ledger] {
            keep_log(&reader.db)?;
            reader.db = Connection::open_in_memory()?;
        }
        Ok(())
    }

    /// Opens the connections to `place`.
    pub(super) fn open(&mut self, place: Place) -> rusqlite::Result<()> {
        (*self.delivery, *self.reports) = (place.reader()?, place.report_readers()?);
        *self.ledger = place.reader()?;
        Ok(())
    }
}

/// Keeps `db` from deleting what stands at the path of its write-ahead log when it is closed.
/// <https://www.sqlite.org/c3ref/c_dbconfig_defensive.html#sqlitedbconfignockptonclose>
pub(super) fn keep_log(db: &Connection) -> rusqlite::Result<()> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map(|_| ())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The connection, if nobody reads by it.
fn try_lock(mutex: &Mutex<Reader>) -> Option<MutexGuard<'_, Reader>> {
    match mutex.try_lock() {
        Ok(reader) => Some(reader),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}
