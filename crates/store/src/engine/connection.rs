//! Settings of the connections to the database.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

/// A new connection to `path` that can only read.
pub(super) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    db.pragma_update(None, "query_only", true)?;
    plan_once(&db)?;
    Ok(db)
}

/// WAL with FULL: a commit is on the disk when it returns, also after a power
/// cut. <https://www.sqlite.org/pragma.html#pragma_synchronous>
pub(super) fn configure_writer(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(LONGEST_LOCK)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    // 16 MiB of pages between checkpoints in a burst: fewer stalls, a start after `kill -9` still takes milliseconds.
    db.pragma_update(None, "wal_autocheckpoint", 4096)?;
    db.pragma_update(None, "cache_size", -16_384)?; // KiB
    plan_once(db)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

/// Settings of the connection that writes to a copy in memory.
pub(super) fn configure_memory(db: &Connection) -> rusqlite::Result<()> {
    plan_once(db)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

/// The longest lock of another program that is waited for: what it writes takes milliseconds, and all intake waits.
const LONGEST_LOCK: Duration = Duration::from_secs(1);

/// The statements that a writing connection keeps prepared: somewhat more than there are.
const STATEMENTS: usize = 64;

/// Keeps SQLite from planning a statement anew for each value it is run with,
/// which takes longer than running it.
/// <https://www.sqlite.org/queryplanner-ng.html#qpstab>
pub(super) fn plan_once(db: &Connection) -> rusqlite::Result<()> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(|_| ())
}
