//! What is promised to a receiver: who is told in which order, what counts as
//! told, and what happens otherwise.

use std::fmt;
use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

use crate::{ChannelName, HumanDuration, Why};

/// What is promised to a receiver. A notification keeps the terms it began with,
/// whatever the config says later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryTerms {
    /// The channels that carry its notifications.
    pub channels: Vec<ChannelName>,
    /// All at the same time, or one after the other.
    #[serde(default, skip_serializing_if = "is_default")]
    pub send: Sending,
    /// What counts as told.
    #[serde(default, skip_serializing_if = "is_default")]
    pub contract: Contract,
    /// Who else is told if that does not come about: the ladder, its rungs in the order of their `after`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalate: Vec<Rung>,
}

/// In which order the channels are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sending {
    /// All at the same time.
    #[default]
    Together,
    /// The next one when the one before fails or is late.
    InTurn,
}

/// What counts as told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// How many channels must confirm.
    #[serde(default)]
    pub succeed: Succeed,
    /// By when, counted from the moment in which the notification came to be; `None`: whenever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<HumanDuration>,
}

/// How many channels must confirm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Succeed {
    /// As many as the receiver has of its own. One on the ladder may stand in for one of them.
    #[default]
    All,
    /// So many, of its own or of those on the ladder.
    AtLeast(NonZeroUsize),
}

/// One rung of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// How long after the notification came to be.
    pub after: HumanDuration,
    /// What makes it needless.
    pub unless: Unless,
    /// Who is told then.
    pub to: Vec<ChannelName>,
}

/// What makes a rung needless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unless {
    /// Enough channels have confirmed.
    Delivered,
    /// Somebody has said that they take care of it, or it has ended.
    Acknowledged,
    /// It has ended.
    Resolved,
}

impl DeliveryTerms {
    /// Every one of `channels`, at the same time and at leisure.
    #[must_use]
    pub fn plain(channels: Vec<ChannelName>) -> Self {
        Self { channels, send: Sending::Together, contract: Contract::default(), escalate: Vec::new() }
    }

    /// Whether somebody must look after a notification while nothing happens to it:
    /// there is a time to keep, or somebody else to be told.
    #[must_use]
    pub fn needs_recheck(&self) -> bool {
        let Self { channels: _, send, contract: Contract { succeed: _, within }, escalate } = self;
        *send == Sending::InTurn || within.is_some() || !escalate.is_empty()
    }

    /// Whether messages carry a link with which to acknowledge.
    #[must_use]
    pub fn ask_for_acknowledgement(&self) -> bool {
        self.escalate.iter().any(|rung| rung.unless == Unless::Acknowledged)
    }

    /// How many channels must confirm.
    #[must_use]
    pub fn needed(&self) -> usize {
        match self.contract.succeed {
            Succeed::All => self.channels.len(),
            Succeed::AtLeast(number) => number.get(),
        }
    }

    /// The channels that are told at once.
    #[must_use]
    pub fn first(&self) -> &[ChannelName] {
        match self.send {
            Sending::Together => &self.channels,
            Sending::InTurn => &self.channels[..self.needed().min(self.channels.len())],
        }
    }

    /// The terms for a notification that tells `why`: nobody acknowledges an end,
    /// and what is not a state never ends.
    #[must_use]
    pub fn for_telling(&self, why: Why) -> Self {
        let makes_sense = |unless: Unless| match (why, unless) {
            (_, Unless::Delivered) => true,
            (
                Why::Started | Why::Worsened { .. } | Why::StillFiring,
                Unless::Acknowledged | Unless::Resolved,
            ) => true,
            (Why::Notice, Unless::Acknowledged) => true,
            (Why::Notice, Unless::Resolved) => false,
            (Why::Resolved | Why::Acknowledged, Unless::Acknowledged | Unless::Resolved) => false,
        };
        let escalate = self.escalate.iter().filter(|rung| makes_sense(rung.unless)).cloned().collect();
        Self { escalate, ..self.clone() }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl fmt::Display for Unless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Delivered => "delivered",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
        })
    }
}

#[cfg(test)]
mod tests;
