//! Checks of a snapshot: the problems found, and their severity.

use std::collections::BTreeMap;

use fanfare_core::{Labels, Quota, QuotaLevel, Severity};
use fanfare_words::RaisedCondition;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::self_alert::condition::Condition;
use crate::self_alert::snapshot::{ChannelSnapshot, DiskSpace, ObservedHealth, QuotaSnapshot, Snapshot};

/// The result of a check that did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CheckResult {
    /// A problem that people must know of.
    Problem(HealthProblem),
    /// No result yet: a raised alert stays as it is.
    Unknown,
}

/// A problem that people must know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HealthProblem {
    pub(crate) severity: Severity,
    /// Further labels of its alert.
    pub(crate) labels: Labels,
    pub(crate) condition: RaisedCondition,
}

/// The results of all checks of `snapshot` that did not pass at `now`.
///
/// Nothing here depends on the deliveries of self-alerts, but for the health of the
/// channels they went to: so there are never more problems than there are channels and
/// quotas, even if no self-alert can be delivered.
pub(crate) fn run_checks(snapshot: &Snapshot, now: Timestamp) -> BTreeMap<Condition, CheckResult> {
    let Snapshot { channels, dead_letters, quotas, disk, saved_store, store_size: _ } = snapshot;
    let today = now.to_zoned(TimeZone::UTC).date();
    let mut found = BTreeMap::new();
    for channel in channels {
        found.extend(health(channel).map(|it| (Condition::Channel(channel.name.clone()), it)));
        found.extend(silence(channel, now).map(|it| (Condition::Silence(channel.name.clone()), it)));
        found.extend(age_of_secret(channel, today).map(|it| (Condition::Secret(channel.name.clone()), it)));
    }
    for (channel, letters) in dead_letters.iter().filter(|(_, letters)| **letters > 0) {
        let raised = RaisedCondition::DeadLetters { channel: channel.clone(), letters: *letters };
        found.insert(Condition::DeadLetters(channel.clone()), problem(Severity::High, raised));
    }
    for QuotaSnapshot { quota, used } in quotas {
        found.extend(quota_use(quota, *used, now).map(|it| (Condition::Quota(quota.pool.clone()), it)));
    }
    found.extend(clock(channels).map(|it| (Condition::Clock, it)));
    found.extend(disk_space(*disk).map(|it| (Condition::Disk, it)));
    if let Some(path) = saved_store {
        let raised = RaisedCondition::StoreSaved { path: path.display().to_string() };
        found.insert(Condition::SavedStore, problem(Severity::Urgent, raised));
    }
    found
}

fn problem(severity: Severity, condition: RaisedCondition) -> CheckResult {
    CheckResult::Problem(HealthProblem { severity, labels: Labels::default(), condition })
}

fn health(channel: &ChannelSnapshot) -> Option<CheckResult> {
    match &channel.state {
        ObservedHealth::Working => None,
        ObservedHealth::Untried => Some(CheckResult::Unknown),
        ObservedHealth::Broken { since, reason } => {
            let (channel, since, reason) = (channel.name.clone(), *since, reason.clone());
            Some(problem(Severity::High, RaisedCondition::ChannelBroken { channel, since, reason }))
        }
    }
}

/// The shortest silence that raises an alert: longer than the ten minutes DingTalk asks
/// for after a burst, which are over before anybody could help.
const LONG_SILENCE: SignedDuration = SignedDuration::from_mins(15);

fn silence(channel: &ChannelSnapshot, now: Timestamp) -> Option<CheckResult> {
    let until = channel.silent_until.filter(|until| now < *until)?;
    if until.duration_since(now) <= LONG_SILENCE {
        return Some(CheckResult::Unknown); // it may be the end of a long one
    }
    let (channel, reason) = (channel.name.clone(), channel.last_words.clone());
    Some(problem(Severity::High, RaisedCondition::ChannelSilenced { channel, until, reason }))
}

/// The age up to which a secret is fresh. Ours: three months, as in most rules for
/// passwords of machines.
const SECRET_LASTS_DAYS: i32 = 90;

fn age_of_secret(channel: &ChannelSnapshot, today: Date) -> Option<CheckResult> {
    let age = channel.rotated_at?.until(today).ok()?.get_days();
    let old = || RaisedCondition::SecretOld { channel: channel.name.clone(), days: age };
    (age > SECRET_LASTS_DAYS).then(|| problem(Severity::Low, old()))
}

fn quota_use(quota: &Quota, used: u64, now: Timestamp) -> Option<CheckResult> {
    let level = quota.level(used);
    let severity = match level {
        QuotaLevel::Plenty => return None,
        QuotaLevel::Half => Severity::Low,
        QuotaLevel::Short => Severity::Mid,
        QuotaLevel::NearlyGone => Severity::High,
    };
    let resets_at = quota.resets_at(now).to_zoned(quota.zone.clone());
    let short = RaisedCondition::QuotaShort {
        pool: quota.pool.clone(),
        period: quota.period_of(now),
        messages: quota.messages.get(),
        used,
        percent: level.percent(),
        resets_at: resets_at.strftime("%Y-%m-%d %H:%M %:z").to_string(),
    };
    Some(problem(severity, short))
}

/// The offset up to which a clock is right: two logs can still be read side by side, and
/// it is a small part of the hour in which DingTalk accepts a signature.
/// <https://open.dingtalk.com/document/robots/customize-robot-security-settings>
const CLOCK_MAY_BE_OFF: SignedDuration = SignedDuration::from_secs(60);

/// The check of the machine's clock against the provider with the largest offset: if the
/// provider's clock is the wrong one, that is worth knowing too.
fn clock(channels: &[ChannelSnapshot]) -> Option<CheckResult> {
    let known = channels.iter().filter_map(|it| it.clock_offset.map(|offset| (&it.name, offset)));
    let Some((channel, offset)) = known.max_by_key(|(_, offset)| offset.abs()) else {
        return Some(CheckResult::Unknown);
    };
    let (channel, seconds) = (channel.clone(), offset.unsigned_abs().as_secs());
    let off = if offset.is_positive() {
        RaisedCondition::ClockBehind { channel, seconds }
    } else {
        RaisedCondition::ClockAhead { channel, seconds }
    };
    (offset.abs() > CLOCK_MAY_BE_OFF).then(|| problem(Severity::High, off))
}

/// The number of free bytes below which any disk is nearly full: a day of many alerts,
/// and room for SQLite's checkpoints.
const LITTLE_ROOM: u64 = 200_000_000;

/// The percentage of free bytes below which a large disk is nearly full.
const LITTLE_ROOM_PERCENT: u128 = 5;

fn disk_space(disk: Option<DiskSpace>) -> Option<CheckResult> {
    let Some(DiskSpace { free, total }) = disk else { return Some(CheckResult::Unknown) };
    let is_nearly_full =
        free < LITTLE_ROOM || u128::from(free) * 100 < u128::from(total) * LITTLE_ROOM_PERCENT;
    let full = RaisedCondition::DiskNearlyFull { free: megabytes(free), total: megabytes(total) };
    is_nearly_full.then(|| problem(Severity::Urgent, full))
}

fn megabytes(bytes: u64) -> u64 {
    bytes / 1_000_000
}

#[cfg(test)]
mod tests;
