//! Remembers alerts, what was last told of them, and what is owed to whom.
//!
//! Decisions are made elsewhere, by pure functions on plain values:
//! [`Store::transact`] reads the state that one needs, has it made, and writes the
//! rows. What was written reaches those who act on it by [`Store::commits`].
//!
//! One SQLite file in WAL mode with `synchronous=FULL`: what a verb here has
//! answered `Ok` to is on the disk. One thread writes; requests that wait at
//! the same time share one commit. SQL lives in this crate only: in [`tables`],
//! one file a table, in [`read`], and in [`engine`], which opens and migrates.

mod transact;
mod bookkeeping;
mod read;
mod tables;
mod engine;
mod column;
mod error;
mod fault;

#[cfg(test)]
mod fixtures;

pub use crate::bookkeeping::{ExpiredAlerts, NewSend, OldSends, SendDigest, StartedSend};
pub use crate::engine::{Backup, BackupError, ExistingStore, Restored, backup, restore, saved_stores};
pub use crate::engine::{Commit, Durability, Store, StoreCondition, StoreSize};
pub use crate::error::{OpenError, StoreError};
pub use crate::fault::{StoreFault, StoreFile};
pub use crate::read::{
    AlertFilter, AlertHistory, AlertPage, AlertRow, AlertSearch, Audit, AuditedRow, Contradiction,
    DeadLetter, DeadLetterFilter, DeadLetterPage, DeadLetters, DeliveryCounts, DeliveryFilter,
    DeliveryHistory, DeliveryRow, LedgerOverview, NotificationCounts, NotificationHistory, NotificationRow,
    OmittedRows, RelatedAlert, ReportedAlert, Unaccounted, UnkeptContract,
};
pub use crate::tables::acknowledgements::AcknowledgementRow;
pub use crate::tables::alerts::SuppressionRecord;
pub use crate::tables::answers::{KeptAnswer, RequestKey};
pub use crate::tables::attempts::AttemptRow;
pub use crate::tables::channels::ChannelState;
pub use crate::tables::damage::{DamagedCell, Remedy};
pub use crate::tables::steps::StepRow;
pub use crate::transact::{Unit, UnitOutcome};
