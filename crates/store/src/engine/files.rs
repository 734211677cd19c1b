//! The files of the store: its lock, its creation, its permissions.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracing::warn;

use crate::OpenError;

/// The exclusive lock on a store, for as long as it lives.
///
/// SQLite's own locks would let a second gateway in between two transactions. This one is on the database itself:
/// it holds under every path that leads to the file, and whatever becomes of the files beside it. It is another
/// kind of lock than SQLite's and does not touch them, but its descriptor must be closed after SQLite's.
/// <https://man7.org/linux/man-pages/man2/flock.2.html>
#[derive(Debug)]
pub(super) struct StoreLock {
    /// The database; `None` if there is none, and none can be made.
    pub(super) database: Option<File>,
    /// The file beside it, by whose lock earlier versions know that a store is in use; `None` if it cannot be made.
    beside: Option<Arc<File>>,
}

/// The permissions that a process has on the files of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileAccess {
    /// Reading and writing; a file that is missing is made.
    Write,
    /// Reading of what is there.
    Read,
}

impl StoreLock {
    /// Locks the store at `path`. A new file is for its owner only.
    pub(super) fn new(path: &Path, access: FileAccess) -> Result<Self, OpenError> {
        // First, or the second descriptor of a database in use would be closed again.
        let beside = locked(&beside(path, ".lock"), path, access)?.map(Arc::new);
        if path.is_dir() {
            return Ok(Self { database: None, beside }); // SQLite says what it thinks of it
        }
        Ok(Self { database: locked(path, path, access)?, beside })
    }

    /// Locks the new file at `draft`, which will be the store at `path` in the place of this one.
    pub(super) fn for_new_file(&self, draft: &Path, path: &Path) -> Result<Self, OpenError> {
        let database = locked(draft, path, FileAccess::Write)?;
        // The file beside it may have gone with the store.
        let is_gone = !beside(path, ".lock").exists();
        let beside = if is_gone {
            locked(&beside(path, ".lock"), path, FileAccess::Write)?.map(Arc::new)
        } else {
            self.beside.clone()
        };
        Ok(Self { database, beside })
    }

    /// Waits until the database is on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.database.as_ref().map_or(Ok(()), File::sync_all)
    }
}

/// The file at `path`, locked for the store at `store`; `None` if it is missing and cannot be made.
fn locked(path: &Path, store: &Path, access: FileAccess) -> Result<Option<File>, OpenError> {
    let io = |source: io::Error| OpenError::Io { path: path.to_owned(), source };
    let mut options = OpenOptions::new();
    match access {
        FileAccess::Write => options.create(true).truncate(false).read(true).write(true).mode(OWNER_ONLY),
        FileAccess::Read => options.read(true),
    };
    let file = match options.open(path) {
        Ok(file) => file,
        Err(err) if access == FileAccess::Read && err.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(err) => return Err(io(err)),
    };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(store.to_owned())),
        Err(TryLockError::Error(source)) => Err(io(source)),
    }
}

/// Creates the file, unless it exists: for its owner only.
pub(super) fn create(path: &Path) -> io::Result<()> {
    let created = OpenOptions::new().create(true).truncate(false).write(true).mode(OWNER_ONLY).open(path);
    created.map(drop)
}

/// Makes the folder of the store at `path`, unless it exists.
pub(super) fn create_folder(path: &Path) -> Result<(), OpenError> {
    let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|source| OpenError::Io { path: folder.to_owned(), source })
}

/// A new file for its owner only; an error if one stands there.
pub(super) fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new().create_new(true).write(true).mode(OWNER_ONLY).open(path)
}

/// Permissions of the store's files: it holds the key that signs
/// acknowledgements, and what is told to whom.
pub(super) const OWNER_ONLY: u32 = 0o600;

/// Takes from others what an earlier version let them read. SQLite gives its own
/// files beside the store the permissions of the store.
/// <https://www.sqlite.org/wal.html#the_wal_file>
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

/// The path of a file beside the store, which has the same name and `suffix`.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The size in bytes of the file beside `path`; 0 if it is not there.
pub(super) fn size(path: &Path, suffix: &str) -> u64 {
    std::fs::metadata(beside(path, suffix)).map_or(0, |it| it.len())
}

/// Moves the file at `path` to a name of its own beside it: it is not ours.
pub(super) fn move_aside(path: &Path) -> io::Result<PathBuf> {
    let aside = free_name(path, ".found");
    std::fs::rename(path, &aside)?;
    Ok(aside)
}

/// The first of `path.suffix`, `path.suffix-2`, … that no file has.
pub(super) fn free_name(path: &Path, suffix: &str) -> PathBuf {
    numbered(path, suffix).find(|it| !it.exists()).unwrap_or_else(|| beside(path, suffix))
}

/// The names `path.suffix`, `path.suffix-2`, …
pub(super) fn numbered(path: &Path, suffix: &str) -> impl Iterator<Item = PathBuf> {
    let others = (2..).map(move |number: u32| beside(path, &format!("{suffix}-{number}")));
    std::iter::once(beside(path, suffix)).chain(others)
}

/// The suffix of a file in which a store is saved, in whose place another file stands.
pub(super) const SAVED: &str = ".saved";

/// The stores that earlier lives had to save beside the store at `path`: what is owed there is told by nobody.
pub fn saved_stores(path: &Path) -> impl Iterator<Item = PathBuf> {
    numbered(path, SAVED).take_while(|it| it.exists())
}

/// Gives the file at `from` the name `to` too, if no file has it, and takes the old name from it.
pub(super) fn move_to_free_place(from: &Path, to: &Path) -> io::Result<()> {
    match std::fs::hard_link(from, to) {
        Ok(()) => std::fs::remove_file(from)?,
        // A file system without links.
        Err(err) if matches!(err.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) => {
            rustix::fs::renameat_with(
                rustix::fs::CWD,
                from,
                rustix::fs::CWD,
                to,
                rustix::fs::RenameFlags::NOREPLACE,
            )?;
        }
        Err(err) => return Err(err),
    }
    sync_folder(to)
}

/// Waits until the name of the file at `path` is on the disk.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent().filter(|it| !it.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}
