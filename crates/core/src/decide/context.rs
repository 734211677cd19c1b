//! The circumstances of a decision, apart from the state and the event.

use std::fmt;

use crate::{ChannelName, ClockLeads, Policy, PolicyId};

/// The circumstances of a decision: the policy in force, and the channels.
#[derive(Clone, Copy)]
pub struct DecisionContext<'a> {
    /// The policy in force.
    pub policy: &'a Policy,
    /// The number under which the store keeps that policy.
    pub policy_id: Option<PolicyId>,
    /// The availability of a channel at the moment.
    pub availability: &'a (dyn Fn(&ChannelName) -> ChannelAvailability + 'a),
    /// The lead of the time scales over the wall clock, when the event happened that is decided on.
    pub leads: ClockLeads,
}

/// The availability of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelAvailability {
    /// Deliveries go out.
    Open,
    /// Nothing goes out for now: the circuit is open, or the account must be silent.
    Blocked,
    /// The config has no such channel: nothing ever goes out.
    NotConfigured,
}

impl DecisionContext<'_> {
    pub(super) fn is_configured(&self, channel: &ChannelName) -> bool {
        match (self.availability)(channel) {
            ChannelAvailability::Open | ChannelAvailability::Blocked => true,
            ChannelAvailability::NotConfigured => false,
        }
    }

    pub(super) fn is_blocked(&self, channel: &ChannelName) -> bool {
        match (self.availability)(channel) {
            ChannelAvailability::Open => false,
            ChannelAvailability::Blocked | ChannelAvailability::NotConfigured => true,
        }
    }
}

impl fmt::Debug for DecisionContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecisionContext").field("policy_id", &self.policy_id).finish_non_exhaustive()
    }
}
