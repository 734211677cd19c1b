//! Facts and texts of self-alerts.

use std::time::Duration;

use fanfare_core::{
    ChannelName, HeartbeatKey, Notification, ReceiverName, SourceName, cut_to_bytes, one_line,
};
use jiff::Timestamp;

use crate::store_problem::StoreProblem;

/// The facts of a self-alert, from which its texts are written in each language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SelfAlertFacts {
    /// A condition that holds.
    Raised(RaisedCondition),
    /// A condition that is over.
    Resolved(ResolvedCondition),
    /// A test message through a channel.
    ChannelTest {
        /// The channel under test.
        channel: ChannelName,
        /// The name of the person who asked for it; `None` if it is on schedule.
        requested_by: Option<String>,
    },
    /// Contracts with one receiver that are broken for one cause, with no channel left to tell.
    ContractBroken(AbandonedContractFacts),
}

/// The facts of contracts with one receiver that are broken for one cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbandonedContractFacts {
    /// The receiver that was not told as promised.
    pub receiver: ReceiverName,
    /// The number of alerts.
    pub alerts: usize,
    /// The newest of the notifications that were not told in time, the newest first; their messages are part of the
    /// texts.
    pub newest: Vec<Notification>,
    /// The channels that did not confirm, each with the provider's last words.
    pub missing: Vec<(ChannelName, Option<String>)>,
}

/// A condition that holds, with the facts that people need to end it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RaisedCondition {
    /// A channel does not work.
    ChannelBroken {
        /// The channel that does not work.
        channel: ChannelName,
        /// The beginning of the failure.
        since: Timestamp,
        /// The provider's words.
        reason: String,
    },
    /// A channel may not send, because its provider silenced it.
    ChannelSilenced {
        /// The channel that is silent.
        channel: ChannelName,
        /// The end of the silence.
        until: Timestamp,
        /// The provider's words; `None` if they were said before a restart.
        reason: Option<String>,
    },
    /// Dead letters wait for a person.
    DeadLetters {
        /// The channel that they were given up on.
        channel: ChannelName,
        /// The number of dead letters.
        letters: u64,
    },
    /// A large part of a quota is used.
    QuotaShort {
        /// The pool of the quota.
        pool: String,
        /// The day or month.
        period: String,
        /// The number of messages per period.
        messages: u32,
        /// The number of messages used.
        used: u64,
        /// The level that was reached, in percent.
        percent: u8,
        /// The time at which the count restarts, in the quota's time zone.
        resets_at: String,
    },
    /// A channel's secret is old.
    SecretOld {
        /// The channel with the secret.
        channel: ChannelName,
        /// The age of the secret, in days.
        days: i32,
    },
    /// The machine's clock is behind a provider's.
    ClockBehind {
        /// The channel whose provider told the time.
        channel: ChannelName,
        /// The difference, in seconds.
        seconds: u64,
    },
    /// The machine's clock is ahead of a provider's.
    ClockAhead {
        /// The channel whose provider told the time.
        channel: ChannelName,
        /// The difference, in seconds.
        seconds: u64,
    },
    /// The disk of the store is nearly full.
    DiskNearlyFull {
        /// The free space, in megabytes.
        free: u64,
        /// The size of the disk, in megabytes.
        total: u64,
    },
    /// The store keeps no alerts.
    StoreUnusable(StoreProblem),
    /// An earlier life has saved its store under another name, and what was owed there is not told.
    StoreSaved {
        /// The path of the saved store.
        path: String,
    },
    /// A source sends nothing.
    SourceQuiet {
        /// The source that sends nothing.
        source: SourceName,
        /// The longest time without an alert that is expected.
        every: Duration,
        /// The time without an alert, in whole seconds.
        quiet_for: Duration,
    },
    /// A heartbeat is not heard.
    HeartbeatMissing {
        /// The heartbeat that is missing.
        heartbeat: HeartbeatKey,
        /// The longest time between two that is expected.
        every: Duration,
        /// The time without one, in whole seconds; at least so much, if the gateway was started meanwhile.
        quiet_for: Duration,
    },
    /// The broker of a source cannot be reached.
    BrokerAway {
        /// The source whose broker it is.
        source: SourceName,
        /// The time without a connection, in whole seconds.
        away_for: Duration,
        /// The number of heartbeats of the source that cannot be heard meanwhile.
        heartbeats: usize,
    },
}

/// A condition that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResolvedCondition {
    /// The channel works again, or has left the config.
    Channel(ChannelName),
    /// The channel may send again.
    Silence(ChannelName),
    /// All dead letters of the channel were retried or discarded.
    DeadLetters(ChannelName),
    /// The quota of this pool has messages again.
    Quota(String),
    /// The channel's secret was replaced.
    Secret(ChannelName),
    /// The machine's clock is right.
    Clock,
    /// The disk of the store has room.
    Disk,
    /// No saved store lies beside the store any more.
    StoreSaved,
    /// The store keeps alerts again, which it did not because of this.
    Store(StoreProblem),
    /// The source sends alerts again.
    Source(SourceName),
    /// The heartbeat is heard again.
    Heartbeat(HeartbeatKey),
    /// The broker of the source is connected again.
    Broker(SourceName),
    /// Of each alert that this receiver was not told as promised somebody knows, or it is over.
    Contract(ReceiverName),
}

/// The texts of a self-alert, in one language.
///
/// They hold no Markdown, which chat programs may show as it is. The provider's words
/// stand at the end: they may be long, and a digest cuts them off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfAlertText {
    /// The event in one line.
    pub title: String,
    /// The event and the remedy.
    pub description: String,
    /// The message that did not get through, if there is one.
    pub content: Option<String>,
}

/// The time as texts show it, to the minute.
pub(crate) fn to_the_minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// The most bytes of a provider's words that a list of channels shows.
const WORDS_BYTES: usize = 200;

/// The channels that did not confirm, each `with` the provider's words if there are any.
pub(crate) fn missing_channels(
    missing: &[(ChannelName, Option<String>)],
    between: &str,
    with: impl Fn(&ChannelName, &str) -> String,
) -> String {
    let one = |(channel, words): &(ChannelName, Option<String>)| match words {
        Some(words) => with(channel, &cut_to_bytes(&one_line(words), WORDS_BYTES, "…")),
        None => channel.to_string(),
    };
    missing.iter().map(one).collect::<Vec<_>>().join(between)
}
