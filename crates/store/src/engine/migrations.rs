//! The schema, and the migrations by which an older one becomes it.

use std::collections::HashSet;

use rusqlite::{Connection, Row};
use tracing::{error, info, warn};

/// The scripts, each of which brings the schema from the version of its index to the next.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
    include_str!("migrations/0006.sql"),
    include_str!("migrations/0007.sql"),
    include_str!("migrations/0008.sql"),
    include_str!("migrations/0009.sql"),
    include_str!("migrations/0010.sql"),
    include_str!("migrations/0011.sql"),
    include_str!("migrations/0012.sql"),
    include_str!("migrations/0013.sql"),
];

/// The script that gives a new store the schema of [`NEWEST`] in one piece: SQLite parses the whole schema
/// anew at each `ALTER TABLE`, so that all migrations cost a first start 1.7 ms of 12.
const SCHEMA: &str = include_str!("schema.sql");

/// The version this build writes.
pub(crate) const NEWEST: i64 = MIGRATIONS.len() as i64;

/// The application to which the file belongs, in SQLite's header: "FANF".
/// <https://www.sqlite.org/pragma.html#pragma_application_id>
const APPLICATION_ID: i64 = 0x4641_4E46;

/// True of a database that is a store, or a new file that can become one.
pub(crate) fn is_ours(db: &Connection) -> rusqlite::Result<bool> {
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let application: i64 = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
    Ok(tables == 0 || application == APPLICATION_ID)
}

/// The version of the schema in `db`; 0 for a new file.
pub(crate) fn version(db: &Connection) -> rusqlite::Result<i64> {
    db.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings `db` from version `from` to [`NEWEST`], and makes anew what somebody has dropped from it.
pub(crate) fn migrate(db: &mut Connection, from: i64) -> rusqlite::Result<()> {
    run_scripts(db, from)?;
    if from == 0 { Ok(()) } else { restore_missing(db) }
}

/// Brings `db` from version `from` to [`NEWEST`], all steps and the version number in one
/// transaction: a crash leaves the one schema or the other, and the disk is waited for once.
fn run_scripts(db: &mut Connection, from: i64) -> rusqlite::Result<()> {
    let missing = (1..).zip(MIGRATIONS).filter(|(version, _)| *version > from).map(|(_, script)| *script);
    let scripts: Vec<&str> = if from == 0 { vec![SCHEMA] } else { missing.collect() };
    if scripts.is_empty() {
        return Ok(());
    }
    let transaction = db.transaction()?;
    scripts.into_iter().try_for_each(|script| transaction.execute_batch(script))?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", NEWEST)?;
    transaction.commit()?;
    if from == 0 { Ok(()) } else { report(db, from) }
}

/// The tables without which the store says nothing: none is made anew, empty, as if nothing had been accepted.
const LEDGER: [&str; 3] = ["alerts", "notifications", "deliveries"];

/// Makes the indexes and tables anew that somebody has dropped from the store, but for those of the ledger.
fn restore_missing(db: &Connection) -> rusqlite::Result<()> {
    for Definition { name, kind, sql } in missing(db)? {
        db.execute_batch(&sql)?;
        match kind.as_str() {
            "table" => {
                error!(store.table = %name, "A table of the store was missing; it is made anew, empty")
            }
            _ => warn!(store.index = %name, "An index of the store was missing; it is made anew"),
        }
    }
    Ok(())
}

/// The definition of an index or of a table.
struct Definition {
    name: String,
    kind: String,
    sql: String,
}

/// The definitions that the newest schema has and `db` has not, tables before their indexes.
fn missing(db: &Connection) -> rusqlite::Result<Vec<Definition>> {
    let whole = Connection::open_in_memory()?;
    whole.execute_batch(SCHEMA)?;
    let present: HashSet<String> = read_schema(db)?.into_iter().map(|it| it.name).collect();
    let is_missing = |it: &Definition| !present.contains(&it.name) && !LEDGER.contains(&it.name.as_str());
    Ok(read_schema(&whole)?.into_iter().filter(is_missing).collect())
}

fn read_schema(db: &Connection) -> rusqlite::Result<Vec<Definition>> {
    let mut statement = db.prepare(
        "SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'index') AND sql IS NOT NULL
           AND name NOT LIKE 'sqlite%' ORDER BY type DESC",
    )?;
    let definition =
        |row: &Row<'_>| Ok(Definition { name: row.get(0)?, kind: row.get(1)?, sql: row.get(2)? });
    statement.query_map([], definition)?.collect()
}

/// Logs that a store of the version `from` was migrated, and how many rows it has.
fn report(db: &Connection, from: i64) -> rusqlite::Result<()> {
    let sql = "SELECT (SELECT count(*) FROM alerts), (SELECT count(*) FROM notifications), (SELECT count(*) FROM deliveries)";
    let (alerts, notifications, deliveries): (i64, i64, i64) =
        db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    info!(
        version.from = from,
        version.to = NEWEST,
        rows.alerts = alerts,
        rows.notifications = notifications,
        rows.deliveries = deliveries,
        "Store migrated"
    );
    Ok(())
}

#[cfg(test)]
mod tests;
