//! The side of a connection whose turn it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A counter that puts the turns of a listener's connections in order.
#[derive(Debug, Clone, Default)]
pub(super) struct TurnCounter(Arc<AtomicU64>);

/// The side of a connection whose turn it is: the client's, who is waited for, or that of the fake.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionTurn {
    counter: TurnCounter,
    /// The number of the client's turn, or [`FAKE`].
    number: Arc<AtomicU64>,
}

/// The number that means the turn of the fake.
const FAKE: u64 = u64::MAX;

impl ConnectionTurn {
    /// The turn of a new connection's client.
    pub(super) fn new(counter: &TurnCounter) -> Self {
        let turn = Self { counter: counter.clone(), number: Arc::new(AtomicU64::new(FAKE)) };
        turn.pass_to_client();
        turn
    }

    /// The client has asked, and is to be answered.
    pub(crate) fn pass_to_fake(&self) {
        self.number.store(FAKE, Ordering::Relaxed);
    }

    /// The client has been answered.
    pub(crate) fn pass_to_client(&self) {
        self.number.store(self.counter.0.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
    }

    /// The number of the client's turn: the lower, the longer it has lasted. `None` if it is the fake's.
    pub(super) fn of_client_since(&self) -> Option<u64> {
        let number = self.number.load(Ordering::Relaxed);
        (number != FAKE).then_some(number)
    }
}
