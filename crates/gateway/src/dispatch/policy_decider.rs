//! Decisions for the store, by the policy in force.

use std::collections::BTreeMap;
use std::sync::Arc;

use fanfare_core::{
    Alert, ChannelName, ContractState, DeliveryTerms, EscalationDecision, Incident, Kind, Notification, Plan,
    Policy, evaluate_contract, plan,
};
use fanfare_store::{Decider, PolicyId};
use jiff::Timestamp;

use crate::channel::ChannelStatus;
use crate::self_alert;
use crate::time::MonotonicClock;

/// The policy in force, and the channels with their current state.
#[derive(Debug)]
pub(crate) struct PolicyDecider {
    pub(crate) id: Option<PolicyId>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) channels: BTreeMap<ChannelName, Arc<ChannelStatus>>,
    pub(crate) monotonic: MonotonicClock,
}

impl PolicyDecider {
    /// The policy before any lane has been started.
    pub(crate) fn without_channels(policy: Policy, monotonic: MonotonicClock) -> Self {
        Self { id: None, policy: Arc::new(policy), channels: BTreeMap::new(), monotonic }
    }
}

impl Decider for PolicyDecider {
    fn policy(&self) -> Option<PolicyId> {
        self.id
    }

    fn knows(&self, channel: &ChannelName) -> bool {
        self.channels.contains_key(channel)
    }

    fn plan(&self, alert: &Alert, incident: Option<&Incident>, now: Timestamp) -> Plan {
        plan(&self.policy, alert, incident, now)
    }

    fn pursue(&self, terms: &DeliveryTerms, standing: &ContractState, now: Timestamp) -> EscalationDecision {
        let monotonic_now = self.monotonic.now();
        let blocked = |channel: &ChannelName| match self.channels.get(channel) {
            Some(status) => status.blocked_until(monotonic_now).is_some(),
            None => true, // a channel that is not in the config can send nothing
        };
        evaluate_contract(terms, standing, &blocked, now)
    }

    fn abandoned(
        &self,
        notification: &Notification,
        told: &[ChannelName],
        now: Timestamp,
    ) -> Option<(Alert, Plan)> {
        if self_alert::is_self_alert(&notification.alert) {
            return None; // otherwise one broken channel would raise alerts without end
        }
        let alert = self_alert::contract_broken(notification, now);
        debug_assert_eq!(alert.kind, Kind::Notice, "it touches no incident");
        let others = self.channels.keys().filter(|channel| !told.contains(channel)).cloned().collect();
        let routed = plan(&self.policy, &alert, None, now);
        Some((alert, self_alert::extend_to_other_channels(routed, others)))
    }
}
