//! What may be wrong with ourselves.

use std::time::Duration;

use fanfare_core::{Alert, ChannelName, SourceName};

/// Something about ourselves that is well or is not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Matter {
    /// Whether a channel works.
    Channel(ChannelName),
    /// Whether a channel may send: its provider may have silenced it for long.
    Silence(ChannelName),
    /// Whether something was given up on a channel and waits for a person.
    DeadLetters(ChannelName),
    /// Whether a day's or month's messages will do.
    Quota(String),
    /// Whether a channel's secret is fresh.
    Secret(ChannelName),
    /// Whether our clock is right.
    Clock,
    /// Whether there is room for the store to grow.
    Disk,
    /// Whether a source says something now and then.
    Source(SourceName),
}

/// How long some things must be well before that is said: the disk and the clock go
/// to and fro about their limits, and what is silenced is heard for a moment
/// before it is silenced again. Whoever is told each time stops reading.
const FICKLE: Duration = Duration::from_secs(10 * 60);

impl Matter {
    /// The `alertname` of what is said when it is not well.
    pub(crate) fn alertname(&self) -> &'static str {
        match self {
            Self::Channel(_) => "ChannelBroken",
            Self::Silence(_) => "ChannelSilenced",
            Self::DeadLetters(_) => "DeadLetters",
            Self::Quota(_) => "QuotaShort",
            Self::Secret(_) => "SecretOld",
            Self::Clock => "ClockOff",
            Self::Disk => "DiskNearlyFull",
            Self::Source(_) => "SourceQuiet",
        }
    }

    /// What tells it from others of its name.
    pub(crate) fn subject(&self) -> &str {
        match self {
            Self::Channel(channel)
            | Self::Silence(channel)
            | Self::DeadLetters(channel)
            | Self::Secret(channel) => channel.as_str(),
            Self::Quota(pool) => pool,
            Self::Clock => "clock",
            Self::Disk => "disk",
            Self::Source(source) => source.as_str(),
        }
    }

    /// What `alert`, one about ourselves, is about; `None` if that is no state.
    pub(crate) fn of(alert: &Alert) -> Option<Self> {
        let subject = alert.text_of("subject");
        let candidates = [
            Self::Channel(subject.into()),
            Self::Silence(subject.into()),
            Self::DeadLetters(subject.into()),
            Self::Quota(subject.to_owned()),
            Self::Secret(subject.into()),
            Self::Clock,
            Self::Disk,
            Self::Source(subject.into()),
        ];
        candidates.into_iter().find(|it| it.alertname() == alert.text_of("alertname"))
    }

    /// How long it must be well before that is said.
    pub(crate) fn calm(&self) -> Duration {
        match self {
            Self::Clock | Self::Disk | Self::Silence(_) => FICKLE,
            Self::Channel(_) | Self::DeadLetters(_) | Self::Quota(_) | Self::Secret(_) | Self::Source(_) => {
                Duration::ZERO
            }
        }
    }
}
