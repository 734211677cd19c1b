//! Acts on what `core` decides: takes alerts in, and sees each delivery to its end.
//!
//! Intake writes an alert and all that it calls for to the store before it
//! answers. Each channel has a lane: a task that starts attempts, the worst
//! first, within the channel's concurrency and its account's budget. Which
//! channels exist this crate does not know: it has names and [`Notifier`]s.
//!
//! [`Notifier`]: fanfare_core::Notifier

mod gateway;
mod lanes;
mod lane;
mod attempt;
mod meaning;
mod account;
mod housekeeping;

mod steady;
mod chance;
mod metrics;

pub use crate::chance::{Chance, SystemChance};
pub use crate::gateway::{ChannelSetup, Gateway, NotKept, Setup};
pub use crate::metrics::Metrics;

// The store's part of the surface: whoever runs a gateway opens its store and
// reads what it remembers, and needs to know no more of it.
pub use fanfare_store::{
    Accepted, AlertFilter, AlertRow, AttemptRow, DeliveryFilter, DeliveryRow, NotificationRow, Store,
    StoreError,
};
