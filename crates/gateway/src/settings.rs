//! Settings of a running gateway: everything that a reload can change.

use std::time::Duration;

use fanfare_core::{Policy, RetryPolicy, SourceName};

use crate::channel::ChannelSetup;

/// Settings of a running gateway: everything that a reload can change.
#[derive(Debug)]
pub struct GatewaySettings {
    /// The routing tree with its receivers.
    pub policy: Policy,
    /// The channels that receivers name.
    pub channels: Vec<ChannelSetup>,
    /// The pauses between attempts of one delivery, and their end.
    pub retry: RetryPolicy,
    /// The age up to which finished alerts are kept.
    pub retention: Duration,
    /// The address at which people reach this gateway, e.g. `https://alerts.example.com`: for links in messages.
    pub external_url: Option<String>,
    /// The sources that must not be silent for long.
    pub sources: Vec<WatchedSource>,
}

impl GatewaySettings {
    /// The longest period of any channel's budget: sends must be remembered for as long.
    pub(crate) fn longest_budget(&self) -> Duration {
        let budgets = self.channels.iter().flat_map(|it| &it.limits.budgets);
        budgets.map(|it| it.per).max().unwrap_or_default()
    }
}

/// A source from which alerts come regularly while all is well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedSource {
    /// The source's name in the config.
    pub name: SourceName,
    /// The longest time without an alert; after that a self-alert is raised.
    pub every: Duration,
}
