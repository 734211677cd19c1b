//! Remembers alerts, what was last told of them, and what is owed to whom.
//!
//! One SQLite file in WAL mode with `synchronous=FULL`: what a verb here has
//! answered `Ok` to is on the disk. One thread writes; requests that wait at
//! the same time share one commit. SQL lives in this crate only: in [`tables`],
//! one file a table, in [`read`], and in [`engine`], which opens and migrates.

mod transact;
mod accept;
mod acknowledge;
mod resolve_dead_letters;
mod settle;
mod give_up;
mod recheck;
mod decider;
mod bookkeeping;
mod read;
mod engine;
mod tables;
mod column;
mod error;

#[cfg(test)]
mod fixtures;

pub use crate::accept::{Accepted, Delivery, Owed};
pub use crate::acknowledge::Acknowledged;
pub use crate::bookkeeping::{Begun, Gathering, SendStart};
pub use crate::decider::Decider;
pub use crate::engine::{Commit, Store};
pub use crate::error::{OpenError, StoreError};
pub use crate::read::{
    AlertFilter, AlertHistory, AlertRow, Audit, DeadLetter, DeadLetterFilter, DeadLetters, DeliveryCounts,
    DeliveryFilter, DeliveryHistory, DeliveryRow, Held, NotificationCounts, NotificationHistory,
    NotificationRow, RelatedAlert, Unaccounted,
};
pub use crate::recheck::{Consequences, Watch};
pub use crate::resolve_dead_letters::Retried;
pub use crate::settle::{Outcome, Settlement};
pub use crate::tables::acknowledgements::AcknowledgementRow;
pub use crate::tables::attempts::AttemptRow;
pub use crate::tables::channels::ChannelState;
pub use crate::tables::steps::StepRow;
pub use crate::transact::{Unit, UnitOutcome};
pub use fanfare_core::{
    AccountHold, DeadLetterId, DigestRef as Gathered, Discarding, InvalidDeadLetterId, PolicyId, SendId,
};
