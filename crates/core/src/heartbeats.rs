//! Heartbeats: signs of life that are expected every so often, and whose absence is an alert.
//!
//! A [`HeartbeatBoard`] knows what is expected and when; whoever hears something tells it, and asks what is missing.

mod board;
mod rule;

pub use self::board::{
    BeatOutcome, HeartbeatBoard, HeartbeatState, HeartbeatStatus, KnownHeartbeat, SavedDue,
};
pub use self::rule::{
    ExpectedHeartbeats, HeartbeatKey, HeartbeatName, HeartbeatRule, InvalidHeartbeatName, NamePattern,
};
