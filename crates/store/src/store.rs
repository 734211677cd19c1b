//! Opening and holding the store.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tracing::warn;

use crate::migrate;
use crate::writer::Writer;
use crate::{OpenError, StoreError};

/// The store. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) writer: Writer, // holds the lock; the system lets go of it when the process dies
    reader: Arc<Mutex<Connection>>,
    desk: Arc<Mutex<Connection>>,
    path: Arc<Path>,
    instance: Arc<str>,
}

impl Store {
    /// Opens the store at `path`, or makes it, with its folder.
    ///
    /// `instance` becomes the name of a new store; it must be unlike that of any
    /// other, e.g. a random UUID. An existing store keeps its own.
    ///
    /// # Errors
    ///
    /// If another process has it, a newer version wrote it, or it cannot be read.
    pub fn open(path: &Path, instance: &str) -> Result<Self, OpenError> {
        if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|source| OpenError::Io { path: folder.to_owned(), source })?;
        }
        let lock = lock(path)?;
        let unusable = |source| OpenError::Unusable { path: path.to_owned(), source };
        make(path).map_err(|source| OpenError::Io { path: path.to_owned(), source })?;
        let mut db = Connection::open(path).map_err(unusable)?;
        if !migrate::is_ours(&db).map_err(unusable)? {
            return Err(OpenError::Foreign(path.to_owned()));
        }
        let found = migrate::version(&db).map_err(unusable)?;
        if found > migrate::NEWEST {
            return Err(OpenError::TooNew { path: path.to_owned(), found, known: migrate::NEWEST });
        }
        keep_from_others(path);
        set_up(&db).map_err(unusable)?;
        migrate::migrate(&mut db, found).map_err(unusable)?;
        let instance = name_instance(&db, instance).map_err(unusable)?;
        let open = || reader(path).map(|it| Arc::new(Mutex::new(it))).map_err(unusable);
        let (reader, desk) = (open()?, open()?);
        let writer =
            Writer::start(db, lock).map_err(|source| OpenError::Io { path: path.to_owned(), source })?;
        Ok(Self { writer, reader, desk, path: path.into(), instance: instance.into() })
    }

    /// What tells this store from any other.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// Brings everything into the one file, so that a copy of it is a whole copy.
    /// For a graceful stop; whatever else ends the process loses nothing either.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub async fn tidy(&self) -> Result<(), StoreError> {
        self.look_up(|db| Ok(db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)).await
    }

    /// Reads what a delivery needs to go out.
    pub(crate) async fn read<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        read_on(&self.reader, work).await
    }

    /// Reads what people ask for, on a connection of its own: a long look through
    /// the ledger must not keep a delivery waiting.
    pub(crate) async fn look_up<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        read_on(&self.desk, work).await
    }

    /// Reads everything there is, on a connection that is opened for it: nobody
    /// at the desk waits for that either.
    pub(crate) async fn look_aside<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let path = Arc::clone(&self.path);
        tokio::task::spawn_blocking(move || work(&reader(&path)?)).await.map_err(|_| StoreError::Closed)?
    }
}

fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    db.pragma_update(None, "query_only", true)?;
    plan_once(&db)?;
    Ok(db)
}

/// Runs `work` on a reading connection, off the runtime's own threads.
async fn read_on<T, W>(reader: &Arc<Mutex<Connection>>, work: W) -> Result<T, StoreError>
where
    T: Send + 'static,
    W: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
{
    let reader = Arc::clone(reader);
    tokio::task::spawn_blocking(move || work(&reader.lock().unwrap_or_else(PoisonError::into_inner)))
        .await
        .map_err(|_| StoreError::Closed)?
}

/// Takes the lock file beside the store. SQLite's own locks would let a second
/// gateway in between two transactions.
fn lock(path: &Path) -> Result<File, OpenError> {
    let path_of_lock = beside(path, ".lock");
    let io = |source: io::Error| OpenError::Io { path: path_of_lock.clone(), source };
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path_of_lock).map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(path.to_owned())),
        Err(TryLockError::Error(source)) => Err(io(source)),
    }
}

/// Makes the file, unless there is one, before SQLite does: for its owner only.
fn make(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, FOR_ITS_OWNER);
    match options.open(path) {
        Err(err) if err.kind() == io::ErrorKind::AlreadyExists => Ok(()), // whether it is a store SQLite says
        made => made.map(drop),
    }
}

/// The store holds the key that signs acknowledgements, and what is told to whom.
#[cfg(unix)]
const FOR_ITS_OWNER: u32 = 0o600;

/// Takes from others what an earlier version let them read. SQLite gives its own
/// files beside the store the permissions of the store.
/// <https://www.sqlite.org/wal.html#the_wal_file>
#[cfg(unix)]
fn keep_from_others(path: &Path) {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    for suffix in ["", "-wal", "-shm"] {
        let file = beside(path, suffix);
        let is_open_to_others =
            |it: &std::fs::Metadata| it.permissions().mode() & 0o777 & !FOR_ITS_OWNER != 0;
        if !std::fs::metadata(&file).is_ok_and(|it| is_open_to_others(&it)) {
            continue;
        }
        // A file system without permissions is no reason not to send alarms.
        if let Err(err) = std::fs::set_permissions(&file, Permissions::from_mode(FOR_ITS_OWNER)) {
            warn!(store.path = %file.display(), error = %err, "The store can be read by others, who could sign acknowledgements with its key; let only its owner read it");
        }
    }
}

#[cfg(not(unix))]
fn keep_from_others(_: &Path) {}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// WAL with FULL: a commit is on the disk when it returns, also after a power
/// cut. <https://www.sqlite.org/pragma.html#pragma_synchronous>
fn set_up(db: &Connection) -> rusqlite::Result<()> {
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    // 16 MiB of pages between checkpoints: fewer stalls in a burst, a start after `kill -9` still takes milliseconds.
    db.pragma_update(None, "wal_autocheckpoint", 4096)?;
    db.pragma_update(None, "cache_size", -16_384)?; // KiB
    plan_once(db)?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Keeps SQLite from planning a statement anew for each value it is run with,
/// which takes longer than running it.
/// <https://www.sqlite.org/queryplanner-ng.html#qpstab>
fn plan_once(db: &Connection) -> rusqlite::Result<()> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(|_| ())
}

fn name_instance(db: &Connection, fresh: &str) -> rusqlite::Result<String> {
    db.execute("INSERT INTO instance (id) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM instance)", [fresh])?;
    db.query_row("SELECT id FROM instance", [], |row| row.get(0))
}

#[cfg(test)]
mod tests;
