//! Errors of the store.

use std::fmt;
use std::path::PathBuf;

use rusqlite::ErrorCode;
use tracing::error;

use crate::fault::StoreFault;

/// An error by which something was not stored or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Refused by SQLite: the disk is full, gone or damaged.
    #[error("the store cannot be used: {0}")]
    Sqlite(#[source] rusqlite::Error),
    /// Refused, because it could not be kept.
    #[error("the store cannot be used: {0}")]
    Refused(StoreFault),
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

impl From<rusqlite::Error> for StoreError {
    /// A value of another type than its column's, or a page that is damaged, costs what it holds; any other error is
    /// one of the store.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "SQLite's errors: all others are of the store as a whole"
    )]
    fn from(err: rusqlite::Error) -> Self {
        let damaged = |what| Self::Damaged { what, reason: err.to_string() };
        match &err {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..)
            | rusqlite::Error::InvalidColumnType(..) => damaged("a value"),
            rusqlite::Error::SqliteFailure(failure, _) if failure.code == ErrorCode::DatabaseCorrupt => {
                damaged("a page")
            }
            _ => Self::Sqlite(err),
        }
    }
}

impl StoreError {
    /// `None` for what is damaged, which is logged: it costs what it holds, and nothing else.
    pub(crate) fn skip_damaged<T>(read: Result<T, Self>, row: &dyn fmt::Display) -> Result<Option<T>, Self> {
        match read {
            Ok(value) => Ok(Some(value)),
            Err(err @ Self::Damaged { .. }) => {
                error!(row = %row, error = %err, "A row of the store cannot be read; see `fanfare audit`");
                Ok(None)
            }
            Err(err @ (Self::Sqlite(_) | Self::Refused(_) | Self::Panicked | Self::Closed)) => Err(err),
        }
    }
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
