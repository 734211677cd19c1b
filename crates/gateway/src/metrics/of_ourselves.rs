//! How we are, in Prometheus' terms.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};

use fanfare_store::{Audit, NotificationCounts};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{Atomic, Gauge};
use prometheus_client::registry::{Registry, Unit};

use super::OfChannel;
use crate::ourselves::{ChannelFacts, ChannelState, QuotaFacts, World};

/// How we are. Clones share the numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct OfOurselves {
    up: Shown<OfChannel, i64, AtomicI64>,
    proven: Shown<OfChannel, f64, AtomicU64>,
    clock_offset: Shown<OfChannel, f64, AtomicU64>,
    dead_letters: Shown<OfChannel, i64, AtomicI64>,
    quota_used: Shown<OfPool, i64, AtomicI64>,
    quota_limit: Shown<OfPool, i64, AtomicI64>,
    unaccounted: Gauge,
    contracts: Shown<OfContract, i64, AtomicI64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfPool {
    pool: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfContract {
    fulfilment: &'static str,
}

/// A number for each of some things; of what is gone none is shown.
#[derive(Debug)]
struct Shown<Of, N, A> {
    family: Family<Of, Gauge<N, A>>,
    shown: Arc<Mutex<HashSet<Of>>>,
}

impl<Of, N, A> Shown<Of, N, A>
where
    Of: Clone + Eq + Hash,
    A: Atomic<N> + Default,
{
    /// Shows these numbers and no others.
    fn show(&self, numbers: impl Iterator<Item = (Of, N)>) {
        let mut now_shown = HashSet::new();
        for (of, number) in numbers {
            self.family.get_or_create(&of).set(number);
            now_shown.insert(of);
        }
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.difference(&now_shown).for_each(|gone| {
            self.family.remove(gone);
        });
        *shown = now_shown;
    }
}

impl<Of: Clone + Eq + Hash, N, A: Default> Default for Shown<Of, N, A> {
    fn default() -> Self {
        Self { family: Family::default(), shown: Arc::default() }
    }
}

impl<Of, N, A> Clone for Shown<Of, N, A> {
    fn clone(&self) -> Self {
        Self { family: self.family.clone(), shown: Arc::clone(&self.shown) }
    }
}

impl OfOurselves {
    pub(super) fn new(registry: &mut Registry) -> Self {
        let these = Self::default();
        registry.register(
            "fanfare_channel_up",
            "1 unless the channel is broken: the same that is said in an alert",
            these.up.family.clone(),
        );
        registry.register_with_unit(
            "fanfare_channel_last_proven_timestamp",
            "When the channel's provider last took a message",
            Unit::Seconds,
            these.proven.family.clone(),
        );
        registry.register_with_unit(
            "fanfare_clock_offset",
            "By how much the clock of the channel's provider is ahead of ours",
            Unit::Seconds,
            these.clock_offset.family.clone(),
        );
        registry.register(
            "fanfare_dead_letters",
            "Deliveries given up that wait for a person, without those that told of ourselves",
            these.dead_letters.family.clone(),
        );
        registry.register(
            "fanfare_quota_used",
            "Messages used in this day or month",
            these.quota_used.family.clone(),
        );
        registry.register(
            "fanfare_quota_limit",
            "Messages there are in a day or month",
            these.quota_limit.family.clone(),
        );
        registry.register(
            "fanfare_unaccounted_alerts",
            "What of the ledger does not add up: anything but 0 is a bug",
            these.unaccounted.clone(),
        );
        registry.register(
            "fanfare_contracts",
            "Notifications in the ledger, by how their contract stands",
            these.contracts.family.clone(),
        );
        these
    }

    /// Shows `world`, and no more what is no longer in it.
    pub(super) fn show(&self, world: &World) {
        let World { channels, dead_letters, quotas, disk: _, sources: _ } = world;
        let letters = |it: &ChannelFacts| dead_letters.get(&it.name).copied().unwrap_or(0);
        self.up.show(channels.iter().map(|it| (of(it), up(&it.state))));
        self.dead_letters.show(channels.iter().map(|it| (of(it), count(letters(it)))));
        let proven = |it: &ChannelFacts| Some((of(it), it.proven_at?.as_duration().as_secs_f64()));
        self.proven.show(channels.iter().filter_map(proven));
        let offset = |it: &ChannelFacts| Some((of(it), it.clock_offset?.as_secs_f64()));
        self.clock_offset.show(channels.iter().filter_map(offset));
        self.quota_used.show(quotas.iter().map(|it| (pool(it), count(it.used))));
        self.quota_limit.show(quotas.iter().map(|it| (pool(it), i64::from(it.quota.messages.get()))));
    }

    pub(super) fn account_for(&self, audit: &Audit) {
        self.unaccounted.set(count(audit.unaccounted_in_all));
        let NotificationCounts { open, kept, broken, abandoned, late } = audit.notifications;
        let each =
            [("open", open), ("kept", kept), ("broken", broken), ("abandoned", abandoned), ("late", late)];
        self.contracts
            .show(each.into_iter().map(|(fulfilment, number)| (OfContract { fulfilment }, count(number))));
    }
}

fn of(channel: &ChannelFacts) -> OfChannel {
    OfChannel { channel: channel.name.to_string() }
}

fn up(state: &ChannelState) -> i64 {
    match state {
        ChannelState::Untried | ChannelState::Working => 1,
        ChannelState::Broken { .. } => 0,
    }
}

fn pool(facts: &QuotaFacts) -> OfPool {
    OfPool { pool: facts.quota.pool.clone() }
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
