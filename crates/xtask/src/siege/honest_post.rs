//! The post of an honest sender.

use std::time::Duration;

use tokio::time::Instant;

use crate::alert::Serial;

/// An alert of the honest sender.
#[derive(Debug)]
pub(super) struct HonestPost {
    pub(super) serial: Serial,
    pub(super) due: Instant,
    pub(super) took: Duration,
    /// The number of times it was posted.
    pub(super) tries: usize,
    /// The reason, if it was not accepted.
    pub(super) problem: Option<String>,
}
