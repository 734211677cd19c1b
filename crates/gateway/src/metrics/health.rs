//! Metrics of the gateway's own state.

use std::collections::{BTreeMap, HashSet};
use std::hash::Hash;
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};

use fanfare_core::HeartbeatState;
use fanfare_store::{Audit, NotificationCounts, StoreSize};
use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{Atomic, Gauge};
use prometheus_client::registry::{Registry, Unit};

use crate::metrics::labels::{ChannelLabels, SourceLabels};
use crate::self_alert::{ChannelSnapshot, DiskSpace, ObservedHealth, QuotaSnapshot, Snapshot};

/// Metrics of the gateway's own state. Clones share the numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct HealthMetrics {
    up: GaugeFamily<ChannelLabels, i64, AtomicI64>,
    proven: GaugeFamily<ChannelLabels, f64, AtomicU64>,
    never_proven: GaugeFamily<ChannelLabels, i64, AtomicI64>,
    clock_offset: GaugeFamily<ChannelLabels, f64, AtomicU64>,
    queue_age: GaugeFamily<ChannelLabels, f64, AtomicU64>,
    heartbeats: GaugeFamily<HeartbeatLabels, i64, AtomicI64>,
    silence: GaugeFamily<SourceLabels, f64, AtomicU64>,
    expected_every: GaugeFamily<SourceLabels, f64, AtomicU64>,
    store_size: GaugeFamily<FileLabels, i64, AtomicI64>,
    disk_free: Gauge,
    disk_size: Gauge,
    dead_letters: GaugeFamily<ChannelLabels, i64, AtomicI64>,
    quota_used: GaugeFamily<PoolLabels, i64, AtomicI64>,
    quota_limit: GaugeFamily<PoolLabels, i64, AtomicI64>,
    unaccounted: Gauge,
    contracts: GaugeFamily<FulfilmentLabels, i64, AtomicI64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FileLabels {
    file: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PoolLabels {
    pool: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FulfilmentLabels {
    fulfilment: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, EncodeLabelSet)]
struct HeartbeatLabels {
    source: String,
    status: &'static str,
}

/// Gauges by label; the gauge of a label that is gone is removed.
#[derive(Debug)]
struct GaugeFamily<L, N, A> {
    family: Family<L, Gauge<N, A>>,
    shown: Arc<Mutex<HashSet<L>>>,
}

impl<L, N, A> GaugeFamily<L, N, A>
where
    L: Clone + Eq + Hash,
    A: Atomic<N> + Default,
{
    /// Shows these numbers, and removes all others.
    fn show(&self, numbers: impl Iterator<Item = (L, N)>) {
        let mut now_shown = HashSet::new();
        for (labels, number) in numbers {
            self.family.get_or_create(&labels).set(number);
            now_shown.insert(labels);
        }
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.difference(&now_shown).for_each(|gone| {
            self.family.remove(gone);
        });
        *shown = now_shown;
    }
}

impl<L: Clone + Eq + Hash, N, A: Default> Default for GaugeFamily<L, N, A> {
    fn default() -> Self {
        Self { family: Family::default(), shown: Arc::default() }
    }
}

impl<L, N, A> Clone for GaugeFamily<L, N, A> {
    fn clone(&self) -> Self {
        Self { family: self.family.clone(), shown: Arc::clone(&self.shown) }
    }
}

impl HealthMetrics {
    /// Metrics at zero, registered in `registry`.
    pub(super) fn new(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        metrics.register(registry);
        metrics
    }

    fn register(&self, registry: &mut Registry) {
        let up = "1 unless the channel is broken, as in the self-alert ChannelBroken";
        let proven = "Time at which the channel's provider last accepted a message";
        let clock_offset = "Lead of the clock of the channel's provider over the gateway's";
        let dead_letters = "Deliveries given up that wait for a person, without those of self-alerts";
        let quota_limit = "Messages allowed in this day or month";
        let unaccounted = "Rows of the ledger that the audit cannot account for: anything but 0 is a bug";
        let contracts = "Notifications in the ledger, by the state of their contract";
        registry.register("fanfare_channel_up", up, self.up.family.clone());
        let never_proven = "1 while the channel's provider has never accepted a message";
        let unproven = self.never_proven.family.clone();
        registry.register("fanfare_channel_never_proven", never_proven, unproven);
        let proven_at = self.proven.family.clone();
        registry.register_with_unit(
            "fanfare_channel_last_proven_timestamp",
            proven,
            Unit::Seconds,
            proven_at,
        );
        let offsets = self.clock_offset.family.clone();
        registry.register_with_unit("fanfare_clock_offset", clock_offset, Unit::Seconds, offsets);
        registry.register("fanfare_dead_letters", dead_letters, self.dead_letters.family.clone());
        let quota_used = self.quota_used.family.clone();
        registry.register("fanfare_quota_used", "Messages used in this day or month", quota_used);
        registry.register("fanfare_quota_limit", quota_limit, self.quota_limit.family.clone());
        registry.register("fanfare_unaccounted_alerts", unaccounted, self.unaccounted.clone());
        registry.register("fanfare_contracts", contracts, self.contracts.family.clone());
        self.register_waiting(registry);
    }

    fn register_waiting(&self, registry: &mut Registry) {
        let age = "Time for which the channel's oldest pending delivery has waited; 0 if nothing is pending";
        let silence = "Time since the last alert of a source that has `expect_every`";
        let every = "The source's `expect_every`";
        let free = "Room that is left on the disk of the store";
        let size = "Size of the disk of the store";
        let files = "Size of the store's file: the database, and the write-ahead log beside it";
        let sizes = self.store_size.family.clone();
        registry.register_with_unit("fanfare_store_size", files, Unit::Bytes, sizes);
        let ages = self.queue_age.family.clone();
        registry.register_with_unit("fanfare_queue_age", age, Unit::Seconds, ages);
        let silences = self.silence.family.clone();
        let heartbeats = "Heartbeats that are expected, by source and status: awaited, heard, missing, or away with their broker";
        registry.register("fanfare_heartbeats", heartbeats, self.heartbeats.family.clone());
        registry.register_with_unit("fanfare_source_silence", silence, Unit::Seconds, silences);
        let expected = self.expected_every.family.clone();
        registry.register_with_unit("fanfare_source_expected_every", every, Unit::Seconds, expected);
        registry.register_with_unit("fanfare_disk_free", free, Unit::Bytes, self.disk_free.clone());
        registry.register_with_unit("fanfare_disk_size", size, Unit::Bytes, self.disk_size.clone());
    }

    /// Shows `snapshot`, and removes the gauges of things that are no longer in it.
    pub(super) fn show(&self, snapshot: &Snapshot) {
        let Snapshot { channels, dead_letters, quotas, disk, saved_store: _, store_size } = snapshot;
        let letters = |it: &ChannelSnapshot| dead_letters.get(&it.name).copied().unwrap_or(0);
        self.up.show(channels.iter().map(|it| (labels(it), up(&it.state))));
        self.dead_letters.show(channels.iter().map(|it| (labels(it), count(letters(it)))));
        let proven = |it: &ChannelSnapshot| Some((labels(it), it.proven_at?.as_duration().as_secs_f64()));
        self.proven.show(channels.iter().filter_map(proven));
        self.never_proven.show(channels.iter().map(|it| (labels(it), i64::from(it.proven_at.is_none()))));
        let offset = |it: &ChannelSnapshot| Some((labels(it), it.clock_offset?.as_secs_f64()));
        self.clock_offset.show(channels.iter().filter_map(offset));
        let age = |it: &ChannelSnapshot| (labels(it), it.queue_age.unwrap_or_default().as_secs_f64());
        self.queue_age.show(channels.iter().map(age));
        let StoreSize { database, wal } = *store_size;
        let sizes = [("database", database), ("wal", wal)];
        self.store_size.show(sizes.into_iter().map(|(file, size)| (FileLabels { file }, count(size))));
        if let Some(DiskSpace { free, total }) = disk {
            self.disk_free.set(count(*free));
            self.disk_size.set(count(*total));
        }
        self.quota_used.show(quotas.iter().map(|it| (pool(it), count(it.used))));
        self.quota_limit.show(quotas.iter().map(|it| (pool(it), i64::from(it.quota.messages.get()))));
    }

    /// Shows the heartbeats at `now`, in monotonic time.
    pub(super) fn show_heartbeats(&self, states: &[HeartbeatState], now: Timestamp) {
        let mut counts: BTreeMap<HeartbeatLabels, i64> = BTreeMap::new();
        for HeartbeatState { key, status, .. } in states {
            let labels = HeartbeatLabels { source: key.source.to_string(), status: status.word() };
            *counts.entry(labels).or_default() += 1;
        }
        self.heartbeats.show(counts.into_iter());
        let of_sources = || states.iter().filter(|it| it.key.name.is_none());
        self.silence.show(of_sources().map(|it| (source(it), it.quiet_for(now).as_secs_f64())));
        self.expected_every.show(of_sources().map(|it| (source(it), it.rule.every.as_secs_f64())));
    }

    pub(super) fn show_audit(&self, audit: &Audit) {
        self.unaccounted.set(count(audit.unaccounted_in_all));
        let NotificationCounts { open, kept, broken, abandoned, late } = audit.notifications;
        let each =
            [("open", open), ("kept", kept), ("broken", broken), ("abandoned", abandoned), ("late", late)];
        self.contracts.show(
            each.into_iter().map(|(fulfilment, number)| (FulfilmentLabels { fulfilment }, count(number))),
        );
    }
}

fn labels(channel: &ChannelSnapshot) -> ChannelLabels {
    ChannelLabels { channel: channel.name.to_string() }
}

fn up(state: &ObservedHealth) -> i64 {
    match state {
        ObservedHealth::Untried | ObservedHealth::Working => 1,
        ObservedHealth::Broken { .. } => 0,
    }
}

fn source(state: &HeartbeatState) -> SourceLabels {
    SourceLabels { source: state.key.source.to_string() }
}

fn pool(snapshot: &QuotaSnapshot) -> PoolLabels {
    PoolLabels { pool: snapshot.quota.pool.clone() }
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
