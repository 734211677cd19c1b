//! Delivery: one lane per channel, attempts, and what follows from their results.

mod lanes;
mod lane;
mod attempt;
mod context;
mod ack_links;
mod retry_queue;
mod pending;
mod batch;

pub(crate) use self::lanes::{ChannelHandle, Lanes, SharedServices};
