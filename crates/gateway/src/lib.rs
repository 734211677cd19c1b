//! Acts on what `core` decides: takes alerts in, and sees each delivery to its end.
//!
//! Intake writes an alert and all that it calls for to the store before it
//! answers. Each channel has a lane: a task that starts attempts, the worst
//! first, within the channel's concurrency and its account's budget. Which
//! channels exist this crate does not know: it has names and [`Notifier`]s.
//!
//! [`Notifier`]: fanfare_core::Notifier

mod gateway;
mod intake;
mod fleet;
mod dispatch;
mod decider;
mod lane;
mod load;
mod repeats;
mod prepare;
mod attempt;
mod meaning;
mod report;
mod follow_up;
mod links;

mod status;
mod accounts;
mod account;

mod watch;
mod ourselves;
mod hearing;
mod disk;
mod drill;
mod test_message;
mod views;
mod dead_letters;
mod accounting;
mod housekeeping;

mod steady;
mod chance;
mod metrics;

pub use crate::chance::{Jitter, RandomJitter};
pub use crate::drill::Drill;
pub use crate::gateway::{ChannelSetup, Gateway, GatewaySettings, GatewaySetup};
pub use crate::hearing::WatchedSource;
pub use crate::intake::NotKept;
pub use crate::metrics::Metrics;
pub use crate::ourselves::SELF_SOURCE;
pub use crate::test_message::TestError;
pub use crate::views::{BudgetView, ChannelHealth, ChannelView, LastError, QuotaView};

// The store's part of the surface: whoever runs a gateway opens its store and
// reads what it remembers, and needs to know no more of it.
pub use fanfare_store::{
    Accepted, Acknowledged, AcknowledgementRow, AlertFilter, AlertHistory, AlertRow, AttemptRow, Audit,
    DeadLetter, DeadLetterFilter, DeadLetterId, DeadLetters, DeliveryCounts, DeliveryFilter, DeliveryHistory,
    DeliveryRow, Held, InvalidDeadLetterId, NotificationCounts, NotificationHistory, NotificationRow,
    OpenError, PolicyId, RelatedAlert, StepRow, Store, StoreError, Unaccounted,
};
