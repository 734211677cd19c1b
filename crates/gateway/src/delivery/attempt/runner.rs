//! The lane and the channel of an attempt, and its entry in the ledger.

use std::sync::Arc;

use fanfare_core::{DigestRef, SendId};

use crate::delivery::context::{ChannelSender, LaneContext};

/// The lane and the channel of an attempt; its methods are the steps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AttemptRunner<'a> {
    pub(crate) lane: &'a Arc<LaneContext>,
    pub(crate) sender: &'a ChannelSender,
}

/// The entry of a send in the ledger.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SendEntry {
    /// The number of the send; `None` if it is not entered.
    pub(crate) send: Option<SendId>,
    /// The digest that it carries.
    pub(crate) digest: Option<DigestRef>,
}
