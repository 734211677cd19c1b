//! A copy of the database in memory: what is written while the disk cannot be.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};

use rusqlite::{Connection, MAIN_DB};

use crate::engine::migrations;
use crate::engine::salvage::salvage;

/// The most bytes of a database that are copied to memory. A store of a million alerts has some 1.5 GB: where that
/// is too much, what is owed waits until the disk can be written.
pub(super) const LARGEST_COPY: u64 = 1024 * 1024 * 1024;

/// The name of a database in memory, which all connections of this process share.
#[derive(Debug, Clone)]
pub(super) struct MemoryName(String);

impl MemoryName {
    /// A name that no other database has: the hasher's keys are random.
    fn new() -> Self {
        let number = RandomState::new().build_hasher().finish();
        Self(format!("file:/fanfare-{number:016x}?vfs=memdb"))
    }

    /// The address by which SQLite opens it.
    pub(super) fn address(&self) -> &str {
        &self.0
    }
}

/// The first connection to a database in memory: it lasts until the last one is closed.
pub(super) type NewCopy = (MemoryName, Connection);

/// A copy of what `source` holds.
pub(super) fn copy(source: &Connection) -> rusqlite::Result<NewCopy> {
    let (name, db) = empty()?;
    source.execute("VACUUM INTO ?1", [name.address()])?;
    Ok((name, db))
}

/// A copy of those rows of `source` that can be read: parts of its file are gone.
pub(super) fn copy_readable(source: &Connection) -> rusqlite::Result<NewCopy> {
    let (name, mut db) = empty()?;
    migrations::migrate(&mut db, 0)?;
    salvage(source, &db)?;
    Ok((name, db))
}

/// The database whose bytes are `image`.
pub(super) fn open_image(image: &[u8]) -> rusqlite::Result<Connection> {
    let mut db = Connection::open_in_memory()?;
    db.deserialize_read_exact(MAIN_DB, image, image.len(), false)?;
    Ok(db)
}

/// A copy of what `source` holds, in the newest schema.
pub(super) fn copy_migrated(source: &Connection) -> rusqlite::Result<NewCopy> {
    let (name, mut db) = copy(source)?;
    let version = migrations::version(&db)?;
    migrations::migrate(&mut db, version)?;
    Ok((name, db))
}

/// A new store.
pub(super) fn create() -> rusqlite::Result<NewCopy> {
    let (name, mut db) = empty()?;
    migrations::migrate(&mut db, 0)?;
    Ok((name, db))
}

fn empty() -> rusqlite::Result<NewCopy> {
    let name = MemoryName::new();
    let db = Connection::open(name.address())?;
    Ok((name, db))
}
