//! Snapshot of the gateway's own state.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use fanfare_core::{ChannelName, Quota};
use fanfare_store::StoreSize;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

/// The gateway's own state at one moment, by the wall clock.
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot {
    pub(crate) channels: Vec<ChannelSnapshot>,
    /// The dead letters of each channel, without those of self-alerts: a self-alert
    /// must never be the reason of another.
    pub(crate) dead_letters: BTreeMap<ChannelName, u64>,
    pub(crate) quotas: Vec<QuotaSnapshot>,
    /// The disk of the store; `None` if it cannot be read.
    pub(crate) disk: Option<DiskSpace>,
    /// A store that an earlier life had to save beside the store.
    pub(crate) saved_store: Option<PathBuf>,
    pub(crate) store_size: StoreSize,
}

/// The state of one channel.
#[derive(Debug, Clone)]
pub(crate) struct ChannelSnapshot {
    pub(crate) name: ChannelName,
    pub(crate) state: ObservedHealth,
    /// The end of a silence that the provider asked of its account.
    pub(crate) silent_until: Option<Timestamp>,
    /// The provider's answer to the last failed attempt.
    pub(crate) last_words: Option<String>,
    pub(crate) proven_at: Option<Timestamp>,
    /// The time for which the oldest pending delivery has waited; `None` if nothing is pending.
    pub(crate) queue_age: Option<Duration>,
    pub(crate) rotated_at: Option<Date>,
    /// The lead of the provider's clock over the gateway's, if the provider sends its time.
    pub(crate) clock_offset: Option<SignedDuration>,
}

/// A channel's health, as far as its attempts show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ObservedHealth {
    /// Unknown: nothing was sent since the start, or since the last change of settings.
    Untried,
    Working,
    Broken {
        since: Timestamp,
        reason: String,
    },
}

/// The state of one quota.
#[derive(Debug, Clone)]
pub(crate) struct QuotaSnapshot {
    pub(crate) quota: Quota,
    /// The number of messages used in the current period.
    pub(crate) used: u64,
}

/// Room on a disk, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskSpace {
    /// The room that is left.
    pub free: u64,
    /// The size of the disk.
    pub total: u64,
}
