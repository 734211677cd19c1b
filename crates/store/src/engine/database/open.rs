//! Opening the database, by what the disk allows.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, ErrorCode};
use tokio::time::Instant;
use tracing::{error, warn};

use super::state::{Backing, Database};
use crate::OpenError;
use crate::engine::commit_observer::CommitObserver;
use crate::engine::condition::ConditionSender;
use crate::engine::connection::{configure_memory, configure_writer};
use crate::engine::files::{self, FileAccess, StoreLock, beside};
use crate::engine::memory::{self, LARGEST_COPY, NewCopy};
use crate::engine::pace::WriterPace;
use crate::engine::readers::{Place, Readers};
use crate::engine::reserve::Reserve;
use crate::engine::watch::{DatabaseWatch, FileState};
use crate::engine::{earlier_copy, image, migrations};
use crate::fault::StoreFault;

impl Database {
    /// Opens the database at `path`, or makes it. If the disk cannot be written, by the room of the reserve, or
    /// as a copy in memory: what is owed must go out all the same.
    pub(in crate::engine) fn open(path: &Path, instance: &str) -> Result<Self, OpenError> {
        warn_of_saved(path);
        let err = match Self::open_file(path, instance) {
            Ok(mut database) => {
                database.reserve.keep();
                return Ok(database);
            }
            Err(err) => err,
        };
        let Some(fault) = fault_of(path, &err) else { return Err(err) };
        error!(store.path = %path.display(), reason = %fault, error = %err, "The store cannot be written; alerts are refused until it can. What is owed goes out");
        if Reserve::new(path).release()
            && let Ok(mut database) = Self::open_file(path, instance)
        {
            database.reserve.give_up();
            database.condition.fail(&fault);
            warn!("The room of the reserve is given up, so that what is owed can go out");
            return Ok(database);
        }
        match Self::open_in_memory(path, instance) {
            Ok(database) => {
                database.condition.fail(&fault);
                Ok(database)
            }
            Err(in_use @ OpenError::InUse(_)) => Err(in_use),
            Err(reason) => {
                error!(error = %reason, "Nor can it be read");
                Err(err)
            }
        }
    }

    fn open_file(path: &Path, instance: &str) -> Result<Self, OpenError> {
        files::create_folder(path)?;
        let lock = Arc::new(StoreLock::new(path, FileAccess::Write)?);
        let writing = open_writer(path)?;
        let unusable = |source| OpenError::Unusable { path: path.to_owned(), source };
        let instance = name_instance(&writing, instance).map_err(unusable)?;
        let watch =
            DatabaseWatch::new(path).map_err(|source| OpenError::Io { path: path.to_owned(), source })?;
        let readers = Readers::open(Place::new_file(path, &lock)).map_err(unusable)?;
        Ok(Self {
            path: path.to_owned(),
            instance: instance.into(),
            writing,
            readers: Arc::new(readers),
            backing: Backing::File(watch),
            reserve: Reserve::new(path),
            condition: ConditionSender::default(),
            observer: CommitObserver::default(),
            pace: WriterPace::default(),
            last_obstacle: None,
            next_try: Instant::now(),
            last_log: None,
            lock,
        })
    }

    fn open_in_memory(path: &Path, instance: &str) -> Result<Self, OpenError> {
        let lock = StoreLock::new(path, FileAccess::Read)?;
        let unusable = |source| OpenError::Unusable { path: path.to_owned(), source };
        let (name, writing) = copy_of(&lock, path)?;
        configure_memory(&writing).map_err(unusable)?;
        let instance = name_instance(&writing, instance).map_err(unusable)?;
        let origin = FileState::read(path).ok();
        Ok(Self {
            path: path.to_owned(),
            instance: instance.into(),
            writing,
            readers: Arc::new(Readers::open(Place::Memory(name.clone())).map_err(unusable)?),
            backing: Backing::Memory(name, origin),
            reserve: Reserve::new(path),
            condition: ConditionSender::default(),
            observer: CommitObserver::default(),
            pace: WriterPace::default(),
            last_obstacle: None,
            next_try: Instant::now(),
            last_log: None,
            lock: Arc::new(lock),
        })
    }
}

