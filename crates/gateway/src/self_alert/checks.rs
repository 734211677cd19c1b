//! Checks of a snapshot: the problems found, and their severity.

use std::collections::BTreeMap;

use fanfare_core::{Quota, QuotaLevel, Severity};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::self_alert::condition::Condition;
use crate::self_alert::snapshot::{
    ChannelSnapshot, DiskSpace, ObservedHealth, QuietSince, QuotaSnapshot, Snapshot, SourceSnapshot,
};
use crate::self_alert::wording::{self, Wording};

/// The result of a check that did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CheckResult {
    /// A problem that people must know of.
    Problem(Problem),
    /// No result yet: a raised alert stays as it is.
    Unknown,
}

/// A problem that people must know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) severity: Severity,
    pub(crate) wording: Wording,
}

/// The results of all checks of `snapshot` that did not pass at `now`.
///
/// Nothing here depends on the deliveries of self-alerts, but for the health of the
/// channels they went to: so there are never more problems than there are channels,
/// quotas and sources, even if none of them can be told.
pub(crate) fn run_checks(snapshot: &Snapshot, now: Timestamp) -> BTreeMap<Condition, CheckResult> {
    let Snapshot { channels, dead_letters, quotas, disk, sources } = snapshot;
    let today = now.to_zoned(TimeZone::UTC).date();
    let mut found = BTreeMap::new();
    for channel in channels {
        found.extend(health(channel).map(|it| (Condition::Channel(channel.name.clone()), it)));
        found.extend(silence(channel, now).map(|it| (Condition::Silence(channel.name.clone()), it)));
        found.extend(age_of_secret(channel, today).map(|it| (Condition::Secret(channel.name.clone()), it)));
    }
    for (channel, letters) in dead_letters.iter().filter(|(_, letters)| **letters > 0) {
        let wording = wording::dead_letters(channel, *letters);
        found.insert(Condition::DeadLetters(channel.clone()), problem(Severity::High, wording));
    }
    for QuotaSnapshot { quota, used } in quotas {
        found.extend(used_up(quota, *used, now).map(|it| (Condition::Quota(quota.pool.clone()), it)));
    }
    for source in sources {
        found.extend(quiet(source).map(|it| (Condition::Source(source.name.clone()), it)));
    }
    found.extend(clock(channels).map(|it| (Condition::Clock, it)));
    found.extend(room(*disk).map(|it| (Condition::Disk, it)));
    found
}

fn problem(severity: Severity, wording: Wording) -> CheckResult {
    CheckResult::Problem(Problem { severity, wording })
}

fn health(channel: &ChannelSnapshot) -> Option<CheckResult> {
    match &channel.state {
        ObservedHealth::Working => None,
        ObservedHealth::Untried => Some(CheckResult::Unknown),
        ObservedHealth::Broken { since, reason } => {
            Some(problem(Severity::High, wording::channel_broken(&channel.name, *since, reason)))
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
    let reason = channel.last_words.as_deref().unwrap_or("it has asked for that before a restart");
    Some(problem(Severity::High, wording::channel_silenced(&channel.name, until, reason)))
}

/// The age up to which a secret is fresh. Ours: three months, as in most rules for
/// passwords of machines.
const SECRET_LASTS_DAYS: i32 = 90;

fn age_of_secret(channel: &ChannelSnapshot, today: Date) -> Option<CheckResult> {
    let age = channel.rotated_at?.until(today).ok()?.get_days();
    (age > SECRET_LASTS_DAYS).then(|| problem(Severity::Low, wording::secret_old(&channel.name, age)))
}

fn used_up(quota: &Quota, used: u64, now: Timestamp) -> Option<CheckResult> {
    let level = quota.level(used);
    let severity = match level {
        QuotaLevel::Plenty => return None,
        QuotaLevel::Half => Severity::Low,
        QuotaLevel::Short => Severity::Mid,
        QuotaLevel::NearlyGone => Severity::High,
    };
    Some(problem(severity, wording::quota_short(quota, level, used, now)))
}

fn quiet(source: &SourceSnapshot) -> Option<CheckResult> {
    let SourceSnapshot { name, every, quiet_for, since } = source;
    if every < quiet_for {
        return Some(problem(Severity::High, wording::source_quiet(name, *every, *quiet_for)));
    }
    match since {
        QuietSince::LastAlert => None,
        QuietSince::WatchStart => Some(CheckResult::Unknown),
    }
}

/// The offset up to which a clock is right: two logs can still be read side by side, and
/// it is a small part of the hour in which DingTalk accepts a signature.
/// <https://open.dingtalk.com/document/robots/customize-robot-security-settings>
const CLOCK_MAY_BE_OFF: SignedDuration = SignedDuration::from_secs(60);

/// The check of the machine's clock against the provider with the largest offset: if the
/// provider's clock is the wrong one, that is worth knowing too.
fn clock(channels: &[ChannelSnapshot]) -> Option<CheckResult> {
    let told = channels.iter().filter_map(|it| it.clock_offset.map(|offset| (&it.name, offset)));
    let Some((channel, offset)) = told.max_by_key(|(_, offset)| offset.abs()) else {
        return Some(CheckResult::Unknown);
    };
    (offset.abs() > CLOCK_MAY_BE_OFF).then(|| problem(Severity::High, wording::clock_off(channel, offset)))
}

/// The number of free bytes below which any disk is nearly full: a day of many alerts,
/// and room for SQLite's checkpoints.
const LITTLE_ROOM: u64 = 200_000_000;

/// The percentage of free bytes below which a large disk is nearly full.
const LITTLE_ROOM_PERCENT: u128 = 5;

fn room(disk: Option<DiskSpace>) -> Option<CheckResult> {
    let Some(disk @ DiskSpace { free, total }) = disk else { return Some(CheckResult::Unknown) };
    let is_nearly_full =
        free < LITTLE_ROOM || u128::from(free) * 100 < u128::from(total) * LITTLE_ROOM_PERCENT;
    is_nearly_full.then(|| problem(Severity::Urgent, wording::disk_nearly_full(disk)))
}

#[cfg(test)]
mod tests;
