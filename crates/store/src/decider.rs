//! Who decides. The store asks inside its transactions, so that what we know and
//! what we owe can never disagree; what the answer is, it does not know.

use std::fmt;

use fanfare_core::{
    Alert, ChannelName, ContractState, DeliveryTerms, EscalationDecision, Incident, Notification, Plan,
};
use jiff::Timestamp;

use crate::PolicyId;

/// Decides what is owed to whom.
pub trait Decider: fmt::Debug + Send + Sync {
    /// By which policy it decides.
    fn policy(&self) -> Option<PolicyId>;

    /// What is owed because of `alert`, given what was last said about its incident.
    fn plan(&self, alert: &Alert, incident: Option<&Incident>, now: Timestamp) -> Plan;

    /// Whether there is such a channel, or nothing more can go out on it.
    fn knows(&self, channel: &ChannelName) -> bool;

    /// What to do about a notification that stands like this.
    fn pursue(&self, terms: &DeliveryTerms, standing: &ContractState, now: Timestamp) -> EscalationDecision;

    /// What is said about ourselves, and to whom, when `notification`, which was
    /// owed on the channels `told`, has been abandoned; `None` if nothing, as
    /// when it was itself about ourselves.
    fn abandoned(
        &self,
        notification: &Notification,
        told: &[ChannelName],
        now: Timestamp,
    ) -> Option<(Alert, Plan)>;
}
