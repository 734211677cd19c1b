//! The terms on which a receiver is notified.

use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{EscalationCondition, SendOrder};

/// The terms on which a receiver is notified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiverTerms {
    /// The channels of the receiver.
    pub channels: Vec<String>,
    /// The order in which the channels are told; `together` unless given.
    #[serde(default, skip_serializing_if = "is_default")]
    pub send: SendOrder,
    /// The contract; all channels, without a time limit, unless given.
    #[serde(default, skip_serializing_if = "is_default")]
    pub contract: ContractTerms,
    /// The escalation, its rungs in the order of their `after`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalate: Vec<EscalationRung>,
}

impl ReceiverTerms {
    /// The channels that are told at once: those that the contract needs, or all.
    #[must_use]
    pub fn first(&self) -> &[String] {
        let needed = match self.contract.succeed {
            RequiredChannels::All => self.channels.len(),
            RequiredChannels::AtLeast(number) => number.get(),
        };
        match self.send {
            SendOrder::Together => &self.channels,
            SendOrder::InTurn => &self.channels[..needed.min(self.channels.len())],
        }
    }
}

/// The number of channels that must confirm, and the time they have for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContractTerms {
    /// The channels that must confirm.
    #[serde(default)]
    pub succeed: RequiredChannels,
    /// The time limit, e.g. `1m`, from the beginning of the notification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
}

/// The channels that must confirm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequiredChannels {
    /// The number of the receiver's own channels.
    #[default]
    All,
    /// At least this number, of its own or of those on the escalation.
    #[schema(value_type = u64)]
    AtLeast(NonZeroUsize),
}

/// One rung of an escalation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EscalationRung {
    /// The time after the beginning of the notification, e.g. `15m`.
    pub after: String,
    /// The condition that makes the rung needless.
    pub unless: EscalationCondition,
    /// The channels that are told then.
    pub to: Vec<String>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
