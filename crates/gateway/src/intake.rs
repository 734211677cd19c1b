//! Intake of alerts, self-alerts included.

mod source_liveness;

use std::sync::Arc;

use fanfare_core::{Alert, Verdict};
use fanfare_store::{Accepted, Decider, Store, StoreError};
use jiff::Timestamp;

pub(crate) use self::source_liveness::{LastSeen, SourceLiveness};
use crate::dispatch::Dispatch;
use crate::metrics::{AlertLabels, Metrics, ReceiverLabels};
use crate::time::MonotonicClock;

/// The services that intake uses.
#[derive(Debug)]
pub(crate) struct Intake {
    pub(crate) store: Store,
    pub(crate) dispatch: Arc<Dispatch>,
    pub(crate) liveness: SourceLiveness,
    pub(crate) metrics: Metrics,
    pub(crate) monotonic: MonotonicClock,
}

/// Refusal of alerts that could not be stored. None of them was kept; the source should try again.
#[derive(Debug, thiserror::Error)]
#[error("not accepted, please send again: {0}")]
pub struct NotKept(#[from] StoreError);

impl Intake {
    /// Accepts alerts by the policy in force; returns when they and all they call for are on the disk.
    pub(crate) async fn accept(
        self: &Arc<Self>,
        alerts: Vec<Alert>,
        now: Timestamp,
    ) -> Result<Vec<Accepted>, NotKept> {
        self.accept_by(self.dispatch.decider(), alerts, now).await
    }

    /// Accepts alerts by the decisions of `decider`.
    pub(crate) async fn accept_by(
        self: &Arc<Self>,
        decider: Arc<dyn Decider>,
        alerts: Vec<Alert>,
        now: Timestamp,
    ) -> Result<Vec<Accepted>, NotKept> {
        let asked = u64::try_from(alerts.len()).unwrap_or(u64::MAX);
        let (intake, received_at) = (Arc::clone(self), self.monotonic.now());
        let act = move |accepted: &Vec<Accepted>| {
            intake.dispatch.act_on_accepted(accepted);
            intake.liveness.record(accepted, received_at);
            accepted.iter().for_each(|one| count(&intake.metrics, one));
        };
        self.store.accept(alerts, now, decider, act).await.map_err(|err| {
            self.metrics.refused.inc_by(asked);
            NotKept(err)
        })
    }
}

fn count(metrics: &Metrics, accepted: &Accepted) {
    let source = accepted.alert.text_of("source").to_owned();
    let status = accepted.alert.status.to_string();
    metrics.alerts.get_or_create(&AlertLabels { source, status }).inc();
    for decision in &accepted.plan.decisions {
        match &decision.verdict {
            Verdict::Notify { .. } => {
                metrics
                    .notifications
                    .get_or_create(&ReceiverLabels { receiver: decision.receiver.to_string() })
                    .inc();
            }
            Verdict::Suppress(_) => {
                metrics.suppressed.inc();
            }
        }
    }
}
