//! The store's handle: opening it, and the connections behind it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::engine::commit_observer::CommitObserver;
use crate::engine::commits::{Commit, CommitSender};
use crate::engine::connection::{configure_writer, open_reader};
use crate::engine::writer::{AnswerMode, Writer};
use crate::engine::{files, migrations};
use crate::{OpenError, StoreError};

/// The sizes of the store's files in bytes; 0 for one that is not there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoreSize {
    /// The database itself.
    pub database: u64,
    /// The write-ahead log beside it.
    pub wal: u64,
}

/// A handle on the store. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    writer: Writer, // holds the lock; the system lets go of it when the process dies
    delivery_connection: Arc<Mutex<Connection>>,
    report_connection: Arc<Mutex<Connection>>,
    commits: CommitSender,
    observer: CommitObserver,
    path: Arc<Path>,
    instance: Arc<str>,
}

impl Store {
    /// The version of the schema that this build writes, to which an older store is migrated.
    pub const SCHEMA_VERSION: i64 = migrations::NEWEST;

    /// Opens the store at `path`, or creates it, with its folder.
    ///
    /// `instance` becomes the name of a new store; it must be unlike that of any
    /// other, e.g. a random UUID. An existing store keeps its own.
    ///
    /// # Errors
    ///
    /// If another process has it, a newer version wrote it, or it cannot be read.
    pub fn open(path: &Path, instance: &str) -> Result<Self, OpenError> {
        let io = |source| OpenError::Io { path: path.to_owned(), source };
        if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|source| OpenError::Io { path: folder.to_owned(), source })?;
        }
        let lock = files::lock(path)?;
        files::create(path).map_err(io)?;
        let db = open_writer(path)?;
        let unusable = |source| OpenError::Unusable { path: path.to_owned(), source };
        let instance = name_instance(&db, instance).map_err(unusable)?;
        let open = || open_reader(path).map(|it| Arc::new(Mutex::new(it))).map_err(unusable);
        let (delivery_connection, report_connection) = (open()?, open()?);
        let observer = CommitObserver::default();
        Ok(Self {
            writer: Writer::start(db, lock, observer.clone()).map_err(io)?,
            delivery_connection,
            report_connection,
            commits: CommitSender::default(),
            observer,
            path: path.into(),
            instance: instance.into(),
        })
    }

    /// The same store for tests on tokio's paused time. Each call blocks its thread until it is
    /// done: time stands still meanwhile, and a test takes the same order each time.
    #[must_use]
    pub fn blocking(self) -> Self {
        Self { writer: self.writer.blocking(), ..self }
    }

    /// The name that tells this store from any other.
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
    pub async fn checkpoint(&self) -> Result<(), StoreError> {
        self.read_report(|db| Ok(db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)).await
    }

    /// The stream of commits from now on, in their order; `None` if it was taken before.
    /// Commits of the same moment reach it before their callers are answered.
    #[must_use]
    pub fn commits(&self) -> Option<UnboundedReceiver<Commit>> {
        self.commits.subscribe()
    }

    /// Has `observe` called with the time that each commit takes, its fsync included; the first call counts.
    /// It runs on the writing thread and must be quick.
    pub fn observe_commits(&self, observe: impl Fn(Duration) + Send + Sync + 'static) {
        self.observer.set(observe);
    }

    /// The sizes of the store's files in bytes.
    #[must_use]
    pub fn size(&self) -> StoreSize {
        StoreSize { database: files::size(&self.path, ""), wal: files::size(&self.path, "-wal") }
    }

    pub(crate) fn commit_sender(&self) -> CommitSender {
        self.commits.clone()
    }

    /// Runs `work` in a transaction and answers once it is on the disk.
    ///
    /// `then` sees the result after the commit and before the caller does, and
    /// also if the caller no longer waits: what must follow a commit goes there.
    pub(crate) async fn write<T, W, C>(&self, work: W, then: C) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnMut(&Connection) -> Result<T, StoreError> + Send + 'static,
        C: FnOnce(&T) + Send + 'static,
    {
        self.writer.write(work, then).await
    }

    /// Reads what a delivery needs to go out.
    pub(crate) async fn read<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.read_on(&self.delivery_connection, work).await
    }

    /// Reads what people ask for, on a connection of its own: a long look through
    /// the ledger must not keep a delivery waiting.
    pub(crate) async fn read_report<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.read_on(&self.report_connection, work).await
    }

    /// Reads the whole ledger, on a connection that is opened for it: reports do
    /// not wait for it either.
    pub(crate) async fn read_exclusive<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let path = Arc::clone(&self.path);
        self.run(move || work(&open_reader(&path)?)).await
    }

    /// Runs `work` on a reading connection.
    async fn read_on<T, W>(&self, connection: &Arc<Mutex<Connection>>, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let connection = Arc::clone(connection);
        self.run(move || work(&connection.lock().unwrap_or_else(PoisonError::into_inner))).await
    }

    /// Runs `read` off the runtime's own threads, unless this store blocks its callers.
    async fn run<T, W>(&self, read: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce() -> Result<T, StoreError> + Send + 'static,
    {
        match self.writer.answers() {
            AnswerMode::Asynchronous => {
                tokio::task::spawn_blocking(read).await.map_err(|_| StoreError::Closed)?
            }
            AnswerMode::Blocking => {
                let result = read();
                tokio::task::yield_now().await;
                result
            }
        }
    }
}

/// Opens the writing connection to the file, which exists, and migrates its schema.
fn open_writer(path: &Path) -> Result<Connection, OpenError> {
    let unusable = |source| OpenError::Unusable { path: path.to_owned(), source };
    let mut db = Connection::open(path).map_err(unusable)?;
    if !migrations::is_ours(&db).map_err(unusable)? {
        return Err(OpenError::Foreign(path.to_owned()));
    }
    let found = migrations::version(&db).map_err(unusable)?;
    if found > migrations::NEWEST {
        return Err(OpenError::TooNew { path: path.to_owned(), found, known: migrations::NEWEST });
    }
    files::restrict_to_owner(path);
    configure_writer(&db).map_err(unusable)?;
    migrations::migrate(&mut db, found).map_err(unusable)?;
    Ok(db)
}

fn name_instance(db: &Connection, fresh: &str) -> rusqlite::Result<String> {
    db.execute("INSERT INTO instance (id) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM instance)", [fresh])?;
    db.query_row("SELECT id FROM instance", [], |row| row.get(0))
}

#[cfg(test)]
mod tests;
