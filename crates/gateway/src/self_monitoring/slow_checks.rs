//! Slow checks: the state that must be read from the store and from the disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fanfare_core::ChannelName;
use fanfare_store::{StoreError, StoreSize, saved_stores};
use jiff::Timestamp;

use crate::delivery::ChannelHandle;
use crate::intake::Intake;
use crate::self_alert::{DiskSpace, SELF_SOURCE};
use crate::self_monitoring::disk;
use crate::time::period_start;

/// The results of the slow checks.
#[derive(Debug)]
pub(crate) struct SlowChecks {
    /// The time of the checks, in monotonic time.
    pub(crate) at: Timestamp,
    pub(crate) dead_letters: BTreeMap<ChannelName, u64>,
    /// The number of messages used of each pool in its current period.
    pub(crate) used: BTreeMap<String, u64>,
    pub(crate) disk: Option<DiskSpace>,
    pub(crate) saved_store: Option<PathBuf>,
    pub(crate) store_size: StoreSize,
}

/// Runs the slow checks.
pub(crate) async fn slow_checks(
    intake: &Intake,
    channels: &[ChannelHandle],
    store_path: &Path,
) -> Result<SlowChecks, StoreError> {
    let now = intake.monotonic.moment();
    save_proven_at(intake, channels).await?;
    let mut used = BTreeMap::new();
    for quota in channels.iter().filter_map(|it| it.sender.channel.limits.quota.as_ref()) {
        if !used.contains_key(&quota.pool) {
            let (period, since) = (quota.period_of(now.wall), period_start(quota, now));
            let messages = intake.store.usage(quota.pool.clone(), period, since).await?;
            used.insert(quota.pool.clone(), messages);
        }
    }
    Ok(SlowChecks {
        at: now.promise,
        dead_letters: intake.store.dead_letters_by_channel(SELF_SOURCE).await?,
        used,
        disk: disk::space(store_path),
        saved_store: saved_stores(store_path).next(),
        store_size: intake.store.size(),
    })
}

/// Saves the time at which each channel was last proven: not with each delivery, which
/// would double the writes.
pub(crate) async fn save_proven_at(intake: &Intake, channels: &[ChannelHandle]) -> Result<(), StoreError> {
    for channel in channels {
        let unsaved = channel.status.last().unsaved_proven_at();
        if let Some(at) = unsaved {
            intake.store.proven(channel.name().clone(), at).await?;
            channel.status.last().mark_saved(at);
        }
    }
    Ok(())
}
