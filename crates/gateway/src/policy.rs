//! The policy in force, with the channels it can use.

use std::collections::BTreeMap;
use std::sync::Arc;

use fanfare_core::{ChannelAvailability, ChannelName, DecisionContext, Moment, Policy, PolicyId};
use jiff::Timestamp;

use crate::channel::ChannelStatus;

/// The policy in force, and the channels of the config with their current state.
#[derive(Debug)]
pub(crate) struct PolicyInForce {
    pub(crate) id: Option<PolicyId>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) channels: BTreeMap<ChannelName, Arc<ChannelStatus>>,
}

impl PolicyInForce {
    /// The policy before any lane has been started.
    pub(crate) fn without_channels(policy: Policy) -> Self {
        Self { id: None, policy: Arc::new(policy), channels: BTreeMap::new() }
    }

    /// Decides on an event of the moment `now` in the context of this policy, and of the channels as they are.
    pub(crate) fn decide<D>(&self, now: Moment, decide: impl FnOnce(&DecisionContext<'_>) -> D) -> D {
        decide(&DecisionContext {
            policy: &self.policy,
            policy_id: self.id,
            availability: &|channel| self.availability(channel, now.promise),
            leads: now.leads(),
        })
    }

    fn availability(&self, channel: &ChannelName, monotonic_now: Timestamp) -> ChannelAvailability {
        match self.channels.get(channel) {
            Some(status) if status.blocked_until(monotonic_now).is_some() => ChannelAvailability::Blocked,
            Some(_) => ChannelAvailability::Open,
            None => ChannelAvailability::NotConfigured,
        }
    }
}
