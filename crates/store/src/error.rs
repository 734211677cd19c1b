//! Why the store could not do what it was asked.

use std::path::PathBuf;

/// Why something was not stored or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite would not: the disk is full, gone or damaged.
    #[error("the store cannot be used: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A row is not what this version writes.
    #[error("the store holds {what} that cannot be read: {reason}")]
    Damaged {
        /// What was read.
        what: &'static str,
        /// Why it cannot be.
        reason: String,
    },
    /// Our own code failed while it decided or wrote; nothing of it was kept.
    #[error("the gateway broke down over it; this is a bug, the log has the details")]
    BrokeDown,
    /// The writing thread has ended.
    #[error("the store is closed")]
    Closed,
}

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("{} is in use by another fanfare process; two on one store would both send everything. Stop the other one, or give this one its own `store:`", .0.display())]
    InUse(PathBuf),
    /// It was written by a newer version.
    #[error("{} was written by a newer fanfare (store version {found}; this one knows {known}). Run that version, or point `store:` at another file", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version this build knows.
        known: i64,
    },
    /// It is a database, but not one of ours.
    #[error("{} belongs to another program. Point `store:` at another file", .0.display())]
    Foreign(PathBuf),
    /// The file or its folder cannot be used.
    #[error("{} cannot be opened", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is not a store, or a damaged one.
    #[error("{} is not a usable store", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
}
