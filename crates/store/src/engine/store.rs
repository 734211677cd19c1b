//! The store's handle: opening it, and the connections behind it.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;

use crate::engine::commit_observer::CommitObserver;
use crate::engine::commits::{Commit, CommitSender};
use crate::engine::condition::{ConditionSender, StoreCondition};
use crate::engine::database::Database;
use crate::engine::readers::{Purpose, Readers};
use crate::engine::reading_turns::ReadingTurns;
use crate::engine::writer::{Durability, Writer};
use crate::engine::{files, migrations};
use crate::{OpenError, StoreError, StoreFault};

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
    readers: Arc<Readers>,
    turns: ReadingTurns,
    commits: CommitSender,
    observer: CommitObserver,
    path: Arc<Path>,
    condition: ConditionSender,
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
    /// A store on a disk that cannot be written is opened all the same, and keeps nothing that is new until the
    /// disk can be: see [`Store::condition`].
    ///
    /// # Errors
    ///
    /// If another process has it, a newer version wrote it, or it cannot be read.
    pub fn open(path: &Path, instance: &str) -> Result<Self, OpenError> {
        let database = Database::open(path, instance)?;
        Self::with_writer(path, database, Writer::start)
            .map_err(|source| OpenError::Io { path: path.to_owned(), source })
    }

    /// Opens the store for tests on tokio's paused time. Each call is carried out on the caller's thread: time
    /// stands still meanwhile, and a test takes the same order each time.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub fn open_blocking(path: &Path, instance: &str) -> Result<Self, OpenError> {
        let database = Database::open(path, instance)?;
        Self::with_writer(path, database, |database| Ok(Writer::on_callers_thread(database)))
            .map_err(|source| OpenError::Io { path: path.to_owned(), source })
    }

    fn with_writer(
        path: &Path,
        database: Database,
        start: impl FnOnce(Database) -> io::Result<Writer>,
    ) -> io::Result<Self> {
        let (readers, condition) = (database.readers(), database.condition());
        let (instance, observer) = (database.instance(), database.observer().clone());
        let writer = start(database)?;
        let commits = CommitSender::default();
        let turns = ReadingTurns::default();
        Ok(Self { writer, readers, turns, commits, observer, path: path.into(), condition, instance })
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
        self.writer.checkpoint().await
    }

    /// The condition of the store: whether it can keep what arrives.
    #[must_use]
    pub fn condition(&self) -> StoreCondition {
        self.condition.subscribe().borrow().clone()
    }

    /// The changes of the condition.
    #[must_use]
    pub fn watch_condition(&self) -> watch::Receiver<StoreCondition> {
        self.condition.subscribe()
    }

    /// The fault for which the disk does not answer in time, once there is one: what waits for the store meanwhile
    /// waits without a bound.
    pub async fn delayed(&self) -> StoreFault {
        self.condition.delay().await
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

    /// Runs `work` in a transaction and answers once it is on the disk; or in memory, while the disk cannot be
    /// written.
    ///
    /// `then` sees the result after the commit and before the caller does, and
    /// also if the caller no longer waits: what must follow a commit goes there.
    pub(crate) async fn write<T, W, C>(&self, work: W, then: C) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnMut(&Connection) -> Result<T, StoreError> + Send + 'static,
        C: FnOnce(&T) + Send + 'static,
    {
        self.writer.write(Durability::AsPossible, work, then).await
    }

    /// The same on the disk or not at all, if `durability` asks for it.
    pub(crate) async fn write_durably<T, W, C>(
        &self,
        durability: Durability,
        work: W,
        then: C,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnMut(&Connection) -> Result<T, StoreError> + Send + 'static,
        C: FnOnce(&T) + Send + 'static,
    {
        self.writer.write(durability, work, then).await
    }

    /// Reads what a delivery needs to go out.
    pub(crate) async fn read<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.read_for(Purpose::Delivery, work).await
    }

    /// Reads what people ask for, on one of a few connections: a long look through the ledger keeps neither a
    /// delivery waiting nor the next who asks.
    pub(crate) async fn read_report<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.read_for(Purpose::Report, work).await
    }

    /// Reads the whole ledger, on a connection of its own: reports do not wait for it either. One such
    /// read runs at a time.
    pub(crate) async fn read_exclusive<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.read_for(Purpose::Ledger, work).await
    }

    /// Runs `work` on a reading connection.
    async fn read_for<T, W>(&self, purpose: Purpose, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let readers = Arc::clone(&self.readers);
        let turn = self.turns.wait(purpose).await?;
        let read = move || {
            let result = readers.read(purpose, work);
            drop(turn); // with the read, also if nobody waits for it any more
            result
        };
        self.run(read).await
    }

    /// Runs `read` off the runtime's own threads, unless this store blocks its callers.
    async fn run<T, W>(&self, read: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce() -> Result<T, StoreError> + Send + 'static,
    {
        match self.writer {
            Writer::Thread(_) => tokio::task::spawn_blocking(read).await.map_err(|_| StoreError::Closed)?,
            Writer::Caller(_) => {
                let result = read();
                tokio::task::yield_now().await;
                result
            }
        }
    }
}

#[cfg(test)]
mod tests;
