//! Copy of a store as an earlier version knows it, made before its schema is migrated.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tracing::{info, warn};

use crate::engine::files;

/// Copies the store at `path`, whose schema is of `version`, to a file beside it that the earlier version
/// opens, e.g. `fanfare.db.v3`. A copy of the same version that is already there is replaced.
///
/// Where there is no room for it the migration goes on without: not to start would silence everybody.
pub(super) fn keep(db: &Connection, path: &Path, version: i64) {
    let copy = files::beside(path, &format!(".v{version}"));
    match write(db, path, &copy) {
        Ok(()) => {
            info!(store.copy = %copy.display(), version, "A copy of the store is kept, which the earlier version opens");
        }
        Err(err) => {
            warn!(store.copy = %copy.display(), version, error = %err, "No copy of the store could be kept; there is no way back to the earlier version");
        }
    }
}

/// Writes the copy whole, what stands only in the WAL too, and then gives it its name.
fn write(db: &Connection, path: &Path, copy: &Path) -> Result<(), CopyError> {
    let unfinished = files::beside(path, ".copy");
    remove(&unfinished)?;
    files::create(&unfinished)?;
    let written = vacuum_into(db, &unfinished);
    if written.is_err() {
        remove(&unfinished)?;
    }
    written?;
    File::open(&unfinished)?.sync_all()?;
    fs::rename(&unfinished, copy)?;
    File::open(folder_of(copy))?.sync_all()?;
    Ok(())
}

/// The version and the application stand in the header, which is copied too.
/// <https://www.sqlite.org/lang_vacuum.html#vacuuminto>
fn vacuum_into(db: &Connection, file: &Path) -> Result<(), CopyError> {
    db.execute("VACUUM INTO ?1", [file.to_string_lossy()])?;
    Ok(())
}

fn folder_of(file: &Path) -> PathBuf {
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
    folder.map_or_else(|| PathBuf::from("."), Path::to_owned)
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(err) if err.kind() != io::ErrorKind::NotFound => Err(err),
        Err(_) | Ok(()) => Ok(()),
    }
}

/// The reason for which there is no copy.
#[derive(Debug, thiserror::Error)]
enum CopyError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

#[cfg(test)]
mod tests;
