//! Merging: what a copy in memory has and the file has not is written to the file, and the other way about.

use rusqlite::{Connection, TransactionBehavior};

use crate::engine::memory::MemoryName;
use crate::engine::salvage::{Table, tables};

/// Makes the rows of `db` those of the copy `name`, in one transaction that is on the disk in the end.
pub(super) fn merge(db: &mut Connection, name: &MemoryName) -> rusqlite::Result<()> {
    db.execute("ATTACH ?1 AS kept", [name.address()])?;
    let merged = merge_attached(db);
    db.execute("DETACH kept", [])?;
    merged
}

fn merge_attached(db: &mut Connection) -> rusqlite::Result<()> {
    db.pragma_update(None, "temp_store", "MEMORY")?; // it may be large, and the disk has just been full
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for Table { name, key } in tables(&transaction)? {
        let here = format!("main.{name}");
        let there = format!("kept.{name}");
        if key.is_empty() {
            transaction
                .execute_batch(&format!("DELETE FROM {here}; INSERT INTO {here} SELECT * FROM {there}"))?;
            continue;
        }
        let key = key.join(", ");
        // Rows that differ count as gone and as new.
        transaction.execute_batch(&format!(
            "DELETE FROM {here} WHERE ({key}) IN
               (SELECT {key} FROM (SELECT * FROM {here} EXCEPT SELECT * FROM {there}));
             INSERT INTO {here} SELECT * FROM {there} EXCEPT SELECT * FROM {here}"
        ))?;
    }
    // No number is given a second time.
    transaction.execute_batch(
        "DELETE FROM main.sqlite_sequence;
         INSERT INTO main.sqlite_sequence SELECT * FROM kept.sqlite_sequence",
    )?;
    transaction.commit()
}
