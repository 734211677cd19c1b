//! Writes that decide nothing: budgets and silences of accounts, what is known of
//! channels, policies, the acknowledgement key, and retention.

mod sends;
mod channels;
mod policies;
mod ack_key;
mod retention;

pub use self::sends::{NewSend, SendDigest, StartedSend};
