//! The phases of a connection.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::traffic::Closure;

/// The time in which the head of a request must have arrived, from the connection or from its first byte.
pub(crate) const HEAD_WITHIN: Duration = Duration::from_secs(10);

/// The time in which an answer must have been taken. The longest, of a thousand rows, has some two megabytes.
const TAKEN_WITHIN: Duration = Duration::from_secs(60);

/// The time for which a connection is kept for its next request: most clients ask or post once a minute at least.
const KEPT_FOR: Duration = Duration::from_secs(60);

/// The time by which actix, which answers a late first head with 408, comes before us.
const ACTIX_FIRST: Duration = Duration::from_secs(1);

/// The phase of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ConnectionPhase {
    /// The head of a request is to come, or has begun.
    AwaitsHead,
    /// A request is served: whatever is waited for, it is not the client.
    Serves,
    /// The body of a request is to come.
    ReadsBody,
    /// An answer is on its way to the client.
    Answers,
    /// All is answered, and the rest of a body that nobody reads may come.
    Drains,
    /// All is answered, and another request may come.
    Idle,
}

impl ConnectionPhase {
    const ALL: [Self; 6] =
        [Self::AwaitsHead, Self::Serves, Self::ReadsBody, Self::Answers, Self::Drains, Self::Idle];

    /// True if it is the client that keeps us waiting.
    pub(super) fn waits_for_client(self) -> bool {
        match self {
            Self::AwaitsHead | Self::ReadsBody | Self::Answers | Self::Drains | Self::Idle => true,
            Self::Serves => false,
        }
    }

    /// True if no request is under way.
    pub(super) fn is_between_requests(self) -> bool {
        match self {
            Self::AwaitsHead | Self::Drains | Self::Idle => true,
            Self::Serves | Self::ReadsBody | Self::Answers => false,
        }
    }

    /// The longest time in this phase, and what it is called to be closed after it.
    pub(super) fn deadline(self) -> Option<(Duration, Closure)> {
        match self {
            Self::AwaitsHead => Some((HEAD_WITHIN + ACTIX_FIRST, Closure::LateHead)),
            Self::Drains => Some((HEAD_WITHIN, Closure::EndlessBody)),
            Self::Answers => Some((TAKEN_WITHIN, Closure::LateReader)),
            Self::Idle => Some((KEPT_FOR, Closure::Idle)),
            // Who reads the body, and who serves the request, keeps the time, and still answers.
            Self::ReadsBody | Self::Serves => None,
        }
    }
}

/// A phase and its beginning, which change together.
#[derive(Debug)]
pub(super) struct PhaseCell(AtomicU64); // milliseconds × PHASES + phase

/// More than there are phases.
const PHASES: u64 = 8;

impl PhaseCell {
    pub(super) fn new(phase: ConnectionPhase, since: Duration) -> Self {
        Self(AtomicU64::new(packed(phase, since)))
    }

    pub(super) fn set(&self, phase: ConnectionPhase, since: Duration) {
        self.0.store(packed(phase, since), Ordering::Relaxed);
    }

    /// The phase, and the time at which it began.
    pub(super) fn get(&self) -> (ConnectionPhase, Duration) {
        let packed = self.0.load(Ordering::Relaxed);
        let phase = ConnectionPhase::ALL.into_iter().find(|it| *it as u64 == packed % PHASES);
        (phase.unwrap_or(ConnectionPhase::Serves), Duration::from_millis(packed / PHASES))
    }
}

fn packed(phase: ConnectionPhase, since: Duration) -> u64 {
    // A gateway that runs for a hundred million years counts wrongly.
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX).wrapping_mul(PHASES) + phase as u64
}
