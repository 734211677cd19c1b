//! Faults for which the store cannot keep what arrives.

use std::fmt;
use std::io;
use std::path::Path;

use rusqlite::ErrorCode;
use rusqlite::ffi;

/// Reason why the store cannot keep what arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreFault {
    /// No room on the disk, or none that this process may use.
    DiskFull,
    /// A disk, folder or file that this process may not write to.
    ReadOnly,
    /// Another error of the system while writing, in its words.
    Io(String),
    /// A disk that answers too late.
    Slow,
    /// Another program that holds a lock on the database.
    Locked,
    /// A file that was deleted, or moved away.
    Missing(StoreFile),
    /// Another file in the place of this one.
    Replaced(StoreFile),
    /// A file that was cut short.
    Truncated(StoreFile),
    /// A file in which something else was written.
    Overwritten(StoreFile),
}

/// One of the files of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreFile {
    /// The database itself.
    Database,
    /// The write-ahead log beside it.
    Log,
}

impl fmt::Display for StoreFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Database => "file",
            Self::Log => "write-ahead log",
        })
    }
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DiskFull => f.write_str("the disk is full"),
            Self::ReadOnly => f.write_str("it can only be read"),
            Self::Io(words) => write!(f, "writing fails: {words}"),
            Self::Slow => f.write_str("the disk does not answer in time"),
            Self::Locked => f.write_str("another program has locked it"),
            Self::Missing(file) => write!(f, "its {file} is no longer in its place"),
            Self::Replaced(file) => write!(f, "another file stands in the place of its {file}"),
            Self::Truncated(file) => write!(f, "its {file} was cut short"),
            Self::Overwritten(file) => write!(f, "its {file} was overwritten by another program"),
        }
    }
}

impl StoreFault {
    /// The fault in one word, for metrics and the log.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::DiskFull => "full",
            Self::ReadOnly => "read_only",
            Self::Io(_) => "io",
            Self::Slow => "slow",
            Self::Locked => "locked",
            Self::Missing(_) => "missing",
            Self::Replaced(_) => "replaced",
            Self::Truncated(_) => "truncated",
            Self::Overwritten(_) => "overwritten",
        }
    }

    /// True of a fault in which what is written stands on the disk all the same once it is written.
    #[must_use]
    pub fn is_delay(&self) -> bool {
        match self {
            Self::Slow | Self::Locked => true,
            Self::DiskFull
            | Self::ReadOnly
            | Self::Io(_)
            | Self::Missing(_)
            | Self::Replaced(_)
            | Self::Truncated(_)
            | Self::Overwritten(_) => false,
        }
    }

    /// The fault by which SQLite could not write; `None` of any other error.
    pub(crate) fn from_sqlite(err: &rusqlite::Error) -> Option<Self> {
        let rusqlite::Error::SqliteFailure(ffi::Error { code, extended_code }, _) = err else { return None };
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "SQLite's codes: all others say nothing of the disk"
        )]
        match code {
            ErrorCode::DiskFull => Some(Self::DiskFull),
            ErrorCode::ReadOnly => Some(Self::ReadOnly),
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Some(Self::Locked),
            // A sector that cannot be read costs what it holds, and keeps nothing from being written.
            ErrorCode::SystemIoFailure if READING.contains(extended_code) => None,
            ErrorCode::SystemIoFailure => Some(Self::Io(err.to_string())),
            _ => None,
        }
    }

    /// The same, known better by the room on the disk of `path`: SQLite calls much an error of the disk.
    pub(crate) fn known_better(self, path: &Path) -> Self {
        let is_full = matches!(self, Self::Io(_)) && room(path).is_some_and(|it| it < LITTLE_ROOM);
        if is_full { Self::DiskFull } else { self }
    }

    /// The fault by which a file of the store could not be made or written; `None` of any other error.
    pub(crate) fn from_io(err: &io::Error) -> Option<Self> {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the system's errors: all others say nothing of the disk"
        )]
        match err.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Some(Self::DiskFull)
            }
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Some(Self::ReadOnly),
            io::ErrorKind::StaleNetworkFileHandle => Some(Self::Io(err.to_string())),
            _ => (err.raw_os_error() == Some(EIO)).then(|| Self::Io(err.to_string())),
        }
    }
}

/// The room in which SQLite cannot even keep the index of its log, 32 KiB and more.
const LITTLE_ROOM: u64 = 64 * 1024;

/// The bytes that are free on the disk of `path`, or of its folder; `None` if the system does not know.
fn room(path: &Path) -> Option<u64> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let stat = rustix::fs::statvfs(path).or_else(|_| rustix::fs::statvfs(folder)).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// The extended codes of input and output errors while reading. <https://www.sqlite.org/rescode.html>
const READING: [i32; 2] = [ffi::SQLITE_IOERR_READ, ffi::SQLITE_IOERR_SHORT_READ];

/// The system's number of an input or output error of a device, which has no [`io::ErrorKind`].
const EIO: i32 = 5;
