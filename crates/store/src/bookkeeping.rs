//! Writes that decide nothing: budgets and silences of accounts, what is known of
//! channels, policies, the acknowledgement key, the newest times, heartbeats, and retention.

mod sends;
mod channels;
mod policies;
mod ack_key;
mod time_record;
mod heartbeats;
mod answers;
mod retention;
mod repair;

pub use self::retention::ExpiredAlerts;
pub use self::sends::{NewSend, OldSends, SendDigest, StartedSend};
