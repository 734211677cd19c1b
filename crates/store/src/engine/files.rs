//! The files of the store: its lock, its creation, its permissions.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tracing::warn;

use crate::OpenError;

/// The exclusive lock on the file beside the store. SQLite's own locks would let a
/// second gateway in between two transactions.
pub(super) fn lock(path: &Path) -> Result<File, OpenError> {
    let path_of_lock = beside(path, ".lock");
    let io = |source: io::Error| OpenError::Io { path: path_of_lock.clone(), source };
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path_of_lock).map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(path.to_owned())),
        Err(TryLockError::Error(source)) => Err(io(source)),
    }
}

/// Creates the file, unless it exists, before SQLite does: for its owner only.
pub(super) fn create(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, OWNER_ONLY);
    match options.open(path) {
        Err(err) if err.kind() == io::ErrorKind::AlreadyExists => Ok(()), // SQLite finds out what it is
        created => created.map(drop),
    }
}

/// Permissions of the store's files: it holds the key that signs
/// acknowledgements, and what is told to whom.
#[cfg(unix)]
const OWNER_ONLY: u32 = 0o600;

/// Takes from others what an earlier version let them read. SQLite gives its own
/// files beside the store the permissions of the store.
/// <https://www.sqlite.org/wal.html#the_wal_file>
#[cfg(unix)]
pub(super) fn restrict_to_owner(path: &Path) {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    for suffix in ["", "-wal", "-shm"] {
        let file = beside(path, suffix);
        let is_open_to_others = |it: &std::fs::Metadata| it.permissions().mode() & 0o777 & !OWNER_ONLY != 0;
        if !std::fs::metadata(&file).is_ok_and(|it| is_open_to_others(&it)) {
            continue;
        }
        // A file system without permissions is no reason not to send alarms.
        if let Err(err) = std::fs::set_permissions(&file, Permissions::from_mode(OWNER_ONLY)) {
            warn!(store.path = %file.display(), error = %err, "The store can be read by others, who could sign acknowledgements with its key; let only its owner read it");
        }
    }
}

#[cfg(not(unix))]
pub(super) fn restrict_to_owner(_: &Path) {}

pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The size in bytes of the file beside `path`; 0 if it is not there.
pub(super) fn size(path: &Path, suffix: &str) -> u64 {
    std::fs::metadata(beside(path, suffix)).map_or(0, |it| it.len())
}
