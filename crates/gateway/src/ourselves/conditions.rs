//! What is not well with ourselves, and how bad that is.

use std::collections::BTreeMap;

use fanfare_core::{Quota, QuotaLevel, Severity};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::ourselves::matter::Matter;
use crate::ourselves::words::{self, Words};
use crate::ourselves::world::{
    ChannelFacts, ChannelState, DiskSpace, QuietSince, QuotaFacts, SourceFacts, World,
};

/// What is found where something is not well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Somebody must know.
    Wrong(Wrong),
    /// Nobody can tell yet: what was said before stands.
    Unknown,
}

/// What somebody must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) severity: Severity,
    pub(crate) words: Words,
}

/// What is not well, or not known, in `world` at `now`; all else is well.
///
/// Nothing here depends on what became of alerts about ourselves, but for what
/// they show of the channels they went to: so there are never more findings than
/// there are channels, quotas and sources, however much of this cannot be told.
pub(crate) fn conditions(world: &World, now: Timestamp) -> BTreeMap<Matter, Finding> {
    let World { channels, dead_letters, quotas, disk, sources } = world;
    let today = now.to_zoned(TimeZone::UTC).date();
    let mut found = BTreeMap::new();
    for channel in channels {
        found.extend(health(channel).map(|it| (Matter::Channel(channel.name.clone()), it)));
        found.extend(silence(channel, now).map(|it| (Matter::Silence(channel.name.clone()), it)));
        found.extend(age_of_secret(channel, today).map(|it| (Matter::Secret(channel.name.clone()), it)));
    }
    for (channel, letters) in dead_letters.iter().filter(|(_, letters)| **letters > 0) {
        let words = words::dead_letters(channel, *letters);
        found.insert(Matter::DeadLetters(channel.clone()), wrong(Severity::High, words));
    }
    for QuotaFacts { quota, used } in quotas {
        found.extend(used_up(quota, *used, now).map(|it| (Matter::Quota(quota.pool.clone()), it)));
    }
    for source in sources {
        found.extend(quiet(source).map(|it| (Matter::Source(source.name.clone()), it)));
    }
    found.extend(clock(channels).map(|it| (Matter::Clock, it)));
    found.extend(room(*disk).map(|it| (Matter::Disk, it)));
    found
}

fn wrong(severity: Severity, words: Words) -> Finding {
    Finding::Wrong(Wrong { severity, words })
}

fn health(channel: &ChannelFacts) -> Option<Finding> {
    match &channel.state {
        ChannelState::Working => None,
        ChannelState::Untried => Some(Finding::Unknown),
        ChannelState::Broken { since, reason } => {
            Some(wrong(Severity::High, words::channel_broken(&channel.name, *since, reason)))
        }
    }
}

/// How long a silence must last to be worth a word: longer than the ten minutes
/// DingTalk asks for after a burst, which are over before anybody could help.
const LONG_SILENCE: SignedDuration = SignedDuration::from_mins(15);

fn silence(channel: &ChannelFacts, now: Timestamp) -> Option<Finding> {
    let until = channel.silent_until.filter(|until| now < *until)?;
    if until.duration_since(now) <= LONG_SILENCE {
        return Some(Finding::Unknown); // it may be the end of a long one
    }
    let reason = channel.last_words.as_deref().unwrap_or("it has asked for that before a restart");
    Some(wrong(Severity::High, words::channel_silenced(&channel.name, until, reason)))
}

/// How old a secret may become. Ours: three months, as most rules for passwords of
/// machines have it.
const SECRET_LASTS_DAYS: i32 = 90;

fn age_of_secret(channel: &ChannelFacts, today: Date) -> Option<Finding> {
    let age = channel.rotated_at?.until(today).ok()?.get_days();
    (age > SECRET_LASTS_DAYS).then(|| wrong(Severity::Low, words::secret_old(&channel.name, age)))
}

fn used_up(quota: &Quota, used: u64, now: Timestamp) -> Option<Finding> {
    let level = quota.level(used);
    let severity = match level {
        QuotaLevel::Plenty => return None,
        QuotaLevel::Half => Severity::Low,
        QuotaLevel::Short => Severity::Mid,
        QuotaLevel::NearlyGone => Severity::High,
    };
    Some(wrong(severity, words::quota_short(quota, level, used, now)))
}

fn quiet(source: &SourceFacts) -> Option<Finding> {
    let SourceFacts { name, every, quiet_for, since } = source;
    if every < quiet_for {
        return Some(wrong(Severity::High, words::source_quiet(name, *every, *quiet_for)));
    }
    match since {
        QuietSince::LastHeard => None,
        QuietSince::Beginning => Some(Finding::Unknown),
    }
}

/// How far off our clock may be: as far as a log can be read beside another, and
/// still a small part of the hour in which DingTalk takes a signature.
/// <https://open.dingtalk.com/document/robots/customize-robot-security-settings>
const CLOCK_MAY_BE_OFF: SignedDuration = SignedDuration::from_secs(60);

/// Who disagrees with us most speaks for all: if it is their clock that is wrong,
/// that is worth knowing too.
fn clock(channels: &[ChannelFacts]) -> Option<Finding> {
    let told = channels.iter().filter_map(|it| it.clock_offset.map(|offset| (&it.name, offset)));
    let Some((channel, offset)) = told.max_by_key(|(_, offset)| offset.abs()) else {
        return Some(Finding::Unknown);
    };
    (offset.abs() > CLOCK_MAY_BE_OFF).then(|| wrong(Severity::High, words::clock_off(channel, offset)))
}

/// Below so many bytes a disk is nearly full, however small it is: a day of many
/// alerts, and room for SQLite to tidy up in.
const LITTLE_ROOM: u64 = 200_000_000;

/// Below so many hundredths a disk is nearly full, however large it is.
const LITTLE_ROOM_PERCENT: u128 = 5;

fn room(disk: Option<DiskSpace>) -> Option<Finding> {
    let Some(disk @ DiskSpace { free, total }) = disk else { return Some(Finding::Unknown) };
    let is_nearly_full =
        free < LITTLE_ROOM || u128::from(free) * 100 < u128::from(total) * LITTLE_ROOM_PERCENT;
    is_nearly_full.then(|| wrong(Severity::Urgent, words::disk_nearly_full(disk)))
}

#[cfg(test)]
mod tests;
