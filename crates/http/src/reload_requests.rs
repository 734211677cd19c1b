//! Requests to reload the config, handed to whoever reads it.

use fanfare_api::ConfigProblem;
use tokio::sync::{mpsc, oneshot};

/// A request to reload, to be answered with the warnings of the new config or the failure.
pub type ReloadRequest = oneshot::Sender<Result<Vec<ConfigProblem>, ReloadFailure>>;

/// The sender of requests to reload. They are carried out one after the other.
#[derive(Debug, Clone)]
pub struct ReloadRequests(mpsc::Sender<ReloadRequest>);

/// The reason that a reload changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReloadFailure {
    /// The config cannot be used.
    #[error("the config cannot be used")]
    Unsound {
        /// The name of the file, as the command line gave it.
        file: String,
        /// Every problem of the config, warnings too.
        problems: Vec<ConfigProblem>,
    },
    /// The config is sound and could not be put into force.
    #[error("{0}")]
    Failed(String),
    /// The gateway is stopping, or was not started from a file.
    #[error("the gateway is stopping, or is a demo and has no config file")]
    Closed,
}

impl ReloadRequests {
    /// The sender, and the receiver for whoever carries the requests out.
    #[must_use]
    pub fn new() -> (Self, mpsc::Receiver<ReloadRequest>) {
        let (sender, requests) = mpsc::channel(1);
        (Self(sender), requests)
    }

    /// Has the config reloaded, and waits until it is in force. A reload that has begun is
    /// carried out also if the caller does not wait for it.
    ///
    /// # Errors
    ///
    /// If nothing has changed.
    pub(crate) async fn reload(&self) -> Result<Vec<ConfigProblem>, ReloadFailure> {
        let (sender, outcome) = oneshot::channel();
        self.0.send(sender).await.map_err(|_| ReloadFailure::Closed)?;
        outcome.await.unwrap_or(Err(ReloadFailure::Closed))
    }
}
