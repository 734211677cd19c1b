//! Errors of the store.

use std::path::PathBuf;

/// An error by which something was not stored or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Refused by SQLite: the disk is full, gone or damaged.
    #[error("the store cannot be used: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A row that this version cannot have written.
    #[error("the store holds {what} that cannot be read: {reason}")]
    Damaged {
        /// Value that was read.
        what: &'static str,
        /// Reason why it cannot be read.
        reason: String,
    },
    /// A panic of our own code while it decided or wrote; nothing of it was kept.
    #[error("the gateway panicked over it; this is a bug, the log has the details")]
    Panicked,
    /// The writing thread has ended.
    #[error("the store is closed")]
    Closed,
}

/// An error by which a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// In use by another process.
    #[error("{} is in use by another fanfare process; two on one store would both send everything. Stop the other one, or give this one its own `store:`", .0.display())]
    InUse(PathBuf),
    /// Written by a newer version.
    #[error("{} was written by a newer fanfare (store version {found}; this one knows {known}). Run that version, or point `store:` at another file", path.display())]
    TooNew {
        /// Path of the file.
        path: PathBuf,
        /// Version of its schema.
        found: i64,
        /// Newest version this build knows.
        known: i64,
    },
    /// A database of another program.
    #[error("{} belongs to another program. Point `store:` at another file", .0.display())]
    Foreign(PathBuf),
    /// An input or output error of the file or its folder.
    #[error("{} cannot be opened", path.display())]
    Io {
        /// Path of the file or folder.
        path: PathBuf,
        /// Error of the system.
        source: std::io::Error,
    },
    /// A file that is no store, or a damaged one.
    #[error("{} is not a usable store", path.display())]
    Unusable {
        /// Path of the file.
        path: PathBuf,
        /// Error of SQLite.
        source: rusqlite::Error,
    },
}
