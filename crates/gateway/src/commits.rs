//! Commits: the one task that acts on what the store has written, in its order.

mod log;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use fanfare_core::{Clock, Committed, CommittedAlert, Verdict, is_expiry};
use fanfare_store::Commit;
use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::dispatch::Dispatch;
use crate::intake::{Expiries, Heartbeats};
use crate::metrics::{AlertLabels, Metrics, ReceiverLabels};
use crate::time::MonotonicClock;

/// The task that acts on commits: it updates lanes, timers and metrics, also if the caller
/// of the commit no longer waits.
///
/// It runs on the runtime's threads. The store's writing thread only puts each commit into
/// the stream, before it answers the caller.
#[derive(Debug)]
pub(crate) struct CommitHandler {
    pub(crate) dispatch: Arc<Dispatch>,
    pub(crate) heartbeats: Arc<Heartbeats>,
    pub(crate) expiries: Arc<Expiries>,
    pub(crate) metrics: Metrics,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) monotonic: MonotonicClock,
    pub(crate) stop: CancellationToken,
}

impl CommitHandler {
    /// Runs until the gateway stops. What is committed later is on the disk for the next start.
    pub(crate) async fn run(self, commits: UnboundedReceiver<Commit>) {
        for_each(commits, &self.stop, |commit| match commit {
            Commit::Changes(committed) => self.act_on(&committed),
            Commit::TakenUp(pending) => self.dispatch.reconfigure(pending),
        })
        .await;
    }

    fn act_on(&self, committed: &[Arc<Committed>]) {
        self.dispatch.dispatch(committed);
        let (now, monotonic_now) = (self.clock.now(), self.monotonic.now());
        for one in committed {
            log::log(one);
            self.metrics.count_escalations(&one.deliveries);
            self.metrics.count_contracts(one);
            self.metrics.count_acknowledgements(one);
            self.heartbeats.hear_alerts(&one.alerts, monotonic_now);
            self.expiries.note(&one.alerts, now, monotonic_now);
            one.alerts.iter().for_each(|alert| self.count(alert, now));
        }
    }

    fn count(&self, accepted: &CommittedAlert, now: Timestamp) {
        let source = accepted.alert.source.to_string();
        if !is_expiry(&accepted.alert) {
            self.metrics.show_last_alert(&source, now);
        }
        let status = accepted.alert.status.to_string();
        self.metrics.alerts.get_or_create(&AlertLabels { source, status }).inc();
        for decision in &accepted.decisions {
            match &decision.verdict {
                Verdict::Notify { .. } => {
                    let labels = ReceiverLabels { receiver: decision.receiver.to_string() };
                    self.metrics.notifications.get_or_create(&labels).inc();
                }
                Verdict::Suppress(_) => {
                    self.metrics.suppressed.inc();
                }
            }
        }
    }
}

/// Acts on each commit until `stop`. A panic costs one commit only: its deliveries are on the
/// disk for the next start.
async fn for_each(mut commits: UnboundedReceiver<Commit>, stop: &CancellationToken, act: impl Fn(Commit)) {
    while let Some(Some(commit)) = stop.run_until_cancelled(commits.recv()).await {
        if catch_unwind(AssertUnwindSafe(|| act(commit))).is_err() {
            error!("Acting on a commit panicked; this is a bug");
        }
    }
}

#[cfg(test)]
mod tests;
