//! Remembers alerts, what was last said about them, and what is owed to whom.
//!
//! One SQLite file in WAL mode with `synchronous=FULL`: what a verb here has
//! answered `Ok` to is on the disk. One thread writes; requests that wait at
//! the same time share one commit. SQL lives in this crate only, and decisions
//! do not: whoever calls [`Store::accept`] hands over the deciding.
//!
//! The modules stand in the order in which an alert meets them.

mod accept;
mod pending;
mod settle;
mod send;
mod query;
mod retain;

mod store;
mod migrate;
mod writer;
mod column;
mod error;

#[cfg(test)]
mod fixtures;

pub use crate::accept::{Accepted, Decide, Delivery, Owed};
pub use crate::error::{OpenError, StoreError};
pub use crate::query::{AlertFilter, AlertRow, AttemptRow, DeliveryFilter, DeliveryRow, NotificationRow};
pub use crate::send::{AccountHold, SendId};
pub use crate::settle::{Outcome, Settlement};
pub use crate::store::Store;
