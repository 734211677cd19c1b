//! How a channel is.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use fanfare_core::{Circuit, Health};
use fanfare_store::ChannelState;
use jiff::Timestamp;

use crate::account::SharedAccount;

/// How a channel is: its lane keeps this up to date, and everybody may look.
/// All its times are [steady](crate::steady::SteadyTime).
#[derive(Debug)]
pub(crate) struct ChannelStatus {
    circuit: Mutex<Circuit>,
    account: RwLock<Arc<SharedAccount>>,
    version: RwLock<String>,
    last: Mutex<Last>,
}

/// The last of everything, by the wall clock.
#[derive(Debug, Clone, Default)]
pub(crate) struct Last {
    /// When its provider last took a message.
    pub(crate) proven_at: Option<Timestamp>,
    /// The same as it was at the start, or when its settings were changed.
    proven_before: Option<Timestamp>,
    /// The same as the store has it.
    proven_noted: Option<Timestamp>,
    /// When its last drill began.
    pub(crate) drilled_at: Option<Timestamp>,
    /// What its last failed attempt was told, and when.
    pub(crate) error: Option<(Timestamp, String)>,
}

impl Last {
    fn remembered(known: Option<&ChannelState>) -> Self {
        let proven_at = known.and_then(|it| it.proven_at);
        let drilled_at = known.and_then(|it| it.drilled_at);
        Self { proven_at, proven_before: proven_at, proven_noted: proven_at, drilled_at, error: None }
    }

    /// Whether its provider has taken a message since the start, or since its settings were changed.
    pub(crate) fn has_proven_itself(&self) -> bool {
        self.proven_at != self.proven_before
    }

    /// What the store is still to be told of when it was last proven.
    pub(crate) fn to_be_noted(&self) -> Option<Timestamp> {
        self.proven_at.filter(|at| Some(*at) != self.proven_noted)
    }

    /// The store has been told.
    pub(crate) fn noted(&mut self, proven_at: Timestamp) {
        self.proven_noted = Some(proven_at);
    }
}

impl ChannelStatus {
    /// A channel of which the store knows this.
    pub(crate) fn new(account: Arc<SharedAccount>, version: &str, known: Option<&ChannelState>) -> Self {
        Self {
            version: RwLock::new(version.to_owned()),
            circuit: Mutex::default(),
            account: RwLock::new(account),
            last: Mutex::new(Last::remembered(known)),
        }
    }

    pub(crate) fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn account(&self) -> Arc<SharedAccount> {
        Arc::clone(&self.account.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether these are its settings: what an attempt with others meets says nothing of it.
    pub(crate) fn goes_by(&self, version: &str) -> bool {
        *self.version.read().unwrap_or_else(PoisonError::into_inner) == version
    }

    /// Its settings have changed: what was wrong with the old ones is over.
    pub(crate) fn begin_anew(&self, account: Arc<SharedAccount>, version: &str) {
        version.clone_into(&mut self.version.write().unwrap_or_else(PoisonError::into_inner));
        *self.circuit() = Circuit::default();
        let mut last = self.last();
        last.proven_before = last.proven_at;
        drop(last);
        account.forgive();
        *self.account.write().unwrap_or_else(PoisonError::into_inner) = account;
    }

    /// Until when it can send nothing, as far as is known at `now`; `None` if it can.
    pub(crate) fn blocked_until(&self, now: Timestamp) -> Option<Timestamp> {
        let circuit = self.circuit().blocked_until(now);
        circuit.max(self.account().silent_until(now))
    }

    /// What people are told of it.
    pub(crate) fn health(&self, now: Timestamp) -> Health {
        self.circuit().health(now)
    }
}
