//! Remembers alerts, what was last said about them, and what is owed to whom.
//!
//! One SQLite file in WAL mode with `synchronous=FULL`: what a verb here has
//! answered `Ok` to is on the disk. One thread writes; requests that wait at
//! the same time share one commit. SQL lives in this crate only, and decisions
//! do not: whoever calls [`Store::accept`] hands over the deciding.
//!
//! The modules stand in the order in which an alert meets them.

mod decider;
mod policies;
mod accept;
mod pursue;
mod acknowledge;
mod pending;
mod settle;
mod give_up;
mod send;
mod query;
mod story;
mod dead_letters;
mod audit;
mod channels;
mod oversight;
mod retain;

mod store;
mod migrate;
mod writer;
mod column;
mod error;

#[cfg(test)]
mod fixtures;

pub use crate::accept::{Accepted, Delivery, Owed};
pub use crate::acknowledge::Acknowledged;
pub use crate::audit::{Audit, DeliveryCounts, NotificationCounts, Unaccounted};
pub use crate::channels::ChannelState;
pub use crate::dead_letters::{
    DeadLetter, DeadLetterFilter, DeadLetterId, DeadLetters, Discarding, InvalidDeadLetterId, Retried,
};
pub use crate::decider::Decider;
pub use crate::error::{OpenError, StoreError};
pub use crate::policies::PolicyId;
pub use crate::pursue::{Consequences, Watch};
pub use crate::query::{AlertFilter, AlertRow, AttemptRow, DeliveryFilter, DeliveryRow, NotificationRow};
pub use crate::send::{AccountHold, Begun, Gathered, Gathering, SendId, SendStart};
pub use crate::settle::{Outcome, Settlement};
pub use crate::store::Store;
pub use crate::story::{
    AcknowledgementRow, AlertHistory, DeliveryHistory, Held, NotificationHistory, RelatedAlert, StepRow,
};
