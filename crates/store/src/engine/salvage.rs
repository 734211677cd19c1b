//! Salvage: the rows of a damaged database that can be read, copied to another.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};
use tracing::warn;

/// Copies every row of `source` that can be read to `target`, which has the same tables.
pub(super) fn salvage(source: &Connection, target: &Connection) -> rusqlite::Result<()> {
    let transaction = target.unchecked_transaction()?;
    for table in tables(target)? {
        // What lies behind a page that cannot be read is reached from the other end.
        for order in ["", "DESC"] {
            if let Err(err) = copy_rows(source, &transaction, &table, order) {
                warn!(table = table.name, error = %err, "Rows of the store cannot be read");
            }
        }
    }
    transaction.commit()
}

/// A table, and the columns by which its rows are ordered.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: String,
    /// The columns of the primary key; none: its rows have numbers only.
    pub(super) key: Vec<String>,
}

/// The tables of the store in `db`.
pub(super) fn tables(db: &Connection) -> rusqlite::Result<Vec<Table>> {
    let sql = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let names: Vec<String> = db.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    names.into_iter().map(|name| Ok(Table { key: key_of(db, &name)?, name })).collect()
}

fn key_of(db: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = db.prepare("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk")?;
    statement.query_map([table], |row| row.get(0))?.collect()
}

fn copy_rows(source: &Connection, target: &Connection, table: &Table, order: &str) -> rusqlite::Result<()> {
    let Table { name, key } = table;
    let key = if key.is_empty() { "rowid".to_owned() } else { key.join(&format!(" {order}, ")) };
    let mut statement = source.prepare(&format!("SELECT * FROM main.{name} ORDER BY {key} {order}"))?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let places = vec!["?"; columns.len()].join(", ");
    let insert = format!("INSERT OR IGNORE INTO main.{name} ({}) VALUES ({places})", columns.join(", "));
    let mut insert = target.prepare(&insert)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if let Err(err) = insert.execute(params_from_iter(values(row, columns.len())?)) {
            warn!(table = name, error = %err, "A row of the store is no row of this table");
        }
    }
    Ok(())
}

fn values(row: &Row<'_>, columns: usize) -> rusqlite::Result<Vec<Value>> {
    (0..columns).map(|column| row.get(column)).collect()
}
