//! What we know of ourselves at one moment.

use std::collections::BTreeMap;
use std::time::Duration;

use fanfare_core::{ChannelName, Quota, SourceName};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

/// What we know of ourselves at one moment, by the wall clock.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) channels: Vec<ChannelFacts>,
    /// What was given up on which channel and waits for a person, without what
    /// tells of ourselves: what we say must never be a reason to say more.
    pub(crate) dead_letters: BTreeMap<ChannelName, u64>,
    pub(crate) quotas: Vec<QuotaFacts>,
    /// The disk the store is on; `None` if it cannot be looked at.
    pub(crate) disk: Option<DiskSpace>,
    pub(crate) sources: Vec<SourceFacts>,
}

/// What is known of one channel.
#[derive(Debug, Clone)]
pub(crate) struct ChannelFacts {
    pub(crate) name: ChannelName,
    pub(crate) state: ChannelState,
    /// Until when its provider wants nothing of its account.
    pub(crate) silent_until: Option<Timestamp>,
    /// What its last failed attempt was told.
    pub(crate) last_words: Option<String>,
    pub(crate) proven_at: Option<Timestamp>,
    pub(crate) rotated_at: Option<Date>,
    /// By how much its provider's clock is ahead of ours, if it has told.
    pub(crate) clock_offset: Option<SignedDuration>,
}

/// How a channel is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ChannelState {
    /// It has sent nothing since the start, or since its settings were changed.
    Untried,
    Working,
    Broken {
        since: Timestamp,
        reason: String,
    },
}

/// What is known of one quota.
#[derive(Debug, Clone)]
pub(crate) struct QuotaFacts {
    pub(crate) quota: Quota,
    /// In the period that is now.
    pub(crate) used: u64,
}

/// Room on a disk, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DiskSpace {
    pub(crate) free: u64,
    pub(crate) total: u64,
}

/// What is known of one source that should be heard now and then.
#[derive(Debug, Clone)]
pub(crate) struct SourceFacts {
    pub(crate) name: SourceName,
    pub(crate) every: Duration,
    pub(crate) quiet_for: Duration,
    pub(crate) since: QuietSince,
}

/// From when on a source's quiet is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QuietSince {
    /// Its last alert.
    LastHeard,
    /// The moment we began to listen; it has not been heard since.
    Beginning,
}
