//! Fixtures for tests of several crates, the conformance suites of notifiers and
//! of the store, a clock that moves with tokio's paused time, and a mail server that is not ours.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on must stop")]

mod clock;
mod conformance;
mod store_conformance;
mod group_suite;
mod fixtures;
mod language;
mod reading;
mod log;
mod test_sandbox;
mod raw_client;
mod aiosmtpd;

pub use crate::aiosmtpd::{AiosmtpdServer, ReceivedMail};
pub use crate::clock::PausedClock;
pub use crate::conformance::{
    FakeHttp, ProviderFacts, ProviderWord, Reaction, SeenRequest, http_conformance,
};
pub use crate::fixtures::{NOON, after_noon, alert, attempt, digest, labelled_alert, notification, shown_of};
pub use crate::group_suite::{check_groups, group};
pub use crate::language::check_language;
pub use crate::log::logged;
pub use crate::raw_client::{RawAnswer, RawMailer, raw_exchange, raw_mail, raw_request, raw_send};
pub use crate::reading::{
    HARD_LINES, ReadText, SoftBreak, check_shown, hard_text, read_markdown, with_blanks,
};
pub use crate::store_conformance::{StoreSite, store_conformance};
pub use crate::test_sandbox::{D1_MILLIS, TestSandbox};
