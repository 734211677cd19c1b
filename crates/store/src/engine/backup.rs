//! Backups: a consistent copy of a store that may be in use, and the way back.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::engine::files::{FileAccess, StoreLock};
use crate::engine::{files, migrations};

/// The files of a store: the database, and what SQLite keeps beside it.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];

/// A backup that was made or read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The size of the file in bytes.
    pub size: u64,
    /// The number of alerts in it.
    pub alerts: u64,
    /// The version of its schema.
    pub version: i64,
}

/// The reason that no backup was made or restored. Nothing that stood there was changed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file stands where the copy is to be written.
    #[error("{} exists, and a backup overwrites nothing: name another file", .0.display())]
    Exists(PathBuf),
    /// A store stands where the backup is to be restored.
    #[error("a store stands at {}: with --replace it is kept beside the restored one, under another name", .0.display())]
    StoreExists(PathBuf),
    /// A gateway runs on the store.
    #[error("a gateway runs on {}: stop it first", .0.display())]
    InUse(PathBuf),
    /// The file is no store of Fanfare.
    #[error("{} is no store of Fanfare", .0.display())]
    Foreign(PathBuf),
    /// The file was written by a newer version.
    #[error("{} has schema {found}, and this build knows {known}: restore it with the version that wrote it", path.display())]
    TooNew {
        /// The file's path.
        path: PathBuf,
        /// The version of its schema.
        found: i64,
        /// The newest version this build knows.
        known: i64,
    },
    /// The file is damaged.
    #[error("{} is damaged: {words}", path.display())]
    Damaged {
        /// The file's path.
        path: PathBuf,
        /// The words of SQLite's check.
        words: String,
    },
    /// SQLite could not read or write a file.
    #[error("{} cannot be used", path.display())]
    Sqlite {
        /// The file's path.
        path: PathBuf,
        /// The reason that SQLite gives.
        source: rusqlite::Error,
    },
    /// A file could not be read or written.
    #[error("{} cannot be read or written", path.display())]
    Io {
        /// The file's path.
        path: PathBuf,
        /// The reason that the system gives.
        source: io::Error,
    },
}

/// Copies the store at `store` to the new file `to`, as it is at one moment, also while a gateway runs on it. The copy
/// is only its owner's to read; it stands at `to` once it is on the disk and was found whole.
///
/// # Errors
///
/// If the store cannot be read, or the copy cannot be written; then nothing stands at `to`.
pub fn backup(store: &Path, to: &Path) -> Result<Backup, BackupError> {
    if to.symlink_metadata().is_ok() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let partial = files::beside(to, ".partial");
    let file = files::create_new(&partial).map_err(|source| io_error(&partial, source))?;
    let copied = copy_into(store, &partial, &file).and_then(|()| place(&partial, to));
    drop(std::fs::remove_file(&partial)); // a second name of what was placed, or a part of a copy
    copied?;
    inspect(to)
}

/// Copies a store into `file` at `partial`, which is empty, and has it on the disk.
fn copy_into(store: &Path, partial: &Path, file: &File) -> Result<(), BackupError> {
    inspect_head(store)?;
    let sqlite = |source| BackupError::Sqlite { path: store.to_owned(), source };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(store, flags).map_err(sqlite)?;
    // One statement is one read transaction: writers go on, and the copy has none of what they write meanwhile.
    // It goes into an empty file, as SQLite allows: <https://www.sqlite.org/lang_vacuum.html#vacuuminto>
    db.execute("VACUUM INTO ?1", [partial.to_string_lossy()]).map_err(sqlite)?;
    file.sync_all().map_err(|source| io_error(partial, source))
}

/// Gives the whole file the name `to`, unless a file has it meanwhile.
fn place(partial: &Path, to: &Path) -> Result<(), BackupError> {
    inspect(partial)?;
    std::fs::hard_link(partial, to).map_err(|source| {
        let exists = source.kind() == io::ErrorKind::AlreadyExists;
        if exists { BackupError::Exists(to.to_owned()) } else { io_error(to, source) }
    })?;
    sync_folder(to)
}

