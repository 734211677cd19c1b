//! Settings of a running gateway: everything that a reload can change.

use std::collections::BTreeMap;
use std::time::Duration;

use fanfare_core::{Account, HeartbeatRule, Policy, RetryPolicy};

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
    /// The rules by which heartbeats of senders are expected.
    pub heartbeats: Vec<HeartbeatRule>,
}

impl GatewaySettings {
    /// The longest period of each account's budgets, for which its sends must be remembered.
    pub(crate) fn longest_budgets(&self) -> BTreeMap<Account, Duration> {
        let mut longest = BTreeMap::new();
        for limits in self.channels.iter().map(|it| &it.limits) {
            let period: &mut Duration = longest.entry(limits.account.clone()).or_default();
            *period = limits.budgets.iter().map(|it| it.per).fold(*period, Duration::max);
        }
        longest
    }
}
