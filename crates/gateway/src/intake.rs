//! Taking alerts in, our own too.

use std::sync::Arc;

use fanfare_core::{Alert, Verdict};
use fanfare_store::{Accepted, Decider, Store, StoreError};
use jiff::Timestamp;

use crate::dispatch::Dispatch;
use crate::hearing::Hearing;
use crate::metrics::{Metrics, OfReceiver, OfSource};
use crate::steady::SteadyTime;

/// Where alerts are taken in.
#[derive(Debug)]
pub(crate) struct Intake {
    pub(crate) store: Store,
    pub(crate) dispatch: Arc<Dispatch>,
    pub(crate) hearing: Hearing,
    pub(crate) metrics: Metrics,
    pub(crate) steady: SteadyTime,
}

/// Why alerts were not taken in. Nothing of them was kept; the source should try again.
#[derive(Debug, thiserror::Error)]
#[error("not accepted, please send again: {0}")]
pub struct NotKept(#[from] StoreError);

impl Intake {
    /// Takes alerts in: answers once they and all that the policy calls for are on the disk.
    pub(crate) async fn accept(
        self: &Arc<Self>,
        alerts: Vec<Alert>,
        now: Timestamp,
    ) -> Result<Vec<Accepted>, NotKept> {
        self.accept_by(self.dispatch.decider(), alerts, now).await
    }

    /// The same with what `decider` calls for.
    pub(crate) async fn accept_by(
        self: &Arc<Self>,
        decider: Arc<dyn Decider>,
        alerts: Vec<Alert>,
        now: Timestamp,
    ) -> Result<Vec<Accepted>, NotKept> {
        let asked = u64::try_from(alerts.len()).unwrap_or(u64::MAX);
        let (intake, heard_at) = (Arc::clone(self), self.steady.now());
        let act = move |accepted: &Vec<Accepted>| {
            intake.dispatch.act_on_accepted(accepted);
            intake.hearing.heard(accepted, heard_at);
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
    metrics.alerts.get_or_create(&OfSource { source, status }).inc();
    for decision in &accepted.plan.decisions {
        match &decision.verdict {
            Verdict::Notify { .. } => {
                metrics
                    .notifications
                    .get_or_create(&OfReceiver { receiver: decision.receiver.to_string() })
                    .inc();
            }
            Verdict::Suppress(_) => {
                metrics.suppressed.inc();
            }
        }
    }
}
