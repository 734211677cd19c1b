//! A channel's state.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use fanfare_core::{Circuit, DeliveryId, Health, Moment};
use fanfare_store::ChannelState;
use jiff::Timestamp;

use crate::channel::account::SharedAccount;

/// A channel's state, updated by its lane and read by all others.
/// All times are [monotonic](crate::time::MonotonicClock).
#[derive(Debug)]
pub(crate) struct ChannelStatus {
    circuit: Mutex<Circuit>,
    account: RwLock<Arc<SharedAccount>>,
    version: RwLock<String>,
    last: Mutex<LastEvents>,
    oldest_pending: Mutex<Option<Timestamp>>,
    under_way: Mutex<BTreeMap<DeliveryId, Timestamp>>,
}

/// A channel's most recent events, by the wall clock.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastEvents {
    /// The time at which the provider last took a message.
    pub(crate) proven_at: Option<Timestamp>,
    /// The same at the start, or at the last change of settings.
    proven_before: Option<Timestamp>,
    /// The same as the store has it.
    proven_saved: Option<Timestamp>,
    /// The start of the last drill.
    pub(crate) drilled_at: Option<Timestamp>,
    /// The same in monotonic time.
    pub(crate) drilled_monotonic: Option<Timestamp>,
    /// The last failed attempt: its time, and the provider's answer.
    pub(crate) error: Option<(Timestamp, String)>,
}

impl LastEvents {
    fn from_stored(known: Option<&ChannelState>) -> Self {
        let proven_at = known.and_then(|it| it.proven_at);
        Self {
            proven_at,
            proven_before: proven_at,
            proven_saved: proven_at,
            drilled_at: known.and_then(|it| it.drilled_at),
            drilled_monotonic: known.and_then(|it| it.drilled_promise),
            error: None,
        }
    }

    /// Tells whether the provider has taken a message since the start, or since the last change of settings.
    pub(crate) fn has_proven_itself(&self) -> bool {
        self.proven_at != self.proven_before
    }

    /// The value of `proven_at`, if the store does not have it yet.
    pub(crate) fn unsaved_proven_at(&self) -> Option<Timestamp> {
        self.proven_at.filter(|at| Some(*at) != self.proven_saved)
    }

    /// Notes that a drill has begun.
    pub(crate) fn note_drill(&mut self, now: Moment) {
        (self.drilled_at, self.drilled_monotonic) = (Some(now.wall), Some(now.promise));
    }

    /// Notes that the store has this `proven_at`.
    pub(crate) fn mark_saved(&mut self, proven_at: Timestamp) {
        self.proven_saved = Some(proven_at);
    }
}

impl ChannelStatus {
    /// The state of a channel of which the store knows `known`.
    pub(crate) fn new(account: Arc<SharedAccount>, version: &str, known: Option<&ChannelState>) -> Self {
        Self {
            version: RwLock::new(version.to_owned()),
            circuit: Mutex::default(),
            account: RwLock::new(account),
            last: Mutex::new(LastEvents::from_stored(known)),
            oldest_pending: Mutex::default(),
            under_way: Mutex::default(),
        }
    }

    pub(crate) fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn last(&self) -> MutexGuard<'_, LastEvents> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time, by the wall clock, at which the oldest pending delivery came to be.
    pub(crate) fn oldest_pending(&self) -> Option<Timestamp> {
        *self.oldest_pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the time at which the oldest pending delivery came to be.
    pub(crate) fn set_oldest_pending(&self, at: Option<Timestamp>) {
        *self.oldest_pending.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }

    /// The deliveries that are being sent, with the time by the wall clock at which the attempt began.
    pub(crate) fn under_way(&self) -> BTreeMap<DeliveryId, Timestamp> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes the deliveries that are being sent from now on.
    pub(crate) fn begin(&self, ids: impl Iterator<Item = DeliveryId>, now: Timestamp) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.extend(ids.map(|id| (id, now)));
    }

    /// Notes the deliveries that are no longer being sent.
    pub(crate) fn end(&self, ids: impl Iterator<Item = DeliveryId>) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        for id in ids {
            under_way.remove(&id);
        }
    }

    pub(crate) fn account(&self) -> Arc<SharedAccount> {
        Arc::clone(&self.account.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells whether the channel's settings have this version: the result of an attempt
    /// with other settings is no evidence about these.
    pub(crate) fn has_version(&self, version: &str) -> bool {
        *self.version.read().unwrap_or_else(PoisonError::into_inner) == version
    }

    /// Takes over new settings: failures of the old ones no longer count.
    pub(crate) fn reset(&self, account: Arc<SharedAccount>, version: &str) {
        version.clone_into(&mut self.version.write().unwrap_or_else(PoisonError::into_inner));
        *self.circuit() = Circuit::default();
        let mut last = self.last();
        last.proven_before = last.proven_at;
        drop(last);
        account.clear_misconfiguration();
        *self.account.write().unwrap_or_else(PoisonError::into_inner) = account;
    }

    /// The time before which the channel can send nothing, as far as is known at `now`; `None` if it can.
    pub(crate) fn blocked_until(&self, now: Timestamp) -> Option<Timestamp> {
        let circuit = self.circuit().blocked_until(now);
        circuit.max(self.account().silent_until(now))
    }

    /// The health that people are shown.
    pub(crate) fn health(&self, now: Timestamp) -> Health {
        self.circuit().health(now)
    }
}
