//! The terms of a notification: the order of the channels, what counts as
//! told, and what happens otherwise.

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

use crate::{ChannelName, HumanDuration, Why};

/// The terms of a receiver's notifications. A notification keeps those it began with,
/// whatever the config says later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryTerms {
    /// The channels that carry its notifications.
    pub channels: Vec<ChannelName>,
    /// All at the same time, or one after the other.
    #[serde(default, skip_serializing_if = "is_default")]
    pub send: Sending,
    /// The contract: what counts as told.
    #[serde(default, skip_serializing_if = "is_default")]
    pub contract: Contract,
    /// The ladder of those who are told otherwise, its rungs in the order of their `after`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalate: Vec<Rung>,
}

/// The order in which the channels are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sending {
    /// All at the same time.
    #[default]
    Together,
    /// The next one when the one before fails or is late.
    InTurn,
}

/// The contract: what counts as told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// The number of channels that must confirm.
    #[serde(default)]
    pub succeed: Succeed,
    /// The time within which they must, from when the notification came to be; `None`: whenever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<HumanDuration>,
}

/// The number of channels that must confirm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Succeed {
    /// All: as many as the receiver has of its own. One on the ladder may stand in for one of them.
    #[default]
    All,
    /// At least this many, of its own or of those on the ladder.
    AtLeast(NonZeroUsize),
}

/// One rung of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// The time after which it is climbed, from when the notification came to be.
    pub after: HumanDuration,
    /// The condition that makes it needless.
    pub unless: Unless,
    /// The channels that are told then.
    pub to: Vec<ChannelName>,
}

/// The condition that makes a rung needless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unless {
    /// Enough channels have confirmed.
    Delivered,
    /// A person takes care of it, or it has ended.
    Acknowledged,
    /// The incident has ended.
    Resolved,
}

impl DeliveryTerms {
    /// Every one of `channels`, at the same time and at leisure.
    #[must_use]
    pub fn plain(channels: Vec<ChannelName>) -> Self {
        Self { channels, send: Sending::Together, contract: Contract::default(), escalate: Vec::new() }
    }

    /// Tells whether a notification must be evaluated while nothing happens to it:
    /// there is a time to keep, or somebody else to be told.
    #[must_use]
    pub fn needs_recheck(&self) -> bool {
        let Self { channels: _, send, contract: Contract { succeed: _, within }, escalate } = self;
        *send == Sending::InTurn || within.is_some() || !escalate.is_empty()
    }

    /// Tells whether messages carry a link with which to acknowledge.
    #[must_use]
    pub fn ask_for_acknowledgement(&self) -> bool {
        self.escalate.iter().any(|rung| rung.unless == Unless::Acknowledged)
    }

    /// The number of channels that must confirm.
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

    /// The same terms without `channels`, of which no more must confirm than are left; `None` if none is left at first.
    #[must_use]
    pub fn without(&self, channels: &[ChannelName]) -> Option<Self> {
        let left = |all: &[ChannelName]| -> Vec<ChannelName> {
            all.iter().filter(|it| !channels.contains(it)).cloned().collect()
        };
        let own = left(&self.channels);
        let rungs = self.escalate.iter().map(|rung| Rung { to: left(&rung.to), ..rung.clone() });
        let escalate: Vec<Rung> = rungs.filter(|it| !it.to.is_empty()).collect();
        let on_the_ladder = escalate.iter().flat_map(|rung| &rung.to);
        let reachable = own.iter().chain(on_the_ladder).collect::<BTreeSet<_>>().len();
        let succeed = match self.contract.succeed {
            Succeed::All => Succeed::All,
            Succeed::AtLeast(number) => Succeed::AtLeast(number.min(NonZeroUsize::new(reachable)?)),
        };
        let contract = Contract { succeed, ..self.contract };
        (!own.is_empty()).then_some(Self { channels: own, send: self.send, contract, escalate })
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
