//! Who is told, and what counts as told.

use serde::{Deserialize, Serialize};

use crate::{ChannelName, ReceiverName};

/// Who is told, over which channels, and what counts as told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Its name; routes refer to it.
    pub name: ReceiverName,
    /// The channels that carry its notifications, all at the same time.
    pub channels: Vec<ChannelName>,
    /// What counts as told.
    pub contract: Contract,
}

/// What a receiver counts as told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Contract {
    /// How many of its channels must confirm.
    pub succeed: Succeed,
}

/// How many channels must confirm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Succeed {
    /// Every one of them.
    #[default]
    All,
}

/// How the deliveries of one notification stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Confirmed by their providers.
    pub delivered: u32,
    /// Still owed.
    pub pending: u32,
    /// Given up.
    pub dead: u32,
}

/// How a contract stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fulfilment {
    /// It may still be kept.
    Open,
    /// It has been kept.
    Kept,
    /// It can no longer be kept.
    Broken,
}

impl Contract {
    /// How the contract stands when a notification's deliveries stand like this.
    #[must_use]
    pub fn fulfilment(self, tally: Tally) -> Fulfilment {
        let Tally { delivered: _, pending, dead } = tally;
        match self.succeed {
            Succeed::All if dead > 0 => Fulfilment::Broken,
            Succeed::All if pending > 0 => Fulfilment::Open,
            Succeed::All => Fulfilment::Kept,
        }
    }
}

#[cfg(test)]
mod tests;
