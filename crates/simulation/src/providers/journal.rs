//! The record of every request that reached a provider or got lost on the way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fanfare_core::{Attempt, Notification, NotificationId};

use super::rates::RequestRates;
use crate::time::VirtualClock;

/// A request as the world outside the gateway knows it.
#[derive(Debug, Clone)]
pub(crate) struct ProviderCall {
    /// Name of the channel.
    pub(crate) channel: &'static str,
    /// The time since the beginning of the run.
    pub(crate) at: Duration,
    /// Notifications that the message tells: several in a digest.
    pub(crate) notifications: Vec<Arc<Notification>>,
    /// The attempt of which it is the request.
    pub(crate) attempt: Attempt,
    /// True if people saw the message.
    pub(crate) is_shown: bool,
    /// The answer that reached the gateway, and when; `None` if none did.
    pub(crate) answer: Option<(Duration, CallAnswer)>,
}

/// The meaning of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CallAnswer {
    /// Taken, for every recipient.
    Accepted,
    /// Taken for some recipients only.
    Partial,
    /// Refused, or nobody knows; in the words of the error.
    Failed(String),
}

impl ProviderCall {
    /// The numbers of its notifications.
    pub(crate) fn ids(&self) -> Vec<NotificationId> {
        self.notifications.iter().map(|it| it.id).collect()
    }

    /// True if the gateway was told that the message was taken, whole or in part.
    pub(crate) fn is_confirmed(&self) -> bool {
        matches!(self.answer, Some((_, CallAnswer::Accepted | CallAnswer::Partial)))
    }

    /// The time at which the gateway was told that every recipient has it.
    pub(crate) fn accepted_at(&self) -> Option<Duration> {
        match self.answer {
            Some((at, CallAnswer::Accepted)) => Some(at),
            Some((_, CallAnswer::Partial | CallAnswer::Failed(_))) | None => None,
        }
    }
}

/// The requests of a run, in their order. Like the providers it outlives the gateway.
#[derive(Debug)]
pub(crate) struct RequestJournal {
    clock: Arc<VirtualClock>,
    calls: Mutex<Vec<ProviderCall>>,
    rates: Mutex<RequestRates>,
}

impl RequestJournal {
    /// An empty journal.
    pub(crate) fn new(clock: Arc<VirtualClock>) -> Self {
        Self { clock, calls: Mutex::default(), rates: Mutex::default() }
    }

    /// The time since the beginning of the run.
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// The calls so far.
    pub(crate) fn calls(&self) -> MutexGuard<'_, Vec<ProviderCall>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True once more requests went out than the alerts of any world call for.
    pub(crate) fn is_overrun(&self) -> bool {
        self.rates().is_overrun()
    }

    /// Enters a request, and returns its place.
    pub(super) fn enter(&self, call: ProviderCall) -> usize {
        self.rates().count(call.channel, &call.ids(), call.at);
        let mut calls = self.calls();
        calls.push(call);
        calls.len() - 1
    }

    /// Notes the answer that reaches the gateway now.
    pub(super) fn answer(&self, place: usize, answer: CallAnswer) {
        let now = self.elapsed();
        if let Some(call) = self.calls().get_mut(place) {
            call.answer = Some((now, answer));
        }
    }

    fn rates(&self) -> MutexGuard<'_, RequestRates> {
        self.rates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
