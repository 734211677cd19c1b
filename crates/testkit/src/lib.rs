//! Fixtures for tests of several crates, the notifier conformance suite,
//! and a clock that moves with tokio's paused time.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on must stop")]

mod clock;
mod conformance;
mod fixtures;
mod language;

pub use crate::clock::PausedClock;
pub use crate::conformance::{
    FakeHttp, ProviderFacts, ProviderWord, Reaction, SeenRequest, http_conformance,
};
pub use crate::fixtures::{NOON, alert, attempt, digest, notification, shown_of};
pub use crate::language::check_language;
