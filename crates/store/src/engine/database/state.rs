//! The parts of the database that is written.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::Connection;
use tokio::time::Instant;

use crate::engine::commit_observer::CommitObserver;
use crate::engine::condition::ConditionSender;
use crate::engine::files::StoreLock;
use crate::engine::memory::MemoryName;
use crate::engine::pace::WriterPace;
use crate::engine::readers::Readers;
use crate::engine::reserve::Reserve;
use crate::engine::watch::{DatabaseWatch, FileState};

/// The database that is written, and all its connections.
#[derive(Debug)]
pub(in crate::engine) struct Database {
    pub(super) path: PathBuf,
    pub(super) instance: Arc<str>,
    pub(super) writing: Connection,
    pub(super) readers: Arc<Readers>,
    pub(super) backing: Backing,
    pub(super) reserve: Reserve,
    pub(super) condition: ConditionSender,
    pub(super) observer: CommitObserver,
    pub(super) pace: WriterPace,
    /// The obstacle that kept the store from getting well, as it was last logged.
    pub(super) last_obstacle: Option<String>,
    /// The time from which on it may be tried to get well, beside the regular times.
    pub(super) next_try: Instant,
    /// The write-ahead log as it was at the last look.
    pub(super) last_log: Option<LogState>,
    pub(super) lock: Arc<StoreLock>, // let go of last: see there
}

/// The write-ahead log, as SQLite knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LogState {
    /// The number of pages in it.
    pub(super) frames: i64,
    /// The number of those that are in the database too.
    pub(super) in_database: i64,
}

/// The place of what is written.
#[derive(Debug)]
pub(super) enum Backing {
    /// The database's own file.
    File(DatabaseWatch),
    /// A copy in memory, and the file that it can be merged into again: the one that it was made from.
    Memory(MemoryName, Option<FileState>),
}
