//! Repair of damaged cells, when a person asks for it.

use jiff::Timestamp;
use rusqlite::Connection;

use crate::read::damage::{ColumnRule, RULES, Remedy};
use crate::tables::deliveries;
use crate::{Store, StoreError};

impl Store {
    /// Repairs every damaged cell, each as [`Store::damaged_cells`] says, and returns the number of rows that
    /// were changed.
    ///
    /// # Errors
    ///
    /// If the store cannot be written; then nothing is changed.
    pub async fn repair(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.write(move |db| repair(db, now), |_| ()).await
    }
}

fn repair(db: &Connection, now: Timestamp) -> Result<usize, StoreError> {
    let mut changed = 0;
    // First: what is set right below would hide that a delivery was damaged.
    for unreadable in deliveries::unreadable(db)? {
        deliveries::give_up_unreadable(db, &unreadable, now)?;
        changed += 1;
    }
    for rule in RULES {
        changed += apply(db, rule)?;
    }
    Ok(changed)
}

fn apply(db: &Connection, rule: &ColumnRule) -> Result<usize, StoreError> {
    let ColumnRule { table, column, remedy, .. } = rule;
    let condition = rule.condition();
    let sql = match remedy {
        Remedy::Delete => format!("DELETE FROM {table} WHERE {condition}"),
        Remedy::Set(value) | Remedy::GiveUp(value) => {
            format!("UPDATE {table} SET {column} = {value} WHERE {condition}")
        }
        Remedy::None => return Ok(0),
    };
    Ok(db.execute(&sql, [])?)
}

#[cfg(test)]
mod tests;
