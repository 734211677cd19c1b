//! The watch over the files of the store: whether what is open still is what stands at its path.
//!
//! By `stat` only. A second descriptor of the database must never be closed in this process: that would
//! drop SQLite's own locks. <https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_>

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::engine::files::beside;
use crate::fault::{StoreFault, StoreFile};

/// A file as `stat` shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileState {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

/// The files of an open database, as this process last left them.
#[derive(Debug)]
pub(super) struct DatabaseWatch {
    /// The path in the config, which may be a link.
    path: PathBuf,
    /// The file itself: SQLite finds the log of a database beside it.
    place: PathBuf,
    log: PathBuf,
    database_state: FileState,
    log_state: FileState,
}

/// The files, compared with how this process left them.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum DatabaseChange {
    /// No change that anybody else made.
    None,
    /// The same files with other contents: by another program that speaks SQLite, or by one that does not.
    Contents(StoreFault),
    /// Other files than those that were opened, or none.
    Fault(StoreFault),
}

impl FileState {
    /// The state of the file at `path`.
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        std::fs::metadata(path).map(|it| Self::from(&it))
    }

    /// True of two states of one file.
    pub(super) fn is_same_file(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }
}

impl From<&Metadata> for FileState {
    fn from(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

impl DatabaseWatch {
    /// A watch over the database at `path`, which is open, and its write-ahead log.
    pub(super) fn new(path: &Path) -> io::Result<Self> {
        // SQLite puts the log beside the file itself, not beside a link to it.
        let place = path.canonicalize()?;
        let log = beside(&place, "-wal");
        let (database_state, log_state) = (FileState::read(path)?, FileState::read(&log)?);
        Ok(Self { path: path.to_owned(), place, log, database_state, log_state })
    }

    /// The database as this process last left it.
    pub(super) fn database_state(&self) -> FileState {
        self.database_state
    }

    /// The write-ahead log as this process last left it.
    pub(super) fn log_state(&self) -> FileState {
        self.log_state
    }

    /// The path of the write-ahead log.
    pub(super) fn log(&self) -> &Path {
        &self.log
    }

    /// The first change of the files that is not of this process.
    pub(super) fn check(&self) -> DatabaseChange {
        if self.leads_elsewhere() {
            return DatabaseChange::Fault(StoreFault::Replaced(StoreFile::Database));
        }
        match changed((StoreFile::Database, &self.path, &self.database_state)) {
            DatabaseChange::None => changed((StoreFile::Log, &self.log, &self.log_state)),
            change @ (DatabaseChange::Contents(_) | DatabaseChange::Fault(_)) => change,
        }
    }

    /// True if the path leads elsewhere by now, though it be to the same file, and our log is not beside it there:
    /// whoever opens it would miss what only the log holds.
    fn leads_elsewhere(&self) -> bool {
        let is_log = |log: FileState| log.is_same_file(&self.log_state);
        let has_log = |place: &Path| FileState::read(&beside(place, "-wal")).is_ok_and(is_log);
        self.path.canonicalize().is_ok_and(|place| place != self.place && !has_log(&place))
    }

    /// Takes the files as they are now for how this process left them: it has written. Tells of a change that
    /// this cannot have made.
    pub(super) fn written(&mut self) -> DatabaseChange {
        let states = [
            (StoreFile::Database, &self.path, &mut self.database_state),
            (StoreFile::Log, &self.log, &mut self.log_state),
        ];
        for (file, path, left) in states {
            match changed((file, path, left)) {
                DatabaseChange::None => {}
                // This process writes and appends; it never makes a file shorter.
                DatabaseChange::Contents(StoreFault::Overwritten(_)) => match state_or_fault(file, path) {
                    Ok(now) => *left = now,
                    Err(fault) => return DatabaseChange::Fault(fault),
                },
                change @ (DatabaseChange::Contents(_) | DatabaseChange::Fault(_)) => return change,
            }
        }
        DatabaseChange::None
    }

    /// Takes the files as they are now for how this process left them: it has emptied the log. Files that are
    /// others by now are noticed at the next check.
    pub(super) fn emptied(&mut self) {
        for (path, left) in [(&self.path, &mut self.database_state), (&self.log, &mut self.log_state)] {
            if let Ok(now) = FileState::read(path)
                && now.is_same_file(left)
            {
                *left = now;
            }
        }
    }

    /// Takes the files as they are now for sound: somebody else has written, and rightly.
    pub(super) fn accept(&mut self) -> io::Result<()> {
        (self.database_state, self.log_state) = (FileState::read(&self.path)?, FileState::read(&self.log)?);
        Ok(())
    }
}

fn changed((file, path, left): (StoreFile, &Path, &FileState)) -> DatabaseChange {
    match state_or_fault(file, path) {
        Err(fault) => DatabaseChange::Fault(fault),
        Ok(now) if !now.is_same_file(left) => DatabaseChange::Fault(StoreFault::Replaced(file)),
        Ok(now) if now.size < left.size => DatabaseChange::Contents(StoreFault::Truncated(file)),
        Ok(now) if now != *left => DatabaseChange::Contents(StoreFault::Overwritten(file)),
        Ok(_) => DatabaseChange::None,
    }
}

/// The state of the file at `path`, or the fault for which there is none.
fn state_or_fault(file: StoreFile, path: &Path) -> Result<FileState, StoreFault> {
    FileState::read(path).map_err(|err| match StoreFault::from_io(&err) {
        Some(fault @ StoreFault::Io(_)) => fault,
        Some(_) | None => StoreFault::Missing(file), // as far as anybody can see
    })
}
