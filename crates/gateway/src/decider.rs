//! Deciding for the store, by the policy that is in force.

use std::collections::BTreeMap;
use std::sync::Arc;

use fanfare_core::{
    Alert, ChannelName, ContractState, DeliveryTerms, EscalationDecision, Incident, Kind, Notification, Plan,
    Policy, evaluate_contract, plan,
};
use fanfare_store::{Decider, PolicyId};
use jiff::Timestamp;

use crate::ourselves;
use crate::status::ChannelStatus;
use crate::steady::SteadyTime;

/// Decides by one policy, and by how the channels are at that moment.
#[derive(Debug)]
pub(crate) struct PolicyDecider {
    pub(crate) id: Option<PolicyId>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) channels: BTreeMap<ChannelName, Arc<ChannelStatus>>,
    pub(crate) steady: SteadyTime,
}

impl PolicyDecider {
    /// Before there are channels.
    pub(crate) fn without_channels(policy: Policy, steady: SteadyTime) -> Self {
        Self { id: None, policy: Arc::new(policy), channels: BTreeMap::new(), steady }
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
        let steady_now = self.steady.now();
        let blocked = |channel: &ChannelName| match self.channels.get(channel) {
            Some(status) => status.blocked_until(steady_now).is_some(),
            None => true, // it is not in the config: nothing goes out there
        };
        evaluate_contract(terms, standing, &blocked, now)
    }

    fn abandoned(
        &self,
        notification: &Notification,
        told: &[ChannelName],
        now: Timestamp,
    ) -> Option<(Alert, Plan)> {
        if ourselves::is_about_us(&notification.alert) {
            return None; // or one broken channel would feed on itself
        }
        let alert = ourselves::contract_broken(notification, now);
        debug_assert_eq!(alert.kind, Kind::Notice, "it touches no incident");
        let others = self.channels.keys().filter(|channel| !told.contains(channel)).cloned().collect();
        let routed = plan(&self.policy, &alert, None, now);
        Some((alert, ourselves::to_everybody_else(routed, others)))
    }
}
