//! Decisions on plain values: a state that was read, and an event, make [`Changes`] to be written.
//!
//! Each function here takes the [`DecisionState`] that was read for its [`StateKey`]s, an event, a
//! [`DecisionContext`] and the time, and returns rows to write. The store writes them in the transaction
//! in which it has read the state, and answers with the numbers the rows got: a [`Committed`].
//! Deciding again on the state after the changes changes nothing more.

mod expire;
mod accept;
mod settle;
mod recheck;
mod acknowledge;
mod dead_letter;
mod give_up;
mod withdraw;

mod builder;
mod complete;
mod meant;
mod likeness;
mod committed;
mod changes;
mod settlement;
mod state;
mod repeat;
mod context;
mod timer;
mod dead_letter_id;

pub use self::accept::{IncomingAlert, accept, accept_planned};
pub use self::acknowledge::{AckAudience, Obstacle, acknowledge, obstacle};
pub use self::builder::EvaluationTime;
pub use self::changes::{
    AlertRef, Changes, DeliveryChange, DeliveryUpdate, IncidentUpdate, NewAcknowledgement, NewAlert,
    NewAttempt, NewDelivery, NewGroupedAlert, NewNotification, NewStep, NotificationRef, NotificationUpdate,
    Recheck, RecheckAt, RepeatedAlert, SendEnd,
};
pub use self::committed::{AlertEntry, AssignedIds, Committed, CommittedAlert, CommittedStep};
pub use self::context::{ChannelAvailability, DecisionContext};
pub use self::dead_letter::{DiscardReason, discard, retry};
pub use self::dead_letter_id::{DeadLetterId, InvalidDeadLetterId};
pub use self::expire::{EXPIRY_MARK, expire, is_expiry};
pub use self::give_up::give_up;
pub use self::recheck::recheck;
pub use self::repeat::RepeatKey;
pub use self::settle::settle;
pub use self::settlement::{AccountHold, Delivery, DeliveryOutcome, DigestRef, SendId, Settlement};
pub use self::state::{
    DecisionState, DeliveryState, DeliveryStatus, Handled, IncidentNotifications, IncidentStatus,
    NewestAlert, NotificationContent, NotificationRecord, NotificationState, OpenIncident, StateKey,
    ToldChannel, ToldContent,
};
pub use self::timer::TimerKey;
pub use self::withdraw::withdraw;

#[cfg(test)]
mod tests;
