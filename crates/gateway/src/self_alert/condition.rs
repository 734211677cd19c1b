//! Conditions that raise self-alerts.

use std::borrow::Cow;
use std::time::Duration;

use fanfare_core::{Alert, ChannelName, HeartbeatKey, SourceName};
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
    /// A heartbeat is missing.
    Heartbeat(HeartbeatKey),
    /// The broker of a source cannot be reached.
    Broker(SourceName),
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
            // As sources without any alert were called before other heartbeats could be expected.
            Self::Heartbeat(HeartbeatKey { name: None, .. }) => "SourceQuiet",
            Self::Heartbeat(HeartbeatKey { name: Some(_), .. }) => "HeartbeatMissing",
            Self::Broker(_) => "BrokerAway",
        }
    }

    /// The `subject` of its self-alert, which tells it from others of its name.
    pub(crate) fn subject(&self) -> Cow<'_, str> {
        match self {
            Self::Channel(channel)
            | Self::Silence(channel)
            | Self::DeadLetters(channel)
            | Self::Secret(channel) => channel.as_str().into(),
            Self::Quota(pool) => pool.into(),
            Self::Clock => "clock".into(),
            Self::Disk => "disk".into(),
            Self::SavedStore => "store".into(),
            Self::Heartbeat(heartbeat) => heartbeat.to_string().into(),
            Self::Broker(source) => source.as_str().into(),
        }
    }

    /// The heartbeat that is missing, if it is about one.
    pub(crate) fn into_heartbeat(self) -> Option<HeartbeatKey> {
        match self {
            Self::Heartbeat(heartbeat) => Some(heartbeat),
            Self::Channel(_)
            | Self::Silence(_)
            | Self::DeadLetters(_)
            | Self::Quota(_)
            | Self::Secret(_)
            | Self::Clock
            | Self::Disk
            | Self::SavedStore
            | Self::Broker(_) => None,
        }
    }

    /// Tells whether the [`HeartbeatMonitor`](crate::self_monitoring::HeartbeatMonitor) looks after it.
    pub(crate) fn is_of_senders(&self) -> bool {
        match self {
            Self::Heartbeat(_) | Self::Broker(_) => true,
            Self::Channel(_)
            | Self::Silence(_)
            | Self::DeadLetters(_)
            | Self::Quota(_)
            | Self::Secret(_)
            | Self::Clock
            | Self::Disk
            | Self::SavedStore => false,
        }
    }

    /// The condition of a self-alert; `None` if the alert is a notice.
    pub(crate) fn from_alert(alert: &Alert) -> Option<Self> {
        let subject = alert.text_of("subject");
        let heartbeat = subject.parse().ok().map(Self::Heartbeat);
        let others = [
            Self::Channel(subject.into()),
            Self::Silence(subject.into()),
            Self::DeadLetters(subject.into()),
            Self::Quota(subject.to_owned()),
            Self::Secret(subject.into()),
            Self::Clock,
            Self::Disk,
            Self::SavedStore,
            Self::Broker(subject.into()),
        ];
        others.into_iter().chain(heartbeat).find(|it| it.alertname() == alert.text_of("alertname"))
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
            Self::Heartbeat(HeartbeatKey { source, name: None }) => ResolvedCondition::Source(source.clone()),
            Self::Heartbeat(heartbeat) => ResolvedCondition::Heartbeat(heartbeat.clone()),
            Self::Broker(source) => ResolvedCondition::Broker(source.clone()),
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
            | Self::Heartbeat(_)
            | Self::Broker(_) => Duration::ZERO,
        }
    }
}