/// Tells of what an earlier life saved beside the store at `path`.
fn warn_of_saved(path: &Path) {
    for saved in files::saved_stores(path) {
        error!(store.path = %path.display(), store.saved = %saved.display(), "An earlier life of the gateway had to save its store under another name, and what was owed there is not told: stop the gateway and give the file back its name, with `fanfare restore --replace`, or move it away");
    }
}

/// A copy in memory of the database behind `lock`; a new one if there is none yet.
fn copy_of(lock: &StoreLock, path: &Path) -> Result<NewCopy, OpenError> {
    let io = |source| OpenError::Io { path: path.to_owned(), source };
    let unusable = |source| OpenError::Unusable { path: path.to_owned(), source };
    let size = |file: &std::fs::File| file.metadata().map(|it| it.len()).map_err(io);
    let Some(file) = lock.database.as_ref() else { return memory::create().map_err(unusable) };
    match size(file)? {
        0 => memory::create().map_err(unusable),
        size if size > LARGEST_COPY => Err(io(std::io::Error::other("it is too large for a copy in memory"))),
        _ => {
            let image = image::read(file, &log_of(path)).map_err(io)?;
            let source = memory::open_image(&image).map_err(unusable)?;
            check_owner(&source, path)?;
            memory::copy_migrated(&source).map_err(unusable)
        }
    }
}

/// The path of the write-ahead log of the database at `path`, which may be a link.
fn log_of(path: &Path) -> PathBuf {
    beside(&path.canonicalize().unwrap_or_else(|_| path.to_owned()), "-wal")
}

/// The fault of the disk by which a store could not be opened. `None` if something else is wrong, which a person
/// at the terminal must mend; or if nothing can be owed, because there is no store in a place that is not ours.
fn fault_of(path: &Path, err: &OpenError) -> Option<StoreFault> {
    let fault = match err {
        OpenError::Io { source, .. } => {
            let is_forbidden = source.kind() == std::io::ErrorKind::PermissionDenied;
            StoreFault::from_io(source).filter(|_| !is_forbidden || path.exists())
        }
        OpenError::Unusable { source, .. } => StoreFault::from_sqlite(source).or_else(|| {
            let cannot_open = source.sqlite_error_code() == Some(ErrorCode::CannotOpen);
            (cannot_open && path.is_file()).then_some(StoreFault::ReadOnly)
        }),
        OpenError::InUse(_) | OpenError::TooNew { .. } | OpenError::Foreign(_) => None,
    };
    fault.map(|it| it.known_better(path))
}

/// Opens the writing connection to the file, which exists, and migrates its schema.
pub(super) fn open_writer(path: &Path) -> Result<Connection, OpenError> {
    let unusable = |source| OpenError::Unusable { path: path.to_owned(), source };
    let mut db = Connection::open(path).map_err(unusable)?;
    let found = check_owner(&db, path)?;
    files::restrict_to_owner(path);
    configure_writer(&db).map_err(unusable)?;
    if (1..migrations::NEWEST).contains(&found) {
        earlier_copy::keep(&db, path, found);
    }
    migrations::migrate(&mut db, found).map_err(unusable)?;
    // The write-ahead log is there from the first read on.
    db.query_row("SELECT count(*) FROM instance", [], |_| Ok(())).map_err(unusable)?;
    Ok(db)
}

/// The version of the store in `db`; an error if it is none of ours, or newer than this build.
fn check_owner(db: &Connection, path: &Path) -> Result<i64, OpenError> {
    let unusable = |source| OpenError::Unusable { path: path.to_owned(), source };
    if !migrations::is_ours(db).map_err(unusable)? {
        return Err(OpenError::Foreign(path.to_owned()));
    }
    let found = migrations::version(db).map_err(unusable)?;
    if found > migrations::NEWEST {
        return Err(OpenError::TooNew { path: path.to_owned(), found, known: migrations::NEWEST });
    }
    Ok(found)
}

fn name_instance(db: &Connection, fresh: &str) -> rusqlite::Result<String> {
    db.execute("INSERT INTO instance (id) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM instance)", [fresh])?;
    let name: Option<String> = db.query_row("SELECT id FROM instance", [], |row| Ok(row.get(0).ok()))?;
    match name {
        Some(name) => Ok(name),
        None => {
            warn!(
                "The name of the store cannot be read; it gets another, by which providers know no earlier message"
            );
            db.execute("UPDATE instance SET id = ?1", [fresh])?;
            Ok(fresh.to_owned())
        }
    }
}
