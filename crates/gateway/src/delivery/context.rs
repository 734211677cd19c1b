//! Lane and attempts: the services and the channel they share.

use std::sync::Arc;

use fanfare_core::{Clock, RetryPolicy};
use fanfare_store::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::channel::{ChannelSetup, ChannelStatus, SharedAccount};
use crate::delivery::ack_links::AckLinks;
use crate::dispatch::Dispatch;
use crate::jitter::Jitter;
use crate::metrics::ChannelMetrics;
use crate::time::MonotonicClock;

/// A channel with its account, until the channel's settings change.
#[derive(Debug)]
pub(crate) struct ChannelSender {
    pub(crate) channel: ChannelSetup,
    pub(crate) account: Arc<SharedAccount>,
    pub(crate) retry: RetryPolicy,
    pub(crate) links: Option<AckLinks>,
}

/// The services that a lane and its attempts use.
#[derive(Debug)]
pub(crate) struct LaneContext {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) monotonic: MonotonicClock,
    pub(crate) jitter: Arc<dyn Jitter>,
    pub(crate) metrics: ChannelMetrics,
    pub(crate) status: Arc<ChannelStatus>,
    pub(crate) dispatch: Arc<Dispatch>,
    pub(crate) stop: CancellationToken,
    /// Outcomes that wait for a slow disk after their attempts have left the lane.
    pub(crate) recordings: TaskTracker,
}
