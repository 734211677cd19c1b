//! The circumstances of a decision, apart from the state and the event.

use std::fmt;

use jiff::Timestamp;

use crate::{Alert, ChannelName, ClockLeads, Notification, Plan, Policy, PolicyId};

/// The self-alert, and its plan, about an abandoned notification that was owed on some channels; `None`:
/// nothing is said, as of a notification that is a self-alert itself.
pub type SelfAlertOf<'a> = dyn Fn(&Notification, &[ChannelName], Timestamp) -> Option<(Alert, Plan)> + 'a;

/// The circumstances of a decision: the policy in force, the channels, and the wording of a self-alert.
#[derive(Clone, Copy)]
pub struct DecisionContext<'a> {
    /// The policy in force.
    pub policy: &'a Policy,
    /// The number under which the store keeps that policy.
    pub policy_id: Option<PolicyId>,
    /// The availability of a channel at the moment.
    pub availability: &'a (dyn Fn(&ChannelName) -> ChannelAvailability + 'a),
    /// The self-alert about an abandoned notification.
    pub self_alert: &'a SelfAlertOf<'a>,
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
