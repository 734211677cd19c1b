//! The lane and the channel of an attempt.

use crate::delivery::context::{ChannelSender, LaneContext};

/// The lane and the channel of an attempt; its methods are the steps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AttemptRunner<'a> {
    pub(crate) lane: &'a LaneContext,
    pub(crate) sender: &'a ChannelSender,
}