/// The treatment of a store that stands where a backup is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExistingStore {
    /// The store stays, and nothing is restored.
    Keep,
    /// The store is given another name beside the restored one.
    SetAside,
}

/// A store that was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The backup that was restored.
    pub backup: Backup,
    /// The file to which the store that stood there was moved.
    pub set_aside: Option<PathBuf>,
}

/// Makes the store at `store` of the backup `from`. `mark` tells the name of a store that is set aside from others, e.g.
/// the time.
///
/// # Errors
///
/// If a gateway runs there, a store stands there and is to stay, or the backup is not whole; then nothing has changed.
pub fn restore(
    from: &Path,
    store: &Path,
    existing: ExistingStore,
    mark: &str,
) -> Result<Restored, BackupError> {
    let backup = inspect(from)?;
    if let Some(folder) = store.parent().filter(|it| !it.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|source| io_error(folder, source))?;
    }
    let stands = SUFFIXES.iter().any(|suffix| files::beside(store, suffix).exists());
    let _lock = StoreLock::new(store, FileAccess::Read).map_err(|_| BackupError::InUse(store.to_owned()))?;
    if stands && existing == ExistingStore::Keep {
        return Err(BackupError::StoreExists(store.to_owned()));
    }
    let fresh = files::beside(store, ".restoring");
    let file = files::create_new(&fresh).map_err(|source| io_error(&fresh, source))?;
    let restored = copy_into(from, &fresh, &file).and_then(|()| {
        let set_aside = if stands { Some(set_aside(store, mark)?) } else { None };
        std::fs::rename(&fresh, store).map_err(|source| io_error(store, source))?;
        sync_folder(store)?;
        Ok(Restored { backup, set_aside })
    });
    drop(std::fs::remove_file(&fresh)); // is there only if something failed
    restored
}

/// Gives the files of a store other names: the log beside it belongs to it, and would be read into another.
fn set_aside(store: &Path, mark: &str) -> Result<PathBuf, BackupError> {
    let aside = files::beside(store, &format!(".before-{mark}"));
    if aside.exists() {
        return Err(BackupError::Exists(aside));
    }
    for suffix in SUFFIXES {
        let (old, new) = (files::beside(store, suffix), files::beside(&aside, suffix));
        if old.exists() {
            std::fs::rename(&old, new).map_err(|source| io_error(&old, source))?;
        }
    }
    Ok(aside)
}

/// Reads a whole store, and finds out whether it is one.
fn inspect(path: &Path) -> Result<Backup, BackupError> {
    let sqlite = |source| BackupError::Sqlite { path: path.to_owned(), source };
    let (db, version) = inspect_head(path)?;
    let words: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(sqlite)?;
    if words != "ok" {
        return Err(BackupError::Damaged { path: path.to_owned(), words });
    }
    let alerts: i64 = db.query_row("SELECT count(*) FROM alerts", [], |row| row.get(0)).map_err(sqlite)?;
    let size = std::fs::metadata(path).map_err(|source| io_error(path, source))?.len();
    Ok(Backup { size, alerts: u64::try_from(alerts).unwrap_or(0), version })
}

/// Opens a file for reading, if it is a store that this build knows.
fn inspect_head(path: &Path) -> Result<(Connection, i64), BackupError> {
    let sqlite = |source| BackupError::Sqlite { path: path.to_owned(), source };
    File::open(path).map_err(|source| io_error(path, source))?;
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(sqlite)?;
    let is_ours = migrations::is_ours(&db).map_err(|_| BackupError::Foreign(path.to_owned()))?;
    let found = migrations::version(&db).map_err(sqlite)?;
    if !is_ours || found == 0 {
        return Err(BackupError::Foreign(path.to_owned()));
    }
    if found > migrations::NEWEST {
        return Err(BackupError::TooNew { path: path.to_owned(), found, known: migrations::NEWEST });
    }
    Ok((db, found))
}

/// Has the name of a file on the disk, too.
fn sync_folder(path: &Path) -> Result<(), BackupError> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|it| it.sync_all()).map_err(|source| io_error(folder, source))
}

fn io_error(path: &Path, source: io::Error) -> BackupError {
    BackupError::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests;
