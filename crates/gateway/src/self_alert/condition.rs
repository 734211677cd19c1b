//! Conditions that raise self-alerts.

use std::time::Duration;

use fanfare_core::{Alert, ChannelName, SourceName};
use fanfare_words::ResolvedCondition;

/// A condition that holds or does not; while it holds, its self-alert is raised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Condition {
    /// A channel does not work.
    Channel(ChannelName),
    /// A channel may not send for long, because its provider silenced it.
    Silence(ChannelName),
    /// Dead letters of a channel wait for a person.
    DeadLetters(ChannelName),
    /// A large part of a day's or month's messages is used.
    Quota(String),
    /// A channel's secret is old.
    Secret(ChannelName),
    /// The machine's clock is wrong.
    Clock,
    /// The disk of the store is nearly full.
    Disk,
    /// A store that an earlier life saved lies beside the store.
    SavedStore,
    /// A watched source sends nothing.
    Source(SourceName),
}

/// The time for which conditions near a limit must be over before their alert is
/// resolved: disk and clock go to and fro about their limits, and a silenced channel
/// sends for a moment before it is silenced again. People stop reading repeated changes.
const FLAPPING_RESOLVE_DELAY: Duration = Duration::from_secs(10 * 60);

impl Condition {
    /// The `alertname` of its self-alert.
    pub(crate) fn alertname(&self) -> &'static str {
        match self {
            Self::Channel(_) => "ChannelBroken",
            Self::Silence(_) => "ChannelSilenced",
            Self::DeadLetters(_) => "DeadLetters",
            Self::Quota(_) => "QuotaShort",
            Self::Secret(_) => "SecretOld",
            Self::Clock => "ClockOff",
            Self::Disk => "DiskNearlyFull",
            Self::SavedStore => "StoreSaved",
            Self::Source(_) => "SourceQuiet",
        }
    }

    /// The `subject` of its self-alert, which tells it from others of its name.
    pub(crate) fn subject(&self) -> &str {
        match self {
            Self::Channel(channel)
            | Self::Silence(channel)
            | Self::DeadLetters(channel)
            | Self::Secret(channel) => channel.as_str(),
            Self::Quota(pool) => pool,
            Self::Clock => "clock",
            Self::Disk => "disk",
            Self::SavedStore => "store",
            Self::Source(source) => source.as_str(),
        }
    }

    /// The condition of a self-alert; `None` if the alert is a notice.
    pub(crate) fn from_alert(alert: &Alert) -> Option<Self> {
        let subject = alert.text_of("subject");
        let candidates = [
            Self::Channel(subject.into()),
            Self::Silence(subject.into()),
            Self::DeadLetters(subject.into()),
            Self::Quota(subject.to_owned()),
            Self::Secret(subject.into()),
            Self::Clock,
            Self::Disk,
            Self::SavedStore,
            Self::Source(subject.into()),
        ];
        candidates.into_iter().find(|it| it.alertname() == alert.text_of("alertname"))
    }

    /// The facts of the alert that resolves it.
    pub(crate) fn resolved(&self) -> ResolvedCondition {
        match self {
            Self::Channel(channel) => ResolvedCondition::Channel(channel.clone()),
            Self::Silence(channel) => ResolvedCondition::Silence(channel.clone()),
            Self::DeadLetters(channel) => ResolvedCondition::DeadLetters(channel.clone()),
            Self::Quota(pool) => ResolvedCondition::Quota(pool.clone()),
            Self::Secret(channel) => ResolvedCondition::Secret(channel.clone()),
            Self::Clock => ResolvedCondition::Clock,
            Self::Disk => ResolvedCondition::Disk,
            Self::SavedStore => ResolvedCondition::StoreSaved,
            Self::Source(source) => ResolvedCondition::Source(source.clone()),
        }
    }

    /// The time for which it must be over before its self-alert is resolved.
    pub(crate) fn resolve_after(&self) -> Duration {
        match self {
            Self::Clock | Self::Disk | Self::Silence(_) => FLAPPING_RESOLVE_DELAY,
            Self::Channel(_)
            | Self::DeadLetters(_)
            | Self::Quota(_)
            | Self::Secret(_)
            | Self::SavedStore
            | Self::Source(_) => Duration::ZERO,
        }
    }
}
