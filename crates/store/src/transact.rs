//! The one verb that writes decisions: it reads a state, has it decided on, and
//! writes the changes, in one transaction.

mod unit;
mod load;
mod write;

use std::sync::Arc;

use fanfare_core::{Committed, DecisionState, Obstacle, StateKey};
use rusqlite::Connection;

use self::load::load;
pub use self::unit::Unit;
use self::write::write;
use crate::{Commit, Durability, Store, StoreError};

/// The outcome of one unit: its changes, or the obstacle for which it changes nothing.
pub type UnitOutcome = Result<Arc<Committed>, Obstacle>;

impl Store {
    /// Runs `units` in one transaction, in order, each on the state that the ones
    /// before have written, and returns an outcome for each.
    ///
    /// The changes are sent to [`Store::commits`] too, in one piece and also if the
    /// caller no longer waits: there they are acted on.
    ///
    /// # Errors
    ///
    /// If something cannot be read or written, or a decision panics; then nothing of
    /// any of the units is kept.
    pub async fn transact(&self, units: Vec<Unit>) -> Result<Vec<UnitOutcome>, StoreError> {
        self.transact_durably(units, Durability::AsPossible).await
    }

    /// The same, on the disk or not at all if `durability` asks for it: while the disk cannot be written, it is
    /// refused, and everything else is written in memory.
    ///
    /// # Errors
    ///
    /// As of [`Store::transact`], and if it cannot be kept where it must be.
    pub async fn transact_durably(
        &self,
        units: Vec<Unit>,
        durability: Durability,
    ) -> Result<Vec<UnitOutcome>, StoreError> {
        let mut units = units;
        let work = move |db: &Connection| units.iter_mut().map(|unit| run(db, unit)).collect();
        let commits = self.commit_sender();
        self.write_durably(durability, work, move |outcomes: &Vec<UnitOutcome>| {
            let changed: Vec<_> =
                outcomes.iter().flatten().filter(|it| ***it != Committed::default()).cloned().collect();
            if !changed.is_empty() {
                commits.send(Commit::Changes(changed));
            }
        })
        .await
    }

    /// The state of `keys` as it is now, for an answer that changes nothing.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn state(&self, keys: Vec<StateKey>) -> Result<DecisionState, StoreError> {
        self.read_report(move |db| load(db, DecisionState::default(), &keys)).await
    }
}

fn run(db: &Connection, unit: &mut Unit) -> Result<UnitOutcome, StoreError> {
    let state = load(db, DecisionState::default(), unit.keys())?;
    let further = unit.further_keys(&state);
    let state = load(db, state, &further)?;
    match unit.decide(&state) {
        Ok(changes) => {
            let ids = write(db, &changes)?;
            Ok(Ok(Arc::new(Committed::new(changes, &ids))))
        }
        Err(obstacle) => Ok(Err(obstacle)),
    }
}

#[cfg(test)]
mod tests;
