//! Who is told, and what counts as told.

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
