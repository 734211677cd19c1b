//! Damaged cells, and their repair when a person asks for it.

use jiff::Timestamp;
use rusqlite::Connection;

use crate::tables::damage::{DamagedCell, damaged_cells, repair_cells};
use crate::tables::deliveries;
use crate::{Store, StoreError};

impl Store {
    /// The damaged cells of the store, with the repair of each.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn damaged_cells(&self) -> Result<Vec<DamagedCell>, StoreError> {
        self.read_exclusive(damaged_cells).await
    }

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
    let unreadable = deliveries::unreadable(db)?;
    // First: what is set right below would hide that a delivery was damaged.
    for delivery in &unreadable {
        deliveries::give_up_unreadable(db, delivery, now)?;
    }
    Ok(unreadable.len() + repair_cells(db)?)
}

#[cfg(test)]
mod tests;
