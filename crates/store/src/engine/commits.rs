//! The stream of commits: what was written, in order, for those who act on it.

use std::sync::{Arc, OnceLock};

use fanfare_core::{Committed, Delivery};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// One entry of the stream of commits.
#[derive(Debug)]
pub enum Commit {
    /// The changes of one call, which became durable together.
    Changes(Vec<Arc<Committed>>),
    /// The pending deliveries of channels that are taken up, as of this place in the stream.
    TakenUp(Vec<Delivery>),
}

/// The sending end of the stream. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct CommitSender(Arc<OnceLock<UnboundedSender<Commit>>>);

impl CommitSender {
    /// The receiving end, the first time; `None` later. What was sent before is not in it.
    pub(super) fn subscribe(&self) -> Option<UnboundedReceiver<Commit>> {
        let (sender, receiver) = unbounded_channel();
        self.0.set(sender).ok().map(|()| receiver)
    }

    /// Sends `commit`, if the receiving end was taken and is still there.
    pub(crate) fn send(&self, commit: Commit) {
        if let Some(sender) = self.0.get() {
            // A gateway that has stopped acts on nothing more; what was written is on the disk for the next start.
            drop(sender.send(commit));
        }
    }
}
