//! Collection of the snapshot that the checks run on.

use fanfare_core::Health;
use jiff::Timestamp;

use crate::delivery::ChannelHandle;
use crate::intake::Intake;
use crate::self_alert::{ChannelSnapshot, ObservedHealth, QuotaSnapshot, Snapshot};
use crate::self_monitoring::slow_checks::SlowChecks;
use crate::time::{after, before, between};

/// The snapshot of channels and the last slow checks; `now` is the wall clock's time.
pub(crate) fn collect(
    intake: &Intake,
    channels: &[ChannelHandle],
    slow: &SlowChecks,
    now: Timestamp,
) -> Snapshot {
    let monotonic_now = intake.monotonic.now();
    Snapshot {
        channels: channels.iter().map(|it| channel(it, now, monotonic_now)).collect(),
        dead_letters: slow.dead_letters.clone(),
        quotas: quotas(channels, slow),
        disk: slow.disk,
        saved_store: slow.saved_store.clone(),
        store_size: slow.store_size,
    }
}

fn channel(handle: &ChannelHandle, now: Timestamp, monotonic_now: Timestamp) -> ChannelSnapshot {
    let last = handle.status.last().clone();
    let silent_until = handle.sender.account.silent_until(monotonic_now);
    let state = match handle.status.health(monotonic_now) {
        Health::Broken { since, reason } => {
            let since = before(now, between(since, monotonic_now));
            ObservedHealth::Broken { since, reason }
        }
        Health::Working if last.has_proven_itself() => ObservedHealth::Working,
        Health::Working => ObservedHealth::Untried,
    };
    ChannelSnapshot {
        name: handle.name().clone(),
        state,
        silent_until: silent_until.map(|until| after(now, between(monotonic_now, until))),
        last_words: last.error.map(|(_, words)| words),
        proven_at: last.proven_at,
        queue_age: handle.status.oldest_pending().map(|it| between(it, monotonic_now)),
        rotated_at: handle.meta.rotated_at,
        clock_offset: handle.sender.channel.notifier.clock_offset(),
    }
}

/// The quotas in use, each pool once: its channels draw on the same messages.
fn quotas(channels: &[ChannelHandle], slow: &SlowChecks) -> Vec<QuotaSnapshot> {
    let mut quotas: Vec<QuotaSnapshot> = Vec::new();
    for quota in channels.iter().filter_map(|it| it.sender.channel.limits.quota.as_ref()) {
        let is_known = quotas.iter().any(|it| it.quota.pool == quota.pool);
        if let Some(used) = slow.used.get(&quota.pool).filter(|_| !is_known) {
            quotas.push(QuotaSnapshot { quota: quota.clone(), used: *used });
        }
    }
    quotas
}
